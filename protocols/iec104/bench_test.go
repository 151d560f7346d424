package iec104_test

import (
	"testing"

	"github.com/holdfast-edge/holdfast/protocols/conformance"
	"github.com/holdfast-edge/holdfast/protocols/iec104/apdu"
	"github.com/holdfast-edge/holdfast/tag"
)

// BenchmarkAChangeFromTheStationToARow has the outstation send changes one by one, and takes the rows.
func BenchmarkAChangeFromTheStationToARow(b *testing.B) {
	s, station := plant(b, standard())
	c := kit.Device(b, "tcp://"+s.Address(), "station: 1,", plantTags()...)
	rows, _ := conformance.Watch(b, kit.Dial(b, c), kit.Compile(b, c))
	conformance.Await(b, rows, "the interrogation has ended", conformance.Has(7, tag.NullOf(tag.BadDataUnavailable)))
	const burst = 100
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		for range burst {
			n++
			station.Set(apdu.Object{Address: current, Float: float32(n)})
		}
		conformance.Await(b, rows, "the last one comes", conformance.Has(6, tag.FloatOf(float64(n))))
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "changes/s")
}
