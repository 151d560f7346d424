package opcua

import (
	"math"
	"testing"
	"time"

	"github.com/gopcua/opcua/ua"

	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/protocols/outbox"
	"github.com/holdfast-edge/holdfast/protocols/scale"
	"github.com/holdfast-edge/holdfast/tag"
)

// tagOf returns a tag with options, compiled.
func tagOf(t testing.TB, change func(*config.Tag, *TagOptions)) *point {
	t.Helper()
	o := &TagOptions{Address: Address{kind: 'i', number: 1}}
	c := &config.Tag{Name: "x", Scale: 1, Access: config.ReadWrite, Options: o}
	if change != nil {
		change(c, o)
	}
	p, flaw := newPoint(c)
	if flaw != nil {
		t.Fatal(flaw.Err)
	}
	return p
}

func typed(name string) func(*config.Tag, *TagOptions) {
	return func(_ *config.Tag, o *TagOptions) { o.Type = name }
}

func wantSame(t *testing.T, what string, got, want tag.Value) {
	t.Helper()
	if !got.Equal(want) {
		t.Errorf("%s: got %s %s (%s), want %s %s (%s)", what, got.Kind(), tag.AppendJSON(nil, got), got.Quality(),
			want.Kind(), tag.AppendJSON(nil, want), want.Quality())
	}
}

func TestTheStatusOfAValueIsItsQuality(t *testing.T) {
	p := tagOf(t, nil)
	for _, s := range []struct {
		status ua.StatusCode
		value  any
		want   tag.Value
	}{
		{ua.StatusOK, int32(7), tag.IntOf(7)},
		{ua.StatusUncertainLastUsableValue, int32(7), tag.IntOf(7).WithQuality(tag.UncertainLastUsable)},
		{ua.StatusBadSensorFailure, int32(7), tag.IntOf(7).WithQuality(tag.BadSensorFailure)},
		{ua.StatusBadSensorFailure, nil, tag.NullOf(tag.BadSensorFailure)},
		{ua.StatusGoodLocalOverride, true, tag.BoolOf(true).WithQuality(tag.GoodLocalOverride)},
		{0x00000480, int32(7), tag.IntOf(7)}, // Good, with the bits that say that values were lost before it
		{ua.StatusBadDataTypeIDUnknown, math.NaN(), tag.NullOf(badDataTypeUnknown)},
	} {
		d := &ua.DataValue{Status: s.status, Value: new(ua.Variant)}
		if s.value != nil {
			d.Value = ua.MustVariant(s.value)
		}
		got, _ := p.value(d)
		wantSame(t, s.status.Error(), got, s.want)
	}
}

func TestAnImpossibleNumberIsBad(t *testing.T) {
	for v, q := range map[any]tag.Quality{
		math.NaN(): tag.BadSensorFailure, math.Inf(1): tag.BadOutOfRange, float32(math.Inf(-1)): tag.BadOutOfRange,
	} {
		wantSame(t, "it", anyOf(v, maxDepth), tag.NullOf(q))
	}
}

func TestWhatNoTagCanBeIsBadAndDoesNotRunAway(t *testing.T) {
	nested := ua.MustVariant(int32(1))
	for range 100 {
		nested = ua.MustVariant(nested)
	}
	wantSame(t, "values within values", valueOf(nested), tag.NullOf(tag.BadDecoding))
	wantSame(t, "a channel", anyOf(make(chan int), maxDepth), tag.NullOf(tag.BadDecoding))
	wantSame(t, "an unknown structure", anyOf(&ua.ExtensionObject{EncodingMask: ua.ExtensionObjectBinary}, maxDepth), tag.NullOf(badDataTypeUnknown))
	wantSame(t, "an empty structure", anyOf(&ua.ExtensionObject{}, maxDepth), tag.NullOf(tag.Good))
	wantSame(t, "a nil structure", anyOf((*ua.Range)(nil), maxDepth), tag.NullOf(tag.Good))
	wantSame(t, "half a GUID", anyOf(&ua.GUID{}, maxDepth), tag.ObjectOf(mustObject(t, &ua.GUID{})))
	wantSame(t, "no variant", valueOf(nil), tag.NullOf(tag.Good))
}

func mustObject(t *testing.T, g *ua.GUID) *tag.Object {
	t.Helper()
	o, err := tag.NewObject([]string{"Data1", "Data2", "Data3", "Data4"},
		[]tag.Value{tag.IntOf(int64(g.Data1)), tag.IntOf(int64(g.Data2)), tag.IntOf(int64(g.Data3)), tag.BytesOf(nil)})
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func TestNamesAndIdentifiersAreTexts(t *testing.T) {
	for v, want := range map[any]string{
		&ua.QualifiedName{Name: "q"}: "q", ua.NewLocalizedText("t"): "t", ua.NewStringNodeID(2, "n"): "ns=2;s=n",
		ua.XMLElement("<x/>"): "<x/>", ua.NewExpandedNodeID(ua.NewNumericNodeID(0, 5), "urn:x", 0): "nsu=urn:x;i=5",
		&ua.ExpandedNodeID{}: "", "\xff": "\uFFFD",
	} {
		wantSame(t, want, anyOf(v, maxDepth), tag.StringOf(want))
	}
	wantSame(t, "a status", anyOf(ua.StatusBad, maxDepth), tag.IntOf(0x80000000))
	wantSame(t, "no time", anyOf(time.Time{}, maxDepth), tag.NullOf(tag.Good))
	wantSame(t, "a time before all", anyOf(time.Unix(-1, 0), maxDepth), tag.NullOf(tag.Good))
	inner := &ua.DataValue{Value: ua.MustVariant(true), Status: ua.StatusBadTimeout}
	wantSame(t, "a value with a status", anyOf(inner, maxDepth), tag.BoolOf(true).WithQuality(tag.BadTimeout))
}

func TestATypeThatIsAskedForIsConvertedToWhereNothingIsLost(t *testing.T) {
	u := tag.UintOf(math.MaxUint64)
	for _, c := range []struct {
		kind     string
		in, want tag.Value
	}{
		{"int32", tag.FloatOf(7), tag.IntOf(7)},
		{"int32", tag.FloatOf(7.5), tag.NullOf(tag.BadTypeMismatch)},
		{"int32", tag.FloatOf(3e9), tag.NullOf(tag.BadOutOfRange)},
		{"uint64", u, u},
		{"int64", u, tag.NullOf(tag.BadOutOfRange)},
		{"uint64", tag.FloatOf(1 << 63), tag.UintOf(1 << 63)},
		{"int64", tag.FloatOf(1e300), tag.NullOf(tag.BadTypeMismatch)},
		{"uint8", tag.IntOf(-1), tag.NullOf(tag.BadOutOfRange)},
		{"int8", tag.IntOf(-128), tag.IntOf(-128)},
		{"int32", tag.BoolOf(true), tag.NullOf(tag.BadTypeMismatch)},
		{"int32", tag.StringOf("7"), tag.NullOf(tag.BadTypeMismatch)},
		{"float64", tag.IntOf(7), tag.FloatOf(7)},
		{"float32", tag.BoolOf(true), tag.NullOf(tag.BadTypeMismatch)},
		{"bool", tag.IntOf(1), tag.BoolOf(true)},
		{"bool", tag.IntOf(2), tag.NullOf(tag.BadTypeMismatch)},
		{"string", tag.StringOf("x"), tag.StringOf("x")},
		{"string", tag.IntOf(1), tag.NullOf(tag.BadTypeMismatch)},
		{"bytes", tag.BytesOf([]byte{1}), tag.BytesOf([]byte{1})},
		{"time", tag.NanosOf(1), tag.NanosOf(1)},
		{"text", tag.StringOf("x"), tag.StringOf("x")},
		{"guid", tag.BytesOf(nil), tag.NullOf(tag.BadTypeMismatch)},
		{"int32", tag.NullOf(tag.Good), tag.NullOf(tag.Good)},
		{"float64", tag.IntOf(7).WithQuality(tag.UncertainInitial), tag.FloatOf(7).WithQuality(tag.UncertainInitial)},
	} {
		wantSame(t, c.kind, builtinNamed(c.kind).converted(c.in), c.want)
	}
}

func TestArraysAreConvertedAndScaledOneByOne(t *testing.T) {
	p := tagOf(t, func(c *config.Tag, o *TagOptions) { c.Scale, o.Type = 0.1, "int32" })
	got, _ := p.value(&ua.DataValue{Value: ua.MustVariant([]float64{300, 7.5})})
	wantSame(t, "an array", got, tag.ArrayOf([]tag.Value{tag.FloatOf(30), tag.NullOf(tag.BadTypeMismatch)}))
}

func TestWhatIsWrittenIsReadBackAsTheSame(t *testing.T) {
	for name, v := range map[string]tag.Value{
		"bool": tag.BoolOf(true), "int8": tag.IntOf(-128), "uint8": tag.IntOf(255), "int16": tag.IntOf(-32768), "uint16": tag.IntOf(65535),
		"int32": tag.IntOf(math.MinInt32), "uint32": tag.IntOf(math.MaxUint32), "int64": tag.IntOf(math.MinInt64),
		"uint64": tag.UintOf(math.MaxUint64), "float32": tag.FloatOf(21.7), "float64": tag.FloatOf(-1e300), "string": tag.StringOf("Ä"),
		"time": tag.NanosOf(1700000000123456700), "bytes": tag.BytesOf([]byte{0, 1}), "text": tag.StringOf("warm"),
		"guid": tag.StringOf("72962B91-FA75-4AE6-8D28-B404DC7DAF63"),
	} {
		for _, v := range []tag.Value{v, tag.ArrayOf([]tag.Value{v, v}), tag.ArrayOf(nil)} {
			p := tagOf(t, typed(name))
			variant, err := p.written(v)
			if name == "bytes" && v.Kind() == tag.Array {
				if err == nil {
					t.Error("an array of bytes is written, which the library cannot")
				}
				continue
			}
			if err != nil {
				t.Errorf("%s: %v", name, err)
				continue
			}
			encoded, err := variant.Encode()
			if err != nil {
				t.Fatal(err)
			}
			decoded := new(ua.Variant)
			if _, err := decoded.Decode(encoded); err != nil {
				t.Errorf("%s, % x: %v", name, encoded, err)
				continue
			}
			got, _ := p.value(&ua.DataValue{Value: decoded})
			wantSame(t, name, got, v)
		}
	}
}

func TestWhatDoesNotFitIsNotWritten(t *testing.T) {
	for name, values := range map[string][]tag.Value{
		"int8":    {tag.IntOf(128), tag.IntOf(-129), tag.UintOf(math.MaxUint64), tag.BoolOf(true), tag.StringOf("1"), tag.FloatOf(math.NaN())},
		"float32": {tag.FloatOf(1e300), tag.StringOf("1"), tag.FloatOf(math.Inf(1))}, "bool": {tag.IntOf(2), tag.StringOf("on")},
		"string": {tag.IntOf(1), tag.StringOf("\xff"), tag.NullOf(tag.Good), tag.StringOf("x").WithQuality(tag.Bad)},
		"time":   {tag.StringOf("tomorrow"), tag.IntOf(1)}, "guid": {tag.StringOf("x")}, "bytes": {tag.StringOf("x")},
		"uint16": {tag.ArrayOf([]tag.Value{tag.IntOf(1), tag.IntOf(-1)}), tag.ArrayOf([]tag.Value{tag.NullOf(tag.Good)})},
	} {
		p := tagOf(t, typed(name))
		for _, v := range values {
			if err := p.Check(v); err == nil {
				t.Errorf("%s takes %s", name, tag.AppendJSON(nil, v))
			}
		}
	}
}

func TestATypeThatTheServerShowsGoesBeforeTheConfiguredOne(t *testing.T) {
	p := tagOf(t, typed("float64"))
	p.value(&ua.DataValue{Value: ua.MustVariant([]int16{1})})
	if b, array := p.target(); b.name != "int16" || !array {
		t.Errorf("%s, %v", b.name, array)
	}
	if p.Check(tag.IntOf(1)) == nil {
		t.Error("an array takes a number")
	}
}

func TestATagThatIsConfiguredWronglyIsRefusedAtItsKey(t *testing.T) {
	for key, change := range map[string]func(*config.Tag, *TagOptions){
		"address": func(_ *config.Tag, o *TagOptions) { o.Address = Address{} },
		"type":    func(_ *config.Tag, o *TagOptions) { o.Type = "real" },
		"scale":   func(c *config.Tag, o *TagOptions) { c.Scale, o.Type = 2, "string" },
		"scaling": func(_ *config.Tag, o *TagOptions) {
			o.Scaling = &scale.Options{Curve: "table", Points: []scale.Point{{Raw: 0, To: 0}, {Raw: 1, To: 5}, {Raw: 2, To: 0}}}
		},
	} {
		o := &TagOptions{Address: Address{kind: 'i', number: 1}}
		c := &config.Tag{Name: "x", Scale: 1, Access: config.ReadWrite, Options: o}
		change(c, o)
		if _, flaw := newPoint(c); flaw == nil || flaw.Key != key {
			t.Errorf("%s: %+v", key, flaw)
		}
	}
}

func TestStandardDataTypesAreTheirBuiltInOnes(t *testing.T) {
	for node, want := range map[*ua.NodeID]string{
		ua.NewNumericNodeID(0, 6): "int32", ua.NewNumericNodeID(0, 290): "float64", ua.NewNumericNodeID(0, 294): "time",
		ua.NewNumericNodeID(0, 29): "int32", ua.NewNumericNodeID(0, 26): "", ua.NewNumericNodeID(0, 22): "", ua.NewNumericNodeID(2, 6): "", nil: "",
	} {
		got := ""
		if b := builtinOfNode(node); b != nil {
			got = b.name
		}
		if got != want {
			t.Errorf("%v is %q, want %q", node, got, want)
		}
	}
}

func TestNumbersAreTakenWithoutAllocating(t *testing.T) {
	p := tagOf(t, func(c *config.Tag, o *TagOptions) { c.Scale, o.Type = 0.1, "float64" })
	for _, v := range []any{true, int16(1), int32(300), uint32(7), int64(1), uint64(2), float32(21.7), float64(1)} {
		d := &ua.DataValue{Value: ua.MustVariant(v), SourceTimestamp: time.Unix(1, 0)}
		if n := testing.AllocsPerRun(100, func() { p.value(d) }); n != 0 {
			t.Errorf("%T: %v allocations", v, n)
		}
	}
}

func BenchmarkNotification(b *testing.B) {
	d := plant(b)
	items := []*ua.MonitoredItemNotification{item(0, 1, 1), item(1, 2, 1)}
	o, change := outbox.New(d.widths), d.changed(items...)
	b.ReportAllocs()
	for b.Loop() {
		o.Fill(change)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(2*b.N), "ns/value")
}
