package promapi

import (
	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
)

// Gathered returns the counters and gauges of a registry. What cannot be
// gathered is left out.
func Gathered(from prometheus.Gatherer) Metrics {
	return func(to Told) {
		families, _ := from.Gather()
		var pairs []string
		for _, family := range families {
			for _, metric := range family.GetMetric() {
				value, ok := number(metric)
				if !ok {
					continue
				}
				pairs = pairs[:0]
				for _, p := range metric.GetLabel() {
					pairs = append(pairs, p.GetName(), p.GetValue())
				}
				to(family.GetName(), value, pairs)
			}
		}
	}
}

// number is the value of a counter or a gauge; the rest is not kept.
func number(m *dto.Metric) (float64, bool) {
	switch {
	case m.GetGauge() != nil:
		return m.GetGauge().GetValue(), true
	case m.GetCounter() != nil:
		return m.GetCounter().GetValue(), true
	case m.GetUntyped() != nil:
		return m.GetUntyped().GetValue(), true
	}
	return 0, false
}
