package log_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/holdfast-edge/holdfast/store/log"
	"github.com/holdfast-edge/holdfast/store/storetest"
	"github.com/holdfast-edge/holdfast/tag"
)

// climate returns rows of some 200 octets of JSON as a plant has them: slow
// signals with one decimal, a counter, a state.
func climate(rows int) *tag.Batch {
	schema := storetest.Stream("climate", 18)
	b := tag.NewBuilder(schema, rows)
	random := uint64(1)
	for i := range rows {
		row := b.Row(1e18 + int64(i)*1e8)
		for slot := range 16 {
			random = random*6364136223846793005 + 1442695040888963407
			row[slot] = tag.FloatOf(float64(2000+slot*100+int(random>>60)) / 10)
		}
		row[16], row[17] = tag.IntOf(int64(i)), tag.BoolOf(i%100 == 0)
	}
	return b.Batch()
}

// BenchmarkCommit is the log alone; beside a plain file it is measured by test/storebench.
func BenchmarkCommit(b *testing.B) {
	for _, n := range []int{1, 100, 1000, 10_000} {
		batch := climate(n)
		b.Run(fmt.Sprintf("%d records", n), func(b *testing.B) {
			node := start(b)
			ctx := context.Background()
			b.ReportAllocs()
			for b.Loop() {
				if _, err := node.AppendSync(ctx, batch); err != nil {
					b.Fatal(err)
				}
			}
			s := node.Stats()
			b.ReportMetric(float64(n)*float64(b.N)/b.Elapsed().Seconds(), "records/s")
			b.ReportMetric(float64(s.Written)/float64(s.Rows), "B/record")
		})
	}
}

func BenchmarkDrain(b *testing.B) {
	const batches, rows = 500, 1000
	node := start(b, func(o *log.Options) { o.RecentBytes = 1 })
	node.cursor("keeps it", log.CursorOptions{})
	for range batches {
		node.appendSync(climate(rows))
	}
	b.Run("from disk", func(b *testing.B) {
		for i := 0; b.Loop(); i++ {
			c := node.cursor(fmt.Sprint("drain ", i), log.CursorOptions{SingleLane: true})
			take(b, c, batches)
			node.RemoveCursor(c.Name())
		}
		b.ReportMetric(batches*rows*float64(b.N)/b.Elapsed().Seconds(), "records/s")
	})
}

// BenchmarkDay says what a day of 1,000 tags a second costs the disk: 100
// devices of ten tags, a commit a second.
func BenchmarkDay(b *testing.B) {
	for _, every := range []int{1, 5} {
		b.Run(fmt.Sprintf("commit every %d s", every), func(b *testing.B) {
			node := start(b)
			node.cursor("line", log.CursorOptions{}).Close()
			schemas := make([]*tag.Schema, 100)
			for i := range schemas {
				schemas[i] = storetest.Stream(fmt.Sprintf("device %d", i), 10)
			}
			seconds := 0
			for b.Loop() {
				for s := range every {
					second(b, node, schemas, seconds+s)
				}
				node.appendSync(storetest.Rows(schemas[0], 0, 1, 0))
				seconds += every
			}
			b.ReportMetric(float64(node.Stats().Written)/float64(seconds)*86400/1e9, "GB/day")
		})
	}
}

func second(b *testing.B, node *node, schemas []*tag.Schema, at int) {
	b.Helper()
	for i, schema := range schemas {
		rows := tag.NewBuilder(schema, 1)
		row := rows.Row(int64(at)*1e9 + int64(i))
		for slot := range row {
			row[slot] = tag.FloatOf(float64(2000+(at*(slot+7)*(i+3))%13) / 10)
		}
		if err := node.Append(b.Context(), rows.Batch()); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkOpen opens a log of a quarter of a gigabyte.
func BenchmarkOpen(b *testing.B) {
	node := start(b)
	node.cursor("keeps it", log.CursorOptions{})
	large := storetest.Noise(storetest.Stream("boiler", 64), 0, 2000, 0)
	for node.Stats().Bytes < 256<<20 {
		node.append(large)
	}
	for b.Loop() {
		node.restart()
	}
}
