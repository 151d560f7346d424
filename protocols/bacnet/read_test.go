package bacnet_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/holdfast-edge/holdfast/protocols"
	"github.com/holdfast-edge/holdfast/protocols/bacnet/simulator"
	"github.com/holdfast-edge/holdfast/protocols/bacnet/wire"
	"github.com/holdfast-edge/holdfast/protocols/conformance"
	"github.com/holdfast-edge/holdfast/tag"
)

// count returns how many requests of a service a station was asked.
func count(s *simulator.Station, service wire.Service) (n int) {
	for _, asked := range s.Asked() {
		if asked == service {
			n++
		}
	}
	return n
}

func TestValuesKeepTheirKinds(t *testing.T) {
	s, d := station(t, simulator.Options{Instance: 1234})
	furnish(d)
	c := dial(t, kit.Device(t, url(s), "instance: 1234,", append(furniture(""),
		"name: unit, address: 'analog-input:1.units'",
		"name: name, address: 'device:1234.object-name'",
		"name: list, address: 'device:1234.object-list[2]'",
		"name: eighth, address: 'binary-output:2.priority-array[8]'",
		"name: array, address: 'analog-value:1.priority-array'",
		"name: flags, address: 'analog-input:1.status-flags'",
		"name: wrong, address: 'analog-input:1.priority-array[3]'",
	)...))
	values := c.read()
	array := make([]tag.Value, 16)
	for i := range array {
		array[i] = tag.NullOf(tag.Good)
	}
	for i, want := range []tag.Value{
		tag.FloatOf(21.7), tag.FloatOf(20), tag.BoolOf(true), tag.UintOf(2), tag.StringOf("degrees-celsius"), tag.StringOf("simulated device"),
		tag.StringOf("analog-input:1"), tag.NullOf(tag.Good), tag.ArrayOf(array), tag.UintOf(0), tag.NullOf(tag.BadAddressUnknown),
	} {
		conformance.WantValue(t, c.config.Groups[0].Tags[i].Name, values[i], want)
	}
	if n := count(s, wire.ReadMultiple); n != 1 {
		t.Errorf("%d requests for what fits into one", n)
	}
}

func TestStatusFlagsAndReliabilityAreTheQuality(t *testing.T) {
	s, d := station(t, simulator.Options{})
	furnish(d)
	c := dial(t, kit.Device(t, url(s), "", furniture("")...))
	for _, w := range []struct {
		flags       []int
		reliability uint64
		want        tag.Value
	}{
		{nil, 0, tag.FloatOf(21.7)},
		{[]int{0}, 0, tag.FloatOf(21.7)},
		{[]int{2}, 0, tag.FloatOf(21.7).WithQuality(tag.UncertainSubstitute)},
		{[]int{3}, 0, tag.FloatOf(21.7).WithQuality(tag.UncertainLastUsable)},
		{[]int{0, 1}, 1, tag.NullOf(tag.BadSensorFailure)},
		{[]int{1, 3}, 2, tag.NullOf(tag.BadOutOfRange)},
		{[]int{1}, 12, tag.NullOf(tag.BadNoCommunication)},
		{[]int{1}, 7, tag.NullOf(tag.BadDeviceFailure)},
	} {
		d.Set(temperature, wire.StatusFlags, simulator.Flags(w.flags...))
		d.Set(temperature, wire.Reliability, enumerated(w.reliability))
		values := c.read()
		conformance.WantValue(t, fmt.Sprintf("with flags %v and reliability %d it", w.flags, w.reliability), values[0], w.want)
		conformance.WantValue(t, "the set point", values[1], tag.FloatOf(20))
	}
}

// many gives a device a hundred values, and returns tags of them.
func many(d *simulator.Device) (tags []string) {
	for i := range uint32(100) {
		d.Define(wire.NewObjectID(wire.AnalogValue, 100+i), fmt.Sprintf("value %d", i), present(analog(float64(i))))
		tags = append(tags, fmt.Sprintf("name: v%d, address: 'analog-value:%d'", i, 100+i))
	}
	return tags
}

func wantMany(t *testing.T, c *client) {
	t.Helper()
	for i, v := range c.read() {
		conformance.WantValue(t, c.config.Groups[0].Tags[i].Name, v, tag.FloatOf(float64(i)))
	}
}

func TestARequestAsksForAsMuchAsTheAnswerHolds(t *testing.T) {
	for _, w := range []struct {
		device simulator.Options
		keys   string
		atMost int
	}{
		{simulator.Options{}, "", 3},
		{simulator.Options{MaxAPDU: 480, Whole: true}, "", 6},
		{simulator.Options{MaxAPDU: 206, Whole: true}, "", 15},
		{simulator.Options{}, "max_per_request: 10,", 10},
	} {
		s, d := station(t, w.device)
		c := dial(t, kit.Device(t, url(s), w.keys, many(d)...))
		wantMany(t, c)
		if n := count(s, wire.ReadMultiple); n > w.atMost {
			t.Errorf("%+v: %d requests, want %d at most", w.device, n, w.atMost)
		}
	}
}

func TestAnAnswerThatIsTooLongIsHalvedUntilItFitsAndThatIsRemembered(t *testing.T) {
	s, d := station(t, simulator.Options{MaxAPDU: 300, Whole: true})
	tags := many(d)
	d.Set(wire.NewObjectID(wire.Device, 0), wire.MaxAPDUAccepted, unsigned(1476)) // it promises too much
	c := dial(t, kit.Device(t, url(s), "", tags...))
	wantMany(t, c)
	first := count(s, wire.ReadMultiple)
	wantMany(t, c)
	if second := count(s, wire.ReadMultiple) - first; second >= first || second > 15 {
		t.Errorf("%d requests, and then %d", first, second)
	}
}

func TestADeviceWithoutReadPropertyMultipleIsReadOneByOne(t *testing.T) {
	s, d := station(t, simulator.Options{NoMultiple: true})
	furnish(d)
	d.Set(temperature, wire.StatusFlags, simulator.Flags(2))
	c := dial(t, kit.Device(t, url(s), "", furniture("")...))
	for range 2 {
		values := c.read()
		conformance.WantValue(t, "the temperature", values[0], tag.FloatOf(21.7).WithQuality(tag.UncertainSubstitute))
		conformance.WantValue(t, "the mode", values[3], tag.UintOf(2))
	}
	if n := count(s, wire.ReadMultiple); n != 1 {
		t.Errorf("it was asked for several %d times", n)
	}
}

func TestALongPropertyComesInSegmentsAndOneThatIsLostComesAgain(t *testing.T) {
	s, d := station(t, simulator.Options{MaxAPDU: 128})
	many(d)
	text := strings.Repeat("a long description. ", 100)
	d.Set(wire.NewObjectID(wire.AnalogValue, 100), wire.Description, wire.Value{Type: wire.Characters, Text: text})
	c := dial(t, kit.Device(t, url(s), "timeout: 500ms, retries: 10,", "name: list, address: 'device:0.object-list'", "name: text, address: 'analog-value:100.description'"))
	for range 2 {
		values := c.read()
		if n := len(values[0].Array()); n != 101 {
			t.Errorf("the list has %d objects", n)
		}
		conformance.WantValue(t, "the text", values[1], tag.StringOf(text))
	}
	point, _ := c.device.Point("text")
	s.Lose(1) // the first: the request is sent again
	if v, err := c.session.ReadPoint(t.Context(), point); err != nil || v.Str() != text {
		t.Errorf("%v, %.60q", err, v.Str())
	}
}

func TestADeviceThatCannotSendSegmentsIsToldHowItsLongPropertyIsRead(t *testing.T) {
	s, d := station(t, simulator.Options{MaxAPDU: 128, Whole: true})
	many(d)
	c := dial(t, kit.Device(t, url(s), "", "name: list, address: 'device:0.object-list'", "name: v, address: 'analog-value:100'"))
	values := c.read()
	conformance.WantValue(t, "the list", values[0], tag.NullOf(tag.BadResponseTooLarge))
	conformance.WantValue(t, "the value", values[1], tag.FloatOf(0))
}

func TestAnotherDeviceAtTheAddressIsNeitherReadNorWritten(t *testing.T) {
	s, d := station(t, simulator.Options{Instance: 7})
	furnish(d)
	c := dial(t, kit.Device(t, url(s), "instance: 8,", furniture("")...))
	for _, act := range []func() error{
		func() error { _, err := c.scan(); return err },
		func() error { return c.write("setpoint", tag.FloatOf(25)) },
	} {
		err := act()
		r, refused := errors.AsType[*protocols.Refusal](err)
		if !refused || r.Quality != tag.BadConfiguration || !strings.Contains(r.Error(), "device:7 and not device:8") {
			t.Errorf("got %v", err)
		}
	}
	if v := d.Value(setpoint, wire.PresentValue)[0].Float; v != 20 {
		t.Errorf("it holds %v", v)
	}
}

func TestADeviceThatDoesNotKnowTheWildcardIsMetByItsIAm(t *testing.T) {
	s, d := station(t, simulator.Options{Instance: 7, NoWildcard: true})
	furnish(d)
	c := dial(t, kit.Device(t, url(s), "", furniture("")...))
	conformance.WantValue(t, "the temperature", c.read()[0], tag.FloatOf(21.7))
	var found []string
	if err := c.session.(protocols.Browser).Browse(t.Context(), "", func(i protocols.Item) { found = append(found, i.Address) }); err != nil {
		t.Fatal(err)
	}
	if want := []string{"analog-input", "analog-value", "binary-output", "device", "multi-state-value"}; !slices.Equal(found, want) {
		t.Errorf("found %v", found)
	}
}

func TestDevicesBehindARouterAreKeptApart(t *testing.T) {
	s, own := station(t, simulator.Options{Instance: 1})
	furnish(own)
	behind := s.Put(wire.Address{Network: 2001, MAC: "\x0c"}, simulator.Options{Instance: 12})
	furnish(behind)
	behind.Set(temperature, wire.PresentValue, analog(12))
	near := dial(t, kit.Device(t, url(s), "", furniture("")...))
	c := dial(t, kit.Device(t, url(s), "network: 2001, mac: '12',", furniture("")...))
	conformance.WantValue(t, "the router's", near.read()[0], tag.FloatOf(21.7))
	conformance.WantValue(t, "the one behind it", c.read()[0], tag.FloatOf(12))

	lost := dial(t, kit.Device(t, url(s), "network: 2002, mac: '12',", furniture("")...))
	_, err := lost.scan()
	f, isFault := errors.AsType[*protocols.Fault](err)
	if !isFault || f.Scope != protocols.ScopeUnit || !strings.Contains(f.Error(), "knows no way to that network") {
		t.Errorf("got %v", err)
	}
}

func TestADeviceIsFoundThroughABBMDByItsInstance(t *testing.T) {
	s, d := station(t, simulator.Options{Instance: 41})
	furnish(d)
	c := dial(t, kit.Device(t, url(s)+"?foreign=1m", "instance: 41,", furniture("")...))
	conformance.WantValue(t, "the temperature", c.read()[0], tag.FloatOf(21.7))
	nobody := dial(t, kit.Device(t, url(s)+"?foreign=1m", "instance: 42, timeout: 50ms,", furniture("")...))
	if _, err := nobody.scan(); !strings.Contains(fmt.Sprint(err), "instance 42, by a Who-Is") {
		t.Errorf("got %v", err)
	}
}

func TestEndpointsMayShareALocalPort(t *testing.T) {
	first, d := station(t, simulator.Options{})
	furnish(d)
	second, e := station(t, simulator.Options{})
	furnish(e)
	e.Set(temperature, wire.PresentValue, analog(2))
	local := freePort(t)
	a := dial(t, kit.Device(t, url(first)+"?local="+local, "", furniture("")...))
	b := dial(t, kit.Device(t, url(second)+"?local="+local, "", furniture("")...))
	for range 3 {
		conformance.WantValue(t, "the first", a.read()[0], tag.FloatOf(21.7))
		conformance.WantValue(t, "the second", b.read()[0], tag.FloatOf(2))
	}
}
