package opcua_test

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/holdfast-edge/holdfast/protocols"
	"github.com/holdfast-edge/holdfast/protocols/conformance"
	"github.com/holdfast-edge/holdfast/tag"
)

// endpointOf returns the address of a server with options.
func endpointOf(s *server, options string) string {
	return "opc.tcp://" + s.address() + "/?request_timeout=30s&connect_timeout=60s" + options
}

func TestEveryTypeIsReadAsItIs(t *testing.T) {
	s := sharedServer(t)
	object, err := tag.NewObject([]string{"Low", "High"}, []tag.Value{tag.FloatOf(-10), tag.FloatOf(100)})
	if err != nil {
		t.Fatal(err)
	}
	uints := func(n ...uint64) tag.Value {
		var values []tag.Value
		for _, n := range n {
			values = append(values, tag.UintOf(n))
		}
		return tag.ArrayOf(values)
	}
	wants := []struct {
		node string
		v    tag.Value
	}{
		{"SByte", tag.IntOf(-1)},
		{"Byte", tag.IntOf(255)},
		{"UInt32", tag.IntOf(math.MaxUint32)},
		{"Int64", tag.IntOf(-10)},
		{"UInt64", tag.UintOf(math.MaxUint64)},
		{"Float", tag.FloatOf(21.7)},
		{"Double", tag.FloatOf(1e300)},
		{"String", tag.StringOf("Wärme")},
		{"Time", tag.NanosOf(1700000000000 * 1e6)},
		{"Guid", tag.StringOf("72962B91-FA75-4AE6-8D28-B404DC7DAF63")},
		{"Octets", tag.BytesOf([]byte{1, 2, 3})},
		{"Text", tag.StringOf("hot")},
		{"Array", tag.ArrayOf([]tag.Value{tag.FloatOf(1), tag.FloatOf(2), tag.FloatOf(3)})},
		{"Matrix", tag.ArrayOf([]tag.Value{uints(1, 2), uints(3, 4)})},
		{"Bytes", uints(1, 2)},
		{"Structure", tag.ObjectOf(object)},
		{"Empty", tag.NullOf(tag.Good)},
	}
	var tags []string
	for _, w := range wants {
		tags = append(tags, fmt.Sprintf(`name: %s, address: "ns=1;s=%s"`, w.node, w.node))
	}
	c := kit.Device(t, endpointOf(s, ""), "", tags...)
	session, d := kit.Dial(t, c), kit.Compile(t, c)
	row, err := conformance.Scan(t, session, d, len(wants))
	if err != nil {
		t.Fatal(err)
	}
	for i, w := range wants {
		conformance.WantValue(t, w.node, row.Values[i], w.v)
	}
}

func TestValuesCarryTheServersTimeAndStatus(t *testing.T) {
	s := sharedServer(t)
	at := time.Now().Add(-time.Hour).Truncate(time.Millisecond)
	s.ask(t, map[string]any{"do": "set", "node": "Number", "value": 5, "at": at.UnixMilli()})
	c := kit.Device(t, endpointOf(s, ""), "", `name: a, address: "ns=1;s=Number"`, `name: b, address: "ns=1;s=Missing"`)
	row, err := conformance.Scan(t, kit.Dial(t, c), kit.Compile(t, c), 2)
	if err != nil {
		t.Fatal(err)
	}
	if row.Stamps[0] != at.UnixNano() {
		t.Errorf("of %v, want %v", time.Unix(0, row.Stamps[0]), at)
	}
	conformance.WantValue(t, "a node that is not there", row.Values[1], tag.NullOf(tag.BadAddressUnknown))
}

func TestANamespaceIsFoundByItsName(t *testing.T) {
	s := sharedServer(t)
	s.set(t, "Number", 7)
	all := kit.Device(t, endpointOf(s, ""), "", `name: names, address: "i=2255"`)
	row, err := conformance.Scan(t, kit.Dial(t, all), kit.Compile(t, all), 1)
	if err != nil {
		t.Fatal(err)
	}
	own := row.Values[0].Array()[1].Str()
	c := kit.Device(t, endpointOf(s, ""), "",
		fmt.Sprintf(`name: a, address: "nsu=%s;s=Number"`, own), `name: b, address: "nsu=urn:nobody;s=Number", access: rw`)
	session, d := kit.Dial(t, c), kit.Compile(t, c)
	if row, err = conformance.Scan(t, session, d, 2); err != nil {
		t.Fatal(err)
	}
	conformance.WantValue(t, "in a namespace by name", row.Values[0], tag.IntOf(7))
	conformance.WantValue(t, "in no namespace", row.Values[1], tag.NullOf(tag.BadAddressUnknown))
	err = session.Write(t.Context(), conformance.Point(t, d, "b"), tag.IntOf(1))
	if r, ok := errors.AsType[*protocols.Refusal](err); !ok || !strings.Contains(r.Error(), `no namespace "urn:nobody"`) {
		t.Errorf("write into no namespace: %v", err)
	}
}

func TestEveryTypeIsWrittenAsTheServerKeepsIt(t *testing.T) {
	s := ownServer(t)
	for node, w := range map[string]struct {
		v    tag.Value
		held string
	}{
		"SByte": {tag.IntOf(-128), "-128"}, "Byte": {tag.FloatOf(7), "7"}, "UInt32": {tag.IntOf(8), "8"},
		"Int64": {tag.IntOf(1 << 33), "[2,0]"}, "UInt64": {tag.IntOf(9), "[0,9]"}, "Float": {tag.FloatOf(0.5), "0.5"},
		"Double": {tag.IntOf(3), "3"}, "String": {tag.StringOf("kalt"), `"kalt"`}, "Flag": {tag.IntOf(1), "true"},
		"Time":   {tag.StringOf("2026-01-02T03:04:05Z"), `"2026-01-02T03:04:05.000Z"`},
		"Guid":   {tag.StringOf("00000000-0000-0000-0000-00000000000a"), `"00000000-0000-0000-0000-00000000000A"`},
		"Octets": {tag.BytesOf([]byte{9}), `{"type":"Buffer","data":[9]}`},
		"Array":  {tag.ArrayOf([]tag.Value{tag.IntOf(4), tag.FloatOf(5.5), tag.IntOf(6)}), `{"0":4,"1":5.5,"2":6}`},
		"Bytes":  {tag.ArrayOf([]tag.Value{tag.IntOf(4), tag.IntOf(5)}), ""},
		"Text":   {tag.StringOf("cold"), ""}, "Empty": {tag.IntOf(65535), "65535"},
	} {
		t.Run(node, func(t *testing.T) {
			c := kit.Device(t, endpointOf(s, ""), "", fmt.Sprintf(`name: a, address: "ns=1;s=Own%s", access: rw`, node))
			session, d := kit.Dial(t, c), kit.Compile(t, c)
			p := conformance.Point(t, d, "a")
			if err := session.Write(t.Context(), p, w.v); err != nil {
				t.Fatal(err)
			}
			if held := s.ask(t, map[string]any{"do": "get", "node": "Own" + node}); w.held != "" && held != w.held {
				t.Errorf("the server holds %s, want %s", held, w.held)
			}
			back, err := session.ReadPoint(t.Context(), p)
			if err != nil || !back.Quality().IsGood() || back.IsNull() {
				t.Errorf("read back: %s, %v", tag.AppendJSON(nil, back), err)
			}
		})
	}
}

func TestWhatTheServerDoesNotTakeIsRefusedWithWhatToDo(t *testing.T) {
	s := sharedServer(t)
	for name, w := range map[string]struct {
		tag, says string
		v         tag.Value
	}{
		"read-only, type known":   {`name: a, address: "ns=1;s=Fixed", type: uint16, access: rw`, "read-only at the server", tag.IntOf(1)},
		"read-only, type unknown": {`name: a, address: "ns=1;s=Fixed", access: rw`, "read-only at the server", tag.IntOf(1)},
		"not there":               {`name: a, address: "ns=1;s=Missing", type: int32, access: rw`, "correct the address", tag.IntOf(1)},
		"of another type":         {`name: a, address: "ns=1;s=Number", type: string, access: rw`, "remove the tag's type", tag.StringOf("x")},
		"too large":               {`name: a, address: "ns=1;s=Byte", access: rw`, "want 0 to 255", tag.IntOf(256)},
		"not a number":            {`name: a, address: "ns=1;s=Byte", access: rw`, "want a number", tag.StringOf("x")},
		"no array":                {`name: a, address: "ns=1;s=Array", access: rw`, "want an array of float64", tag.IntOf(1)},
		"a structure":             {`name: a, address: "ns=1;s=Structure", access: rw`, "give the tag's type", tag.IntOf(1)},
	} {
		t.Run(name, func(t *testing.T) {
			c := kit.Device(t, endpointOf(s, ""), "", w.tag)
			session, d := kit.Dial(t, c), kit.Compile(t, c)
			err := session.Write(t.Context(), conformance.Point(t, d, "a"), w.v)
			r, ok := errors.AsType[*protocols.Refusal](err)
			if !ok || !r.Quality.IsBad() || !strings.Contains(r.Error(), w.says) {
				t.Errorf("got %v, want a refusal that says %q", err, w.says)
			}
			if err := session.Probe(t.Context(), d); err != nil {
				t.Errorf("the session did not survive: %v", err)
			}
		})
	}
}

func TestAConfiguredTypeIsChecked(t *testing.T) {
	s := sharedServer(t)
	s.set(t, "Number", 300)
	c := kit.Device(t, endpointOf(s, ""), "",
		`name: wide, address: "ns=1;s=Number", type: float64`, `name: narrow, address: "ns=1;s=Number", type: uint8`,
		`name: other, address: "ns=1;s=Number", type: string`, `name: scaled, address: "ns=1;s=Number", scale: 0.1, offset: -5`,
		`name: text, address: "ns=1;s=String", scale: 2`)
	row, err := conformance.Scan(t, kit.Dial(t, c), kit.Compile(t, c), 5)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []tag.Value{
		tag.FloatOf(300), tag.NullOf(tag.BadOutOfRange), tag.NullOf(tag.BadTypeMismatch), tag.FloatOf(25), tag.NullOf(tag.BadTypeMismatch),
	} {
		conformance.WantValue(t, c.Groups[0].Tags[i].Name, row.Values[i], want)
	}
}

// The server takes 100 nodes at once, and says so.
func TestManyTagsAreReadInRequestsThatTheServerTakes(t *testing.T) {
	s := sharedServer(t)
	c := kit.Device(t, endpointOf(s, ""), "", many(250)...)
	d, session := kit.Compile(t, c), kit.Dial(t, c)
	for range 2 {
		row, err := conformance.Scan(t, session, d, 250)
		if err != nil {
			t.Fatal(err)
		}
		for i, v := range row.Values {
			if !v.Equal(tag.IntOf(int64(i))) {
				t.Fatalf("tag %d is %s %s", i, tag.AppendJSON(nil, v), v.Quality())
			}
		}
	}
	if n := d.Plans()[0].Steps(); n != 3 {
		t.Errorf("%d steps, want 3", n)
	}
}

func many(n int) (tags []string) {
	for i := range n {
		tags = append(tags, fmt.Sprintf(`name: t%d, address: "ns=1;s=Many%d"`, i, i))
	}
	return tags
}

func TestAClosedSessionIsGoneAtTheServer(t *testing.T) {
	s := sharedServer(t)
	before := s.count(t)
	c := kit.Device(t, endpointOf(s, ""), "", `name: a, address: "ns=1;s=Number"`)
	session := kit.Dial(t, c)
	if n := s.count(t).Sessions; n != before.Sessions+1 {
		t.Errorf("%d sessions, %d before", n, before.Sessions)
	}
	if err := session.Close(); err != nil {
		t.Fatal(err)
	}
	conformance.Eventually(t, "the server has forgotten the session", func() bool { return s.count(t).Sessions <= before.Sessions })
}

func TestASessionThatNobodyUsesIsKeptAlive(t *testing.T) {
	line := newRelay(t, sharedServer(t).address())
	c := kit.Device(t, "opc.tcp://"+line.Address()+"/?session_timeout=1s&subscribe=false", "", `name: a, address: "ns=1;s=Number"`)
	if _, subscribes := kit.Dial(t, c).(protocols.Subscriber); subscribes {
		t.Error("a session that is to be polled subscribes")
	}
	for range 3 {
		before := line.asked.Load()
		conformance.Eventually(t, "the server is asked something", func() bool { return line.asked.Load() > before })
	}
}

func TestBrowsingTellsTypeAccessAndValue(t *testing.T) {
	s := sharedServer(t)
	c := kit.Device(t, endpointOf(s, ""), "")
	s.set(t, "Number", 7)
	browser := kit.Dial(t, c).(protocols.Browser)
	items := map[string]protocols.Item{}
	if err := browser.Browse(t.Context(), "ns=1;s=Plant", func(i protocols.Item) { items[i.Name] = i }); err != nil {
		t.Fatal(err)
	}
	for _, want := range []protocols.Item{
		{Address: "ns=1;s=Number", Name: "Number", Type: "int32", Writable: true, Value: tag.IntOf(7)},
		{Address: "ns=1;s=Fixed", Name: "Fixed", Type: "uint16", Value: mustValue(t, s, "Fixed")},
		{Address: "ns=1;s=Structure", Name: "Structure", Writable: true, Value: items["Structure"].Value},
		{Address: "ns=1;s=Text", Name: "Text", Type: "text", Writable: true, Value: tag.StringOf("hot")},
		{Address: "ns=1;s=Many249", Name: "Many249", Type: "int32", Writable: true, Value: tag.IntOf(249)},
	} {
		got := items[want.Name]
		conformance.WantValue(t, want.Name, got.Value, want.Value)
		if got.Value = want.Value; got != want {
			t.Errorf("got %+v, want %+v", got, want)
		}
	}
	if v := items["Structure"].Value; v.Kind() != tag.ObjectKind {
		t.Errorf("the structure is %s", tag.AppendJSON(nil, v))
	}
	for _, address := range []string{"ns=1;s=Missing", "what"} {
		err := browser.Browse(t.Context(), address, func(protocols.Item) { t.Error("found something") })
		if _, refused := errors.AsType[*protocols.Refusal](err); !refused {
			t.Errorf("%s: %v, want a refusal", address, err)
		}
	}
}
