package main

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// result is one measurement: deliveries a second, and µs of processor time for each.
type result struct{ rate, cpu float64 }

// results are all measurements of a load and a broker, by "load/broker".
type results map[string][]result

// of returns the median of each figure.
func (r results) of(load, broker string) result {
	var rates, cpus []float64
	for _, m := range r[load+"/"+broker] {
		rates, cpus = append(rates, m.rate), append(cpus, m.cpu)
	}
	return result{median(rates), median(cpus)}
}

func median(all []float64) float64 {
	if len(all) == 0 {
		return 0
	}
	slices.Sort(all)
	return all[len(all)/2]
}

// line is what go test prints of one benchmark: its name with the number of processors, then figures with their units.
var line = regexp.MustCompile(`(?m)^BenchmarkBroker/(\S+/(?:holdfast|mosquitto))(?:-\d+)?\s+\d+\s+(.*)$`)

// parse takes the measurements out of what go test has printed.
func parse(text []byte) (results, error) {
	all := results{}
	for _, found := range line.FindAllSubmatch(text, -1) {
		name, figures := string(found[1]), strings.Fields(string(found[2]))
		var m result
		for i := 0; i+1 < len(figures); i += 2 {
			n, err := strconv.ParseFloat(figures[i], 64)
			if err != nil {
				return nil, fmt.Errorf("%s: read %q: %w", name, figures[i], err)
			}
			switch figures[i+1] {
			case "msg/s":
				m.rate = n
			case "cpu-us/msg":
				m.cpu = n
			}
		}
		all[name] = append(all[name], m)
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("no measurement in %d bytes: want the output of go test -bench Broker", len(text))
	}
	return all, nil
}
