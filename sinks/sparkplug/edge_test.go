package sparkplug

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/holdfast-edge/holdfast/sinks/sparkplug/payload"
	"github.com/holdfast-edge/holdfast/tag"
)

// hosts see what an edge publishes.
type hosts struct {
	t     *testing.T
	edge  *edge
	names map[int64]string
	next  int64 // the sequence number that has to come
}

func newHosts(t *testing.T) *hosts {
	return &hosts{t: t, edge: newEdge("g", "n", 7, true, func() uint64 { return 1000 }), names: map[int64]string{}, next: -1}
}

// see draws messages, and fails where a sequence number is missing or an alias is not known.
func (h *hosts) see(messages []message) string {
	h.t.Helper()
	var lines []string
	for _, m := range messages {
		p, err := payload.Parse(m.payload)
		if err != nil {
			h.t.Fatal(err)
		}
		if strings.Contains(m.topic, "NBIRTH") {
			h.next = 0
		}
		if p.Seq != h.next {
			h.t.Errorf("%s has seq %d, want %d", m.topic, p.Seq, h.next)
		}
		h.next = (h.next + 1) % 256
		line := strings.TrimPrefix(m.topic, "spBv1.0/g/")
		for _, x := range p.Metrics {
			line += " " + h.draw(x)
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}

func (h *hosts) draw(x payload.Metric) string {
	if x.Name != "" && x.Alias >= 0 {
		h.names[x.Alias] = x.Name
	}
	name := x.Name
	if name == "" {
		name = h.names[x.Alias]
	}
	v, _ := asked(x, x.Type)
	text := fmt.Sprintf("%s=%s@%d", name, tag.AppendJSON(nil, v), x.Timestamp)
	if x.Null {
		text = name + "=null"
	}
	if x.Quality >= 0 && x.Quality != payload.Good {
		text += fmt.Sprintf("(%d)", x.Quality)
	}
	if x.Historical {
		text += "!"
	}
	return text
}

// rows makes a batch of boiler.climate; each row is its time in ms and its values.
func rows(t *testing.T, origin tag.Origin, at []int64, values ...[]tag.Value) *tag.Batch {
	t.Helper()
	schema, err := tag.NewSchema(tag.NewStreamID("p", "boiler.climate"), "boiler.climate", tag.Field{Name: "a"}, tag.Field{Name: "b"})
	if err != nil {
		t.Fatal(err)
	}
	b := tag.NewBuilder(schema, len(at))
	for i := range at {
		copy(b.Row(at[i]*1e6), values[i])
	}
	return b.Derived(origin, 0)
}

func (h *hosts) want(what, got, want string) {
	h.t.Helper()
	if got != want {
		h.t.Errorf("%s:\n%s\nwant\n%s", what, got, want)
	}
}

func TestHostsAreToldWhatTheyDoNotKnow(t *testing.T) {
	h := newHosts(t)
	one, two, bad := tag.IntOf(1), tag.FloatOf(2.5), tag.NullOf(tag.BadTimeout)
	h.edge.know("boiler", "boiler.climate", "a", one, 5e6)
	h.want("births", h.see(h.edge.births()), "NBIRTH/n bdSeq=7@1000 Node Control/Rebirth=false@1000\nDBIRTH/n/boiler a=1@5")
	data := func(origin tag.Origin, at int64, values ...tag.Value) string {
		return h.see(h.edge.data("boiler", rows(t, origin, []int64{at}, values)))
	}
	h.want("a metric that is new", data(tag.Live, 10, one, two), "DBIRTH/n/boiler a=1@10 b=2.5@10")
	h.want("a change", data(tag.Live, 20, tag.IntOf(3), two), "DDATA/n/boiler a=3@20")
	h.want("no change", data(tag.Live, 30, tag.IntOf(3), two), "")
	h.want("a Bad value", data(tag.Live, 40, bad, two), "DDATA/n/boiler a=null(0)")
	h.want("a good one again", data(tag.Live, 50, tag.IntOf(3), two), "DDATA/n/boiler a=3@50")
	h.want("another kind that fits", data(tag.Live, 60, tag.IntOf(3), tag.IntOf(2)), "DDATA/n/boiler b=2@60")
	h.want("another kind", data(tag.Live, 70, tag.StringOf("x"), tag.IntOf(2)), `DBIRTH/n/boiler a="x"@70 b=2@70`)
	h.want("the past", data(tag.Backfill, 15, tag.StringOf("w"), two), `DDATA/n/boiler a="w"@15! b=2.5@15!`)
	h.want("what is older than what hosts know", data(tag.Live, 65, tag.StringOf("v"), tag.Value{}), `DDATA/n/boiler a="v"@65!`)
	h.want("a lost device", data(tag.Live, 80, bad, bad), "DDEATH/n/boiler")
	h.want("a lost device, still", data(tag.Live, 90, bad, bad), "")
	h.want("the node born again meanwhile", h.see(h.edge.births()), "NBIRTH/n bdSeq=7@1000 Node Control/Rebirth=false@1000")
	h.want("the device again", data(tag.Live, 100, tag.StringOf("y"), two), `DBIRTH/n/boiler a="y"@100 b=2.5@100`)
	h.want("a rebirth", h.see(h.edge.births()), "NBIRTH/n bdSeq=7@1000 Node Control/Rebirth=false@1000\n"+`DBIRTH/n/boiler a="y"@100 b=2.5@100`)
}

func TestSequenceNumbersBeginAnewAfter255(t *testing.T) {
	h := newHosts(t)
	h.see(h.edge.births())
	for i := range int64(600) {
		h.see(h.edge.data("boiler", rows(t, tag.Live, []int64{i}, []tag.Value{tag.IntOf(i), tag.IntOf(0)})))
	}
}

func TestADeviceOfSeveralGroupsIsLostWithTheLast(t *testing.T) {
	h := newHosts(t)
	h.edge.know("boiler", "boiler.climate", "a", tag.IntOf(1), 1e6)
	h.edge.know("boiler", "boiler.state", "c", tag.IntOf(1), 1e6)
	h.see(h.edge.births())
	bad := tag.NullOf(tag.BadTimeout)
	h.want("one group", h.see(h.edge.data("boiler", rows(t, tag.Live, []int64{10}, []tag.Value{bad, {}}))), "DDATA/n/boiler a=null(0)")
}

func TestACommandFindsItsMetricByNameOrAlias(t *testing.T) {
	e := newEdge("g", "n", 0, true, func() uint64 { return 0 })
	e.know("boiler", "s", "a", tag.IntOf(1), 0)
	e.know("press", "s", "a", tag.IntOf(1), 0)
	for _, c := range []struct {
		device string
		metric payload.Metric
		want   bool
	}{
		{"boiler", payload.Metric{Name: "a", Alias: -1}, true},
		{"boiler", payload.Metric{Alias: 0}, true},
		{"boiler", payload.Metric{Alias: 1}, false}, // of the press
		{"press", payload.Metric{Alias: 1}, true},
		{"press", payload.Metric{Alias: 2}, false},
		{"press", payload.Metric{Alias: -1}, false},
		{"mill", payload.Metric{Name: "a", Alias: -1}, false},
	} {
		if _, ok := e.find(c.device, c.metric); ok != c.want {
			t.Errorf("%s %+v: %v", c.device, c.metric, ok)
		}
	}
}

func TestAHostsStateIsReadInBothVersions(t *testing.T) {
	for text, want := range map[string]struct{ online, ok bool }{
		`{"online":true,"timestamp":5}`: {true, true}, `{"online":false,"timestamp":5}`: {false, true}, "ONLINE": {true, true},
		"OFFLINE": {false, true}, "": {}, "{}": {}, `{"online":"yes"}`: {}, "[": {},
	} {
		if s, ok := parseState([]byte(text)); ok != want.ok || s.Online != want.online {
			t.Errorf("%s: %+v, %v", text, s, ok)
		}
	}
}

func FuzzState(f *testing.F) {
	f.Add([]byte(`{"online":true,"timestamp":5}`))
	f.Add([]byte("ONLINE"))
	f.Fuzz(func(t *testing.T, body []byte) {
		if s, ok := parseState(body); !ok && s.Online {
			t.Fatalf("%q is no state and online", body)
		}
	})
}

func TestBdSeqCountsOnFromOneConnectionToTheNext(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "sinks", "host")
	for want := range uint64(300) {
		if got, err := nextBdSeq(dir); err != nil || got != want%256 {
			t.Fatalf("%d, %v, want %d", got, err, want%256)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "bdseq"), []byte("\x00\x00"), 0o600); err != nil {
		t.Fatal(err)
	}
	if got, err := nextBdSeq(dir); err != nil || got != 0 {
		t.Errorf("a damaged file: %d, %v", got, err)
	}
	left, err := os.ReadDir(dir)
	if err != nil || len(left) != 1 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

func TestValuesKeepTheirKind(t *testing.T) {
	for _, v := range []tag.Value{
		tag.BoolOf(true), tag.IntOf(-5), tag.UintOf(1 << 63), tag.FloatOf(2.5), tag.StringOf("näh"), tag.BytesOf([]byte{0, 1}), tag.NanosOf(5e9),
	} {
		m := &metric{alias: 1, datatype: typeOf(v.Kind())}
		p, err := payload.Parse(payload.Append(nil, &payload.Payload{Metrics: []payload.Metric{m.tell(v, 0)}}))
		if err != nil {
			t.Fatal(err)
		}
		if got, ok := asked(p.Metrics[0], 0); !ok || !got.Equal(v) {
			t.Errorf("%s %s came back as %s %s", v.Kind(), tag.AppendJSON(nil, v), got.Kind(), tag.AppendJSON(nil, got))
		}
	}
	for _, c := range []struct {
		p    payload.Metric
		want tag.Value
	}{
		{payload.Metric{Type: payload.Int32, Value: payload.Value{Kind: payload.Int, Bits: 0xFFFFFFFF}}, tag.IntOf(-1)},
		{payload.Metric{Type: payload.UInt32, Value: payload.Value{Kind: payload.Int, Bits: 0xFFFFFFFF}}, tag.UintOf(0xFFFFFFFF)},
		{payload.Metric{Type: payload.Int8, Value: payload.Value{Kind: payload.Int, Bits: 0xFF}}, tag.IntOf(-1)},
		{payload.Metric{Type: payload.Single, Value: payload.Value{Kind: payload.Float, Bits: 0x3F000000}}, tag.FloatOf(0.5)},
	} {
		if got, ok := asked(c.p, 0); !ok || !got.Equal(c.want) {
			t.Errorf("%+v is read as %s", c.p, tag.AppendJSON(nil, got))
		}
	}
}
