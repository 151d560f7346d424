package broker_test

import (
	"testing"

	"github.com/holdfast-edge/holdfast/broker"
	"github.com/holdfast-edge/holdfast/tag"
)

func named(t *testing.T, name string, columns ...string) *tag.Schema {
	t.Helper()
	fields := make([]tag.Field, len(columns))
	for i, c := range columns {
		fields[i].Name = c
	}
	s, err := tag.NewSchema(tag.NewStreamID("site", name), name, fields...)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// row is a batch of one row, of the numbers from first on.
func row(s *tag.Schema, first int64) *tag.Batch {
	b := tag.NewBuilder(s, 1)
	out := b.Row(first)
	for i := range out {
		out[i] = tag.IntOf(first + int64(i))
	}
	return b.Batch()
}

func wantRow(t *testing.T, b *tag.Batch, want string) {
	t.Helper()
	if got := string(tag.AppendRowJSON(nil, b, 0)); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// The log has rows from before a tag came or went.
func TestRowsFromBeforeAGroupWasChangedAreWidenedByTheirNames(t *testing.T) {
	climate, state := named(t, "d.climate", "t", "h"), named(t, "d.state", "pump")
	v, err := broker.NewView(named(t, "d", "t", "h", "pump"), []*tag.Schema{climate, state})
	if err != nil {
		t.Fatal(err)
	}
	wantRow(t, v.Widen(0, row(named(t, "d.climate", "old", "h", "gone", "t"), 1)), `{"t":4,"h":2}`)
	wantRow(t, v.Widen(1, row(named(t, "d.state", "t", "pump"), 10)), `{"t":4,"h":2,"pump":11}`)
	wantRow(t, v.Widen(0, row(climate, 20)), `{"t":20,"h":21,"pump":11}`)
}

// A rule that comes knows of a slow group what was last read of it.
func TestAFeedBeginsWithWhatTheGroupsHadLast(t *testing.T) {
	bus := broker.New(nil)
	climate, state := named(t, "d.climate", "t"), named(t, "d.state", "pump")
	if err := bus.Stream("d.state").Offer(row(state, 1)); err != nil {
		t.Fatal(err)
	}
	in := broker.Input{
		Streams: []string{"d.climate", "d.state"}, Overflow: broker.DropOldest,
		Schema: named(t, "d", "t", "pump"), Groups: []*tag.Schema{climate, state},
	}
	f, err := in.Open(bus, 8, silent)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if b := f.Next(); b != nil {
		t.Error("what was there before is given again")
	}
	if err := bus.Stream("d.climate").Offer(row(climate, 5)); err != nil {
		t.Fatal(err)
	}
	b := f.Next()
	wantRow(t, b, `{"t":5,"pump":1}`)
	if at := b.ValueTime(0, 1); at != 1 {
		t.Errorf("the pump is of %d", at)
	}
}
