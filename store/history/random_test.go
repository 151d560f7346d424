package history_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/holdfast-edge/holdfast/store/history"
	"github.com/holdfast-edge/holdfast/store/storetest"
	"github.com/holdfast-edge/holdfast/tag"
)

// cell is a value with its own time, as a test knows it.
type cell struct {
	v     tag.Value
	stamp int64
}

// shapes are schemas of one stream whose fields move.
func shapes(t *testing.T) (all []*tag.Schema) {
	t.Helper()
	for _, names := range [][]string{{"a"}, {"a", "b"}, {"c", "b", "a"}, {"b", "c"}} {
		fields := make([]tag.Field, len(names))
		for i, name := range names {
			fields[i] = tag.Field{Name: name}
		}
		s, err := tag.NewSchema(tag.NewStreamID(storetest.Site, "boiler"), "boiler", fields...)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, s)
	}
	return all
}

// TestRowsOfAnyShapeAndOrderComeBack gives rows of schemas that change, out of
// order, some with times of their own, and looks at them in memory, in files,
// and in files that are sealed.
func TestRowsOfAnyShapeAndOrderComeBack(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 6))
	a := start(t, func(o *history.Options) {
		o.ShardWidth, o.FlushValues, o.FlushBytes = 10*time.Minute, 100, 4000
		o.Now = func() time.Time { return time.Unix(0, epoch+24*hour) }
	})
	schemas := shapes(t)
	want := map[int64]map[string]cell{}
	for _, second := range random.Perm(1800) {
		at := epoch + int64(second)*int64(time.Second)
		schema := schemas[random.IntN(len(schemas))]
		b := tag.NewBuilder(schema, 1)
		row := b.Row(at)
		want[at] = map[string]cell{}
		for slot := range row {
			row[slot] = variety(random)
			c := cell{row[slot], at}
			if random.IntN(3) == 0 {
				c.stamp = at - int64(random.IntN(1000))
				b.Stamp(slot, c.stamp)
			}
			want[at][schema.Field(slot).Name] = c
		}
		a.give(b.Batch())
	}
	a.settled(1800)
	a.mustHave(want)
	a.flushed()
	a.mustHave(want)
	a.summedUp(3)
	a.mustHave(want)
}

// mustHave fails unless the stream boiler has the rows, no more and no fewer.
func (a *archive) mustHave(want map[int64]map[string]cell) {
	a.t.Helper()
	rows, last := 0, int64(0)
	_, err := a.Scan(a.t.Context(), history.Query{Stream: "boiler", From: epoch, To: epoch + hour}, func(c history.Chunk) error {
		for i, at := range c.Times {
			if rows++; at < last {
				a.t.Fatalf("row %d is out of order", rows)
			}
			last = at
			for k, f := range c.Fields {
				expected, stamp := want[at][f.Name], at
				if c.Stamps[k] != nil {
					stamp = c.Stamps[k][i]
				}
				if !c.Values[k][i].Equal(expected.v) || expected.v.Kind() != tag.Absent && stamp != expected.stamp {
					a.t.Fatalf("%s at %d is %s, want %s", f.Name, at-epoch, tag.AppendJSON(nil, c.Values[k][i]), tag.AppendJSON(nil, expected.v))
				}
			}
		}
		return nil
	})
	if err != nil || rows != len(want) {
		a.t.Fatalf("%d rows, want %d: %v", rows, len(want), err)
	}
}
