package history_test

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/holdfast-edge/holdfast/store/history"
	"github.com/holdfast-edge/holdfast/store/log"
	"github.com/holdfast-edge/holdfast/store/storetest"
	"github.com/holdfast-edge/holdfast/tag"
)

// plant makes noisy process data: devices of ten slow analogue signals with one
// decimal, six counters and four states, polled every second with the jitter of
// a real clock.
type plant struct {
	schemas []*tag.Schema
	levels  [][]int
	random  *rand.Rand
	second  int64
	next    int // device
	end     int64
	place   uint64
	clock   *int64 // follows the rows
}

const plantFields = 20

func newPlant(devices int, seconds int64, clock *int64) *plant {
	p := &plant{random: rand.New(rand.NewPCG(11, 12)), end: seconds, clock: clock}
	for i := range devices {
		p.schemas = append(p.schemas, storetest.Stream(fmt.Sprintf("device %d", i), plantFields))
		p.levels = append(p.levels, make([]int, plantFields))
	}
	return p
}

// Next returns the next row of the next device, and io.EOF at the end.
func (p *plant) Next(context.Context) (log.Entry, error) {
	if p.second == p.end {
		return log.Entry{}, io.EOF
	}
	b := tag.NewBuilder(p.schemas[p.next], 1)
	row := b.Row(epoch + p.second*second + int64(p.random.IntN(2_000_000)))
	*p.clock = max(*p.clock, epoch+p.second*second)
	levels := p.levels[p.next]
	for slot := range row {
		switch {
		case slot < 10:
			levels[slot] += p.random.IntN(5) - 2
			row[slot] = tag.FloatOf(float64(2000+levels[slot]) / 10)
		case slot < 16:
			levels[slot] += p.random.IntN(3)
			row[slot] = tag.IntOf(int64(levels[slot]))
		default:
			row[slot] = tag.BoolOf(p.second/600%2 == 0)
		}
	}
	if p.next++; p.next == len(p.schemas) {
		p.next = 0
		p.second++
	}
	p.place++
	id := tag.Identity{Site: storetest.Site, Incarnation: 1, Sequence: p.place}
	return log.Entry{Position: p.place, Batch: b.Batch().Committed(id)}, nil
}

func (p *plant) AckThrough(log.Entry) {}

func benchOptions(dir string, now *int64) history.Options {
	return history.Options{Dir: dir, Now: func() time.Time { return time.Unix(0, *now) }}
}

// BenchmarkIngest writes six hours of 1,000 tags at 1 s, 21.6 million samples.
func BenchmarkIngest(b *testing.B) {
	const devices, hours = 50, 6
	samples := float64(devices * plantFields * hours * 3600)
	for b.Loop() {
		now := epoch
		h, err := history.Open(benchOptions(b.TempDir(), &now))
		if err != nil {
			b.Fatal(err)
		}
		_ = h.Run(b.Context(), newPlant(devices, hours*3600, &now)) // ends with the plant
		unsealed := h.Stats()
		now += hour
		_ = h.Run(b.Context(), newPlant(1, 1, &now)) // a flush, after which the shard is sealed
		s := h.Stats()
		if s.Sealed != 1 {
			b.Fatalf("%+v", s)
		}
		b.ReportMetric(float64(unsealed.Bytes)/samples, "B/sample-as-written")
		b.ReportMetric(float64(s.Bytes)/samples, "B/sample-sealed")
		if err := h.Close(); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(samples*float64(b.N)/b.Elapsed().Seconds()/1e6, "Msamples/s")
}

// BenchmarkChart asks for six hours of one tag at one minute.
func BenchmarkChart(b *testing.B) {
	for _, sealed := range []bool{false, true} {
		b.Run(fmt.Sprintf("sealed %t", sealed), func(b *testing.B) {
			now := epoch
			h, err := history.Open(benchOptions(b.TempDir(), &now))
			if err != nil {
				b.Fatal(err)
			}
			defer h.Close()
			_ = h.Run(b.Context(), newPlant(50, 6*3600, &now))
			if now += hour; sealed {
				_ = h.Run(b.Context(), newPlant(1, 1, &now))
			}
			b.ReportAllocs()
			for b.Loop() {
				buckets, _, err := h.Buckets(b.Context(), "device 7", "f3", epoch, epoch+6*hour, minute)
				if err != nil || len(buckets) != 360 {
					b.Fatalf("%d buckets, %v", len(buckets), err)
				}
			}
		})
	}
}
