package storetest

import (
	"fmt"
	"math/rand/v2"

	"github.com/holdfast-edge/holdfast/tag"
)

// Site is the site of the batches made here.
const Site = "plant-7"

// Stream returns the schema of a stream of Site with float fields f0, f1 ….
func Stream(name string, fields int) *tag.Schema {
	all := make([]tag.Field, fields)
	for i := range all {
		all[i] = tag.Field{Name: fmt.Sprintf("f%d", i), Kind: tag.Float}
	}
	s, err := tag.NewSchema(tag.NewStreamID(Site, name), name, all...)
	if err != nil {
		panic(err) // the names are distinct
	}
	return s
}

// Rows returns a batch of rows whose every value is its number, from first on,
// one second apart from the source time start.
func Rows(schema *tag.Schema, first, n int, start int64) *tag.Batch {
	b := tag.NewBuilder(schema, n)
	for i := range n {
		row := b.Row(start + int64(i)*1e9)
		for slot := range row {
			row[slot] = tag.FloatOf(float64(first + i))
		}
	}
	return b.Batch()
}

// EqualBatches returns "" where both batches have the same schema, rows,
// times, origin and hops, and else what differs first.
func EqualBatches(a, b *tag.Batch) string {
	switch {
	case a.Schema().Name() != b.Schema().Name() || a.Schema().Stream() != b.Schema().Stream():
		return fmt.Sprintf("streams %s and %s", a.Schema().Name(), b.Schema().Name())
	case a.Schema().Len() != b.Schema().Len() || a.Len() != b.Len():
		return fmt.Sprintf("%d×%d and %d×%d values", a.Len(), a.Schema().Len(), b.Len(), b.Schema().Len())
	case a.Origin() != b.Origin() || a.Hops() != b.Hops():
		return fmt.Sprintf("origins %d and %d, hops %d and %d", a.Origin(), b.Origin(), a.Hops(), b.Hops())
	}
	for i := range a.Len() {
		for slot := range a.Schema().Len() {
			if v, w := a.Row(i)[slot], b.Row(i)[slot]; !v.Equal(w) || a.ValueTime(i, slot) != b.ValueTime(i, slot) {
				return fmt.Sprintf("row %d, slot %d: %s at %d and %s at %d", i, slot,
					tag.AppendJSON(nil, v), a.ValueTime(i, slot), tag.AppendJSON(nil, w), b.ValueTime(i, slot))
			}
		}
		if a.Time(i) != b.Time(i) {
			return fmt.Sprintf("row %d at %d and at %d", i, a.Time(i), b.Time(i))
		}
	}
	return ""
}

// Noise returns a batch of rows that do not compress, which begin with their
// number, from first on.
func Noise(schema *tag.Schema, first, n int, start int64) *tag.Batch {
	random := rand.New(rand.NewPCG(uint64(first), 1))
	b := tag.NewBuilder(schema, n)
	for i := range n {
		row := b.Row(start + int64(i)*1e9)
		row[0] = tag.FloatOf(float64(first + i))
		for slot := 1; slot < len(row); slot++ {
			row[slot] = tag.FloatOf(random.NormFloat64())
		}
	}
	return b.Batch()
}
