package enip_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"log/slog"
	"math"
	"strings"
	"testing"

	"github.com/holdfast-edge/holdfast/protocols/conformance"
	"github.com/holdfast-edge/holdfast/protocols/enip"
	"github.com/holdfast-edge/holdfast/protocols/enip/cip"
	"github.com/holdfast-edge/holdfast/protocols/enip/controller"
	"github.com/holdfast-edge/holdfast/tag"
)

// plant starts a ControlLogix with a plant's tags.
func plant(t testing.TB) *controller.Controller {
	t.Helper()
	c := start(t, controller.Logix(quiet()))
	furnish(c)
	return c
}

func TestEveryTypeIsReadAsTheControllerHasIt(t *testing.T) {
	c := plant(t)
	held := map[cip.Type]tag.Value{
		cip.BOOL: tag.BoolOf(true), cip.SINT: tag.IntOf(-128), cip.INT: tag.IntOf(-32768), cip.DINT: tag.IntOf(math.MinInt32),
		cip.LINT: tag.IntOf(math.MinInt64), cip.USINT: tag.UintOf(255), cip.UINT: tag.UintOf(65535), cip.UDINT: tag.UintOf(math.MaxUint32),
		cip.ULINT: tag.UintOf(math.MaxUint64), cip.REAL: tag.FloatOf(21.7), cip.LREAL: tag.FloatOf(1e300),
	}
	var tags []string
	var want []tag.Value
	for kind, v := range held {
		c.Set("a_"+kind.String(), kind, v)
		tags = append(tags, fmt.Sprintf("name: %v, address: A_%v", kind, kind))
		want = append(want, v)
	}
	d := kit.Device(t, "tcp://"+c.Address(), "", tags...)
	got, err := scan(t, kit.Dial(t, d), kit.Compile(t, d), len(tags))
	if err != nil {
		t.Fatal(err)
	}
	wantValues(t, got, want...)
	if n := c.Asked(cip.MultipleService); n != 1 {
		t.Errorf("%d packets, want all in one", n)
	}
}

func TestTagsAreReadByTheirNames(t *testing.T) {
	c := plant(t)
	c.Octets("Counts", 1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0)
	c.Octets("Grid", 0, 0, 1, 0, 2, 0, 3, 0, 10, 0, 11, 0, 12, 0)
	c.Octets("Flags", 0x01, 0, 0, 0x80, 0x20, 0, 0, 0, 0xFF)
	c.Set("Recipe", cip.Structure, tag.StringOf("Käse 7"))
	c.Octets("Lot", append([]byte{3, 0, 0, 0}, "A17"...)...)
	motor := make([]byte, 124)
	motor[0] = 2
	binary.LittleEndian.PutUint32(motor[4:], math.Float32bits(1480.5))
	binary.LittleEndian.PutUint32(motor[8+8:], 99)
	motor[28] = 1
	copy(motor[36:], "\x02\x00\x00\x00M3")
	c.Octets("Motor", motor...)
	c.Octets("Motors", append(make([]byte, 2*124), motor...)...)
	c.Set("Program:Main.Counter", cip.DINT, tag.IntOf(77))
	c.Set("a_dint", cip.DINT, tag.IntOf(1<<5))
	for _, r := range []struct {
		keys string
		want tag.Value
	}{
		{"address: 'Counts[2]'", tag.IntOf(3)},
		{"address: Counts, count: 3", tag.ArrayOf([]tag.Value{tag.IntOf(1), tag.IntOf(2), tag.IntOf(3)})},
		{"address: 'Counts[1]', count: 2", tag.ArrayOf([]tag.Value{tag.IntOf(2), tag.IntOf(3)})},
		{"address: 'Counts[10]'", tag.NullOf(tag.BadAddressUnknown)},
		{"address: 'Counts[9]', count: 2", tag.NullOf(tag.BadAddressUnknown)},
		{"address: 'Grid[1,2]'", tag.IntOf(12)},
		{"address: a_dint.5", tag.BoolOf(true)},
		{"address: a_dint.6", tag.BoolOf(false)},
		{"address: a_dint.32", tag.NullOf(tag.BadTypeMismatch)},
		{"address: a_real.1", tag.NullOf(tag.BadTypeMismatch)},
		{"address: 'Flags[0]'", tag.BoolOf(true)},
		{"address: 'Flags[1]'", tag.BoolOf(false)},
		{"address: 'Flags[31]', type: bool", tag.BoolOf(true)},
		{"address: 'Flags[37]'", tag.BoolOf(true)},
		{"address: 'Flags[95]'", tag.BoolOf(false)},
		{"address: 'Flags[96]'", tag.NullOf(tag.BadAddressUnknown)},
		{"address: Flags", tag.BoolOf(true)},
		{"address: 'Flags[1]', type: dword", tag.UintOf(0x20)},
		{"address: 'Flags[62]', count: 4, type: bool", tag.ArrayOf([]tag.Value{tag.BoolOf(false), tag.BoolOf(false), tag.BoolOf(true), tag.BoolOf(true)})},
		{"address: Recipe", tag.StringOf("Käse 7")},
		{"address: Lot", tag.NullOf(tag.BadTypeMismatch)},
		{"address: Lot, type: string", tag.StringOf("A17")},
		{"address: Motor", tag.NullOf(tag.BadTypeMismatch)},
		{"address: Motor.Running", tag.BoolOf(false)},
		{"address: Motor.Tripped", tag.BoolOf(true)},
		{"address: motor.SPEED", tag.FloatOf(1480.5)},
		{"address: motor.SPEED, scale: 2, offset: 1", tag.FloatOf(2962)},
		{"address: 'Motor.Hours[2]'", tag.IntOf(99)},
		{"address: 'Motor.Alarms[32]'", tag.BoolOf(true)},
		{"address: Motor.Name", tag.StringOf("M3")},
		{"address: 'Motors[2].Speed'", tag.FloatOf(1480.5)},
		{"address: 'Program:Main.Counter'", tag.IntOf(77)},
		{"address: 'Program:Other.Counter'", tag.NullOf(tag.BadAddressUnknown)},
		{"address: a_dint, type: real", tag.NullOf(tag.BadTypeMismatch)},
		{"address: a_dint, type: string", tag.NullOf(tag.BadTypeMismatch)},
		{"address: Hidden", tag.NullOf(tag.BadAddressUnknown)},
		{"address: Shown", tag.IntOf(0)},
	} {
		t.Run(r.keys, func(t *testing.T) {
			d := kit.Device(t, "tcp://"+c.Address(), "", "name: a, "+r.keys, "name: other, address: a_dint")
			s, device := kit.Dial(t, d), kit.Compile(t, d)
			for range 4 { // what was learnt must hold
				got, err := scan(t, s, device, 2)
				if err != nil {
					t.Fatal(err)
				}
				wantValues(t, got, r.want, tag.IntOf(1<<5))
			}
			if v, err := s.ReadPoint(t.Context(), conformance.Point(t, device, "a")); r.want.IsNull() != (err != nil) || err == nil && !v.Equal(r.want) {
				t.Errorf("by itself it is %s, %v", tag.AppendJSON(nil, v), err)
			}
		})
	}
}

func TestLongArraysAreReadInPieces(t *testing.T) {
	for _, query := range []string{"", "?connection_size=500", "?connection_size=0"} {
		c := plant(t)
		want := make([]tag.Value, 2000)
		var octets []byte
		for i := range want {
			want[i] = tag.IntOf(int64(i * i))
			octets = binary.LittleEndian.AppendUint32(octets, uint32(i*i))
		}
		c.Octets("Profile", octets...)
		d := kit.Device(t, "tcp://"+c.Address()+query, "", "name: all, address: Profile, count: 2000", "name: last, address: 'Profile[1999]'", "name: more, address: Profile, count: 2001")
		s, device := kit.Dial(t, d), kit.Compile(t, d)
		for range 3 {
			got, err := scan(t, s, device, 3)
			if err != nil {
				t.Fatal(err)
			}
			wantValues(t, got, tag.ArrayOf(want), want[1999], tag.NullOf(tag.BadAddressUnknown))
		}
	}
}

func TestManyTagsArePackedIntoFewPackets(t *testing.T) {
	c := plant(t)
	var tags []string
	for i := range 1000 {
		tags = append(tags, fmt.Sprintf("name: t%d, address: 'Profile[%d]'", i, i))
	}
	d := kit.Device(t, "tcp://"+c.Address(), "", tags...)
	s, device := kit.Dial(t, d), kit.Compile(t, d)
	for range 2 {
		if _, err := scan(t, s, device, len(tags)); err != nil {
			t.Fatal(err)
		}
	}
	if n := c.Asked(cip.MultipleService); n > 14 {
		t.Errorf("%d packets for two scans of 1,000 tags", n)
	}
}

func TestAControllerThatTakesNoSeveralRequestsInOneIsAskedOneByOne(t *testing.T) {
	o := controller.Logix(quiet())
	o.Alone = true
	c := start(t, o)
	furnish(c)
	d := kit.Device(t, "tcp://"+c.Address(), "", "name: a, address: a_dint", "name: b, address: a_real", "name: c, address: nothing")
	s, device := kit.Dial(t, d), kit.Compile(t, d)
	for range 3 {
		got, err := scan(t, s, device, 3)
		if err != nil {
			t.Fatal(err)
		}
		wantValues(t, got, tag.IntOf(0), tag.FloatOf(0), tag.NullOf(tag.BadAddressUnknown))
	}
	if n := c.Asked(cip.MultipleService); n != 1 {
		t.Errorf("several in one were asked for %d times, want once", n)
	}
}

func TestWhyATagIsBadIsInTheLogOnceAndThatItIsNoMore(t *testing.T) {
	c := plant(t)
	var log bytes.Buffer
	d := kit.Device(t, "tcp://"+c.Address(), "", "name: a, address: 'Later[3]'", "name: b, address: a_dint")
	e := conformance.EndpointOf(d)
	e.Logger = slog.New(slog.NewTextHandler(&log, nil))
	s, err := enip.Driver{}.Dial(t.Context(), e)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	device := kit.Compile(t, d)
	read := func() {
		if _, err := scan(t, s, device, 2); err != nil {
			t.Fatal(err)
		}
	}
	for range 5 {
		read()
	}
	if n := strings.Count(log.String(), "cannot be read"); n != 1 || !strings.Contains(log.String(), "Later[3]") || !strings.Contains(log.String(), "correct the address") {
		t.Errorf("the log has it %d times:\n%s", n, log.String())
	}
	c.Define("", controller.Tag{Symbol: cip.Symbol{Name: "Later", Type: cip.AtomicType(cip.DINT, 1), Dimensions: [3]uint32{5}}})
	for range 2 {
		read()
	}
	if n := strings.Count(log.String(), "can be read again"); n != 1 {
		t.Errorf("the log has the end %d times:\n%s", n, log.String())
	}
}
