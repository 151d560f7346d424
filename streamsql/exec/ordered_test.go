package exec

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
)

// insert puts a record behind those that are not later: the plain way.
func insert(list []*record, r *record) []*record {
	i := len(list)
	for i > 0 && list[i-1].time > r.time {
		i--
	}
	return slices.Insert(list, i, r)
}

func TestRecordsAreOrderedByTimeAndThenAsTheyCame(t *testing.T) {
	for seed := range uint64(200) {
		random := rand.New(rand.NewPCG(seed, 1))
		var o ordered
		var want []*record
		for range 300 {
			if len(want) > 0 && random.IntN(3) == 0 {
				if first := o.first(); first != want[0] || o.pop() != first {
					t.Fatalf("seed %d: the wrong one is first", seed)
				}
				want = want[1:]
				continue
			}
			r := &record{time: random.Int64N(40)}
			want = insert(want, r)
			o.add(r)
			if o.last() != want[len(want)-1] || o.len() != len(want) {
				t.Fatalf("seed %d: %d records, the last of %d", seed, o.len(), o.last().time)
			}
		}
		if !slices.Equal(o.all(), want) {
			t.Fatalf("seed %d: not in order", seed)
		}
	}
}

// BenchmarkALaggingStreamIsOrdered adds rows of a stream that lags behind one of
// which so many wait, and takes them out. What a row costs should not hang on how
// many those are, as it does where each is inserted plainly.
func BenchmarkALaggingStreamIsOrdered(b *testing.B) {
	for _, waiting := range []int{100, 1_000, 10_000, 90_000} {
		records := make([]record, waiting)
		for i := range records {
			records[i].time = 1e18 + int64(i)
		}
		b.Run(fmt.Sprintf("ordered/%d", waiting), func(b *testing.B) {
			var o ordered
			for i := range records {
				o.add(&records[i])
			}
			lag(b, o.add, func() { o.pop() })
		})
		b.Run(fmt.Sprintf("plain/%d", waiting), func(b *testing.B) {
			var list []*record
			for i := range records {
				list = insert(list, &records[i])
			}
			lag(b, func(r *record) { list = insert(list, r) }, func() { list = list[1:] })
		})
	}
}

// lag adds and takes out batches of a hundred rows that are before all others.
func lag(b *testing.B, add func(*record), pop func()) {
	rows := make([]record, 100)
	at := int64(0)
	b.ReportAllocs()
	for b.Loop() {
		for i := range rows {
			at++
			rows[i].time = at
			add(&rows[i])
		}
		for range rows {
			pop()
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(rows)), "ns/row")
}
