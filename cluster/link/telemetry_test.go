package link_test

import (
	"testing"

	"google.golang.org/protobuf/proto"

	"github.com/holdfast-edge/holdfast/cluster/link"
	"github.com/holdfast-edge/holdfast/cluster/link/wire"
	"github.com/holdfast-edge/holdfast/tag"
)

func schema(t testing.TB, stream string, fields ...string) *tag.Schema {
	t.Helper()
	var list []tag.Field
	for _, name := range fields {
		list = append(list, tag.Field{Name: name, Kind: tag.Float, Unit: "°C"})
	}
	s, err := tag.NewSchema(tag.NewStreamID("plant-7", stream), stream, list...)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// rows returns a committed batch of n rows from a sequence on.
func rows(s *tag.Schema, sequence uint64, n int) *tag.Batch {
	b := tag.NewBuilder(s, n)
	for i := range n {
		row := b.Row(int64(i) * 1e9)
		for slot := range row {
			row[slot] = tag.FloatOf(float64(i) + 0.5)
		}
	}
	return b.Batch().As(tag.Backfill).Committed(tag.Identity{Site: "plant-7", Stream: s.Stream(), Incarnation: 3, Sequence: sequence})
}

// carry sends messages as octets, as the link does, and returns the records at the other end.
func carry(t testing.TB, u *link.Unpacker, messages []*wire.TelemetryUp) (records []link.Record) {
	t.Helper()
	for _, m := range messages {
		octets, err := proto.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		got := new(wire.TelemetryUp)
		if err := proto.Unmarshal(octets, got); err != nil {
			t.Fatal(err)
		}
		r, err := take(u, got)
		if err != nil {
			t.Fatal(err)
		}
		if r != (link.Record{}) {
			records = append(records, r)
		}
	}
	return records
}

func take(u *link.Unpacker, m *wire.TelemetryUp) (link.Record, error) {
	switch m := m.GetMessage().(type) {
	case *wire.TelemetryUp_Layout:
		return link.Record{}, u.Layout(m.Layout)
	case *wire.TelemetryUp_Rows:
		return u.Rows(m.Rows)
	case *wire.TelemetryUp_Gap:
		return u.Gap(m.Gap)
	}
	return link.Record{}, nil
}

func TestRowsArriveAsTheyWereWithTheirIdentityAndOrigin(t *testing.T) {
	var p link.Packer
	u := link.NewUnpacker("plant-7")
	boiler, mixer := schema(t, "boiler.fast", "a", "b"), schema(t, "mixer.fast", "c")
	for i, sent := range []*tag.Batch{rows(boiler, 1, 3), rows(mixer, 9, 1), rows(boiler, 4, 1), rows(schema(t, "boiler.fast", "a", "b", "new"), 5, 2)} {
		messages, err := p.Pack(uint64(i+1), link.Record{Batch: sent})
		if err != nil {
			t.Fatal(err)
		}
		records := carry(t, u, messages)
		if len(records) != 1 {
			t.Fatalf("batch %d became %d records", i, len(records))
		}
		got := records[0].Batch
		if got.Identity(0) != sent.Identity(0) || got.Origin() != tag.Backfill || got.Len() != sent.Len() ||
			got.Schema().Name() != sent.Schema().Name() || got.Schema().Len() != sent.Schema().Len() {
			t.Errorf("batch %d: got %v, %d rows of %s", i, got.Identity(0), got.Len(), got.Schema().Name())
		}
		for row := range sent.Len() {
			for slot, v := range sent.Row(row) {
				if !got.Row(row)[slot].Equal(v) || got.Time(row) != sent.Time(row) {
					t.Errorf("batch %d row %d slot %d differs", i, row, slot)
				}
			}
		}
	}
}

func TestALayoutIsToldOnce(t *testing.T) {
	var p link.Packer
	for i := range 3 {
		messages, err := p.Pack(1, link.Record{Batch: rows(schema(t, "boiler.fast", "a"), 1, 1)}) // an equal one, made anew
		if want := map[bool]int{true: 2, false: 1}[i == 0]; err != nil || len(messages) != want {
			t.Errorf("batch %d: %d messages, %v", i, len(messages), err)
		}
	}
}

func TestMoreLayoutsThanAStreamMayHaveBeginAnew(t *testing.T) {
	var p link.Packer
	u := link.NewUnpacker("plant-7")
	for round := range 2 {
		for i := range 4100 {
			s := schema(t, "stream-"+string(rune('a'+i%26))+string(rune('a'+i/26%26))+string(rune('a'+i/676)), "a")
			messages, err := p.Pack(1, link.Record{Batch: rows(s, 1, 1)})
			if err != nil {
				t.Fatal(err)
			}
			if got := carry(t, u, messages); got[0].Batch.Schema().Name() != s.Name() {
				t.Fatalf("round %d stream %d: rows of %s became rows of %s", round, i, s.Name(), got[0].Batch.Schema().Name())
			}
		}
	}
}

func TestAGapArrivesAsItWas(t *testing.T) {
	sent := tag.Gap{First: tag.Identity{Site: "plant-7", Stream: tag.NewStreamID("plant-7", "x"), Incarnation: 1, Sequence: 7}, Count: 5, Cause: tag.QuotaExceeded, At: 99}
	var p link.Packer
	messages, err := p.Pack(4, link.Record{Gap: &sent})
	if err != nil {
		t.Fatal(err)
	}
	if got := carry(t, link.NewUnpacker("plant-7"), messages); *got[0].Gap != sent {
		t.Errorf("got %v", got[0].Gap)
	}
}

func TestWhatMakesNoSenseIsRefused(t *testing.T) {
	u := link.NewUnpacker("plant-7")
	for name, m := range map[string]*wire.TelemetryUp{
		"rows without a layout": {Message: &wire.TelemetryUp_Rows{Rows: &wire.Rows{Layout: 1, Sequence: 1}}},
		"a layout of noise":     {Message: &wire.TelemetryUp_Layout{Layout: &wire.Layout{Schema: []byte{1, 2, 3}}}},
		"a layout too many":     {Message: &wire.TelemetryUp_Layout{Layout: &wire.Layout{Number: 1 << 20}}},
		"a gap of nothing":      {Message: &wire.TelemetryUp_Gap{Gap: &wire.Gap{Stream: make([]byte, 16), Sequence: 1}}},
		"a gap over the end":    {Message: &wire.TelemetryUp_Gap{Gap: &wire.Gap{Stream: make([]byte, 16), Sequence: 9, Count: 1<<64 - 2}}},
	} {
		if _, err := take(u, m); err == nil {
			t.Errorf("%s is taken", name)
		}
	}
}

// FuzzTelemetry feeds a receiver any octets: it refuses them, or has a record with an identity.
func FuzzTelemetry(f *testing.F) {
	var p link.Packer
	messages, err := p.Pack(1, link.Record{Batch: rows(schema(f, "boiler.fast", "a", "b"), 1, 3)})
	if err != nil {
		f.Fatal(err)
	}
	seed := func(m *wire.TelemetryUp) []byte {
		octets, err := proto.Marshal(m)
		if err != nil {
			f.Fatal(err)
		}
		return octets
	}
	f.Add(seed(messages[0]), seed(messages[1]))
	f.Fuzz(func(t *testing.T, first, second []byte) {
		u := link.NewUnpacker("plant-7")
		for _, octets := range [][]byte{first, second} {
			m := new(wire.TelemetryUp)
			if proto.Unmarshal(octets, m) != nil {
				continue
			}
			r, err := take(u, m)
			if err == nil && r.Batch != nil && (r.Batch.Len() == 0 || !r.Batch.Identity(0).IsCommitted()) {
				t.Errorf("a record without identity: %v", r.Batch.Identity(0))
			}
		}
	})
}
