package mqtt

import (
	"encoding/json"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/holdfast-edge/holdfast/sinks"
	"github.com/holdfast-edge/holdfast/tag"
)

// sent is one message as a receiver sees it.
type sent struct{ topic, payload, properties string }

// composed makes the messages of a delivery.
func composed(t testing.TB, o *Options, d sinks.Delivery) (all []sent) {
	t.Helper()
	c := newComposer(o, "plant-7", largestPacket)
	err := c.each(d, func(m *message) error {
		all = append(all, sent{string(m.topic), string(m.payload), string(m.properties)})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func payloads(all []sent) (texts []string) {
	for _, m := range all {
		texts = append(texts, m.payload)
	}
	return texts
}

func schemaOf(t testing.TB, names ...string) *tag.Schema {
	t.Helper()
	fields := make([]tag.Field, len(names))
	for i, name := range names {
		fields[i].Name = name
	}
	s, err := tag.NewSchema(tag.StreamID{}, "s", fields...)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestATemplateSaysWhatThePayloadIs(t *testing.T) {
	rows := tag.NewBuilder(schemaOf(t, "t", "m"), 2)
	copy(rows.Row(1), []tag.Value{tag.FloatOf(1.5), tag.StringOf("a")})
	copy(rows.Row(2), []tag.Value{tag.FloatOf(2.5), tag.StringOf("a")})
	b := rows.Batch()
	for want, lines := range map[string][]string{
		`[{"t":1.5,"m":"a"}] [{"t":2.5,"m":"a"}]`: {"template: '[{row}]'"},
		`{"t":1.5,"m":"a"} {"t":2.5,"m":"a"}`:     {"template: '{row}'", "version: 3.1.1"},
		`[{"v": 1.5},{"v": 2.5}]`:                 {`template: '{{"v": {t}}}'`, "rows_per_message: 9"},
		`1.5 2.5`:                                 {"template: '{t}'", "metadata: properties"},
	} {
		o := options(t, append(lines, "url: mqtt://x", "topic: x")...)
		if got := strings.Join(payloads(composed(t, o, sinks.Delivery{Batch: b})), " "); got != want {
			t.Errorf("%v: got %s, want %s", lines, got, want)
		}
	}
}

func TestARowIsAnObjectOfItsFieldsWithTimeIdentityAndQuality(t *testing.T) {
	committed := tag.Identity{Site: `p"7`, Incarnation: 2, Sequence: 5}
	const id = `"id":"p\"7/00000000-0000-0000-0000-000000000000/2/5"`
	for name, c := range map[string]struct {
		fields []string
		row    []tag.Value
		make   func(*tag.Builder) *tag.Batch
		lines  []string
		want   string
	}{
		"plain":        {fields: []string{"a"}, row: []tag.Value{tag.IntOf(1)}, want: `{"a":1,"ts":"2027-01-15T08:00:00Z",` + id + `}`},
		"nothing":      {fields: []string{"a"}, row: []tag.Value{{}}, want: `{"ts":"2027-01-15T08:00:00Z",` + id + `}`},
		"seconds":      {lines: []string{"time_format: s"}, want: `{"ts":1800000000,` + id + `}`},
		"milliseconds": {lines: []string{"time_format: ms"}, want: `{"ts":1800000000000,` + id + `}`},
		"microseconds": {lines: []string{"time_format: us"}, want: `{"ts":1800000000000000,` + id + `}`},
		"nanoseconds":  {lines: []string{"time_format: ns"}, want: `{"ts":1800000000000000000,` + id + `}`},
		"bad values are null and say why": {
			fields: []string{"a", "b", "c"},
			row:    []tag.Value{tag.IntOf(1).WithQuality(tag.BadTimeout), tag.IntOf(2), tag.IntOf(3).WithQuality(tag.UncertainLastUsable)},
			lines:  []string{"time_format: s"},
			want: `{"a":null,"b":2,"c":3,"ts":1800000000,` + id +
				`,"quality":{"a":"BadTimeout","c":"UncertainLastUsableValue"}}`,
		},
		"names that fields have": {
			fields: []string{"ts", "id", "_id"}, row: []tag.Value{tag.IntOf(1), tag.IntOf(2), tag.IntOf(3)}, lines: []string{"time_format: s"},
			want: `{"ts":1,"id":2,"_id":3,"_ts":1800000000,"_` + strings.TrimPrefix(strings.Replace(id, `"id`, `"__id`, 1), `"_`) + `}`,
		},
		"late": {
			make: func(b *tag.Builder) *tag.Batch { return b.Derived(tag.Backfill, 0) }, lines: []string{"time_format: s"},
			want: `{"ts":1800000000,` + id + `,"historical":true}`,
		},
		"times of their own": {
			fields: []string{"a", "b"}, row: []tag.Value{tag.IntOf(1), tag.IntOf(2)}, lines: []string{"time_format: s"},
			make: func(b *tag.Builder) *tag.Batch { b.Stamp(1, noon+7e9); return b.Batch() },
			want: `{"a":1,"b":2,"ts":1800000000,` + id + `,"times":{"b":1800000007}}`,
		},
	} {
		b := tag.NewBuilder(schemaOf(t, c.fields...), 1)
		copy(b.Row(noon), c.row)
		if c.make == nil {
			c.make = (*tag.Builder).Batch
		}
		got := composed(t, options(t, c.lines...), batch(c.make(b).Committed(committed)))
		if len(got) != 1 || got[0].payload != c.want {
			t.Errorf("%s:\n got %s\nwant %s", name, payloads(got), c.want)
		}
		if !json.Valid([]byte(got[0].payload)) {
			t.Errorf("%s: not JSON: %s", name, got[0].payload)
		}
	}
}

func TestSeveralRowsMakeOneMessageAsFarAsTheyShareATopic(t *testing.T) {
	b := tag.NewBuilder(schemaOf(t, "m"), 8)
	for _, machine := range []string{"a", "a", "a", "b", "b", "a"} {
		b.Row(noon)[0] = tag.StringOf(machine)
	}
	rows := b.Batch()
	got := composed(t, options(t, "rows_per_message: 2", "topic: 'x/{m}'", "time_format: s"), batch(rows))
	one := func(m string) string { return `{"m":"` + m + `","ts":1800000000}` }
	want := []sent{
		{topic: "x/a", payload: "[" + one("a") + "," + one("a") + "]"},
		{topic: "x/a", payload: "[" + one("a") + "]"},
		{topic: "x/b", payload: "[" + one("b") + "," + one("b") + "]"},
		{topic: "x/a", payload: "[" + one("a") + "]"},
	}
	if len(got) != len(want) {
		t.Fatalf("got %v", got)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("message %d:\n got %v\nwant %v", i, got[i], want[i])
		}
	}
}

func TestAMessageOfSeveralRowsEndsBeforeItIsTooLarge(t *testing.T) {
	b := tag.NewBuilder(schemaOf(t, "text"), 8)
	for range 10 {
		b.Row(noon)[0] = tag.StringOf(strings.Repeat("x", 1000))
	}
	c := newComposer(options(t, "rows_per_message: 100"), "plant-7", 4000)
	sizes, rows := []int{}, 0
	err := c.each(batch(b.Batch()), func(m *message) error {
		sizes = append(sizes, m.packetSize())
		var all []any
		if err := json.Unmarshal(m.payload, &all); err != nil {
			return err
		}
		rows += len(all)
		return nil
	})
	if err != nil || rows != 10 || len(sizes) != 4 {
		t.Errorf("%d rows in messages of %v bytes, %v", rows, sizes, err)
	}
}

func TestAGapIsToldUnderTheStreamsNameOnceThatIsKnown(t *testing.T) {
	o := options(t, "topic: 'a/{stream}/{temperature}'", "time_format: s")
	c := newComposer(o, "plant-7", largestPacket)
	schema := climate(t)
	gap := sinks.Delivery{Gap: &tag.Gap{First: tag.Identity{Stream: schema.Stream()}, Count: 1, Cause: tag.Overflow}}
	for _, d := range []struct {
		sinks.Delivery
		topic string
	}{
		{gap, "a/" + schema.Stream().String() + "/_/gap"},
		{batch(readings(t, schema, 1, 1)), "a/climate/21.5"},
		{gap, "a/climate/_/gap"},
	} {
		err := c.each(d.Delivery, func(m *message) error {
			if string(m.topic) != d.topic {
				t.Errorf("topic %s, want %s", m.topic, d.topic)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

func TestAGapTopicOfItsOwnIsUsed(t *testing.T) {
	got := composed(t, options(t, "gap_topic: '{site}/gaps'"), sinks.Delivery{Gap: &tag.Gap{Count: 1}})
	if got[0].topic != "plant-7/gaps" {
		t.Errorf("topic %s", got[0].topic)
	}
}

func TestADeliveryOfNothingIsAnError(t *testing.T) {
	c := newComposer(options(t), "s", largestPacket)
	if err := c.each(sinks.Delivery{}, nil); err == nil {
		t.Error("no error")
	}
}

func TestATopicThatGrowsTooLongIsRefusedForGood(t *testing.T) {
	b := tag.NewBuilder(schemaOf(t, "m"), 1)
	b.Row(noon)[0] = tag.StringOf(strings.Repeat("x", 70_000))
	c := newComposer(options(t, "topic: '{m}'"), "s", largestPacket)
	err := c.each(batch(b.Batch()), func(m *message) error { return m.unfit })
	if !permanent(err) {
		t.Errorf("got %v", err)
	}
}

func TestEveryPayloadIsJSONWhateverTheValuesAre(t *testing.T) {
	o := options(t)
	rapid.Check(t, func(r *rapid.T) {
		names := rapid.SliceOfNDistinct(rapid.String(), 1, 4, rapid.ID).Draw(r, "names")
		b := tag.NewBuilder(schemaOf(t, names...), 1)
		row := b.Row(rapid.Int64().Draw(r, "time"))
		for i := range row {
			row[i] = rapid.OneOf(
				rapid.Just(tag.Value{}), rapid.Map(rapid.String(), tag.StringOf), rapid.Map(rapid.Float64(), tag.FloatOf),
				rapid.Map(rapid.SliceOf(rapid.Byte()), tag.BytesOf), rapid.Just(tag.NullOf(tag.BadTimeout)),
			).Draw(r, "value").WithQuality(tag.Quality(rapid.Uint16().Draw(r, "quality")))
		}
		got := composed(t, o, batch(b.Batch().Committed(tag.Identity{Site: rapid.String().Draw(r, "site"), Sequence: 1})))
		if !json.Valid([]byte(got[0].payload)) {
			r.Fatalf("%s", got[0].payload)
		}
	})
}

func TestComposingARowAllocatesNothing(t *testing.T) {
	b := tag.NewBuilder(schemaOf(t, "machine", "temperature"), 100)
	for range 100 {
		row := b.Row(noon)
		row[0], row[1] = tag.StringOf("press 4"), tag.FloatOf(21.5)
	}
	rows := b.Batch()
	c := newComposer(options(t, "topic: '{site}/{stream}/{machine}'"), "plant-7", largestPacket)
	out := make([]byte, 0, 64<<10)
	cost := testing.AllocsPerRun(50, func() {
		out = out[:0]
		if err := c.each(batch(rows), func(m *message) error { out = appendPublish(out, m); return nil }); err != nil {
			t.Fatal(err)
		}
	})
	if cost > 2 { // the two closures of a delivery
		t.Errorf("%v allocations for 100 rows", cost)
	}
}
