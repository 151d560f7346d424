package modbus_test

import (
	"testing"

	"github.com/holdfast-edge/holdfast/protocols/modbus/foreign"
	"github.com/holdfast-edge/holdfast/tag"
)

func TestEveryKindOfWriteIsHeldByPymodbus(t *testing.T) {
	foreignDevices(t)
	d := installed(foreign.Pymodbus(t.Context(), "tcp"))(t)
	if err := d.Set("holding", 20, 0xF0F0); err != nil {
		t.Fatal(err)
	}
	integers := func(n ...int64) tag.Value {
		var values []tag.Value
		for _, i := range n {
			values = append(values, tag.IntOf(i))
		}
		return tag.ArrayOf(values)
	}
	for _, c := range []struct {
		keys, tag string
		v         tag.Value
	}{
		{"", `address: "coil:1"`, tag.BoolOf(true)},
		{"write_multiple: true,", `address: "coil:2"`, tag.BoolOf(true)},
		{"", `address: "coil:8", count: 11`, tag.ArrayOf([]tag.Value{
			tag.BoolOf(true), tag.BoolOf(false), tag.BoolOf(true), tag.BoolOf(true), tag.BoolOf(false), tag.BoolOf(false),
			tag.BoolOf(false), tag.BoolOf(true), tag.BoolOf(true), tag.BoolOf(true), tag.BoolOf(true),
		})},
		{"", `address: "holding:1"`, tag.IntOf(65535)},
		{"write_multiple: true,", `address: "holding:2", type: int16`, tag.IntOf(-5)},
		{"order: CDAB,", `address: "holding:4", type: int32`, tag.IntOf(-70000)},
		{"", `address: "holding:6", type: float32, order: DCBA`, tag.FloatOf(21.7)},
		{"", `address: "holding:8", type: float64, order: GHEFCDAB`, tag.FloatOf(-1e300)},
		{"", `address: "holding:12", type: bcd32`, tag.IntOf(12345678)},
		{"", `address: "holding:14", type: string, length: 9, order: BADC`, tag.StringOf("Überdruc")},
		{"", `address: "holding:20.1"`, tag.BoolOf(true)},
		{"", `address: "holding:20.4"`, tag.BoolOf(false)},
		{"bit_write: read_modify_write,", `address: "holding:20.2"`, tag.BoolOf(true)},
		{"bit_write: read_modify_write,", `address: "holding:20.5"`, tag.BoolOf(false)},
		{"", `address: "40031", count: 3, type: int16`, integers(1, -2, 3)},
		{"base: 1,", `address: "holding:41", scale: 0.1, offset: -40`, tag.FloatOf(21.7)},
		{"", `address: "holding:50", scaling: {curve: linear, raw: [0, 27648], to: [0, 100]}`, tag.FloatOf(50)},
	} {
		device := kit.Device(t, "tcp://"+d.Address(), c.keys, "name: x, access: rw, "+c.tag)
		compiled, session := kit.Compile(t, device), kit.Dial(t, device)
		x, _ := compiled.Point("x")
		if err := session.Write(t.Context(), x, c.v); err != nil {
			t.Errorf("%s: %v", c.tag, err)
			continue
		}
		values, err := scan(t, session, compiled, 1)
		if err != nil {
			t.Fatal(err)
		}
		wantValues(t, values, c.v)
	}
	if got, err := d.Get("holding", 20); err != nil || got != 0xF0C6 {
		t.Errorf("the register of bits is %04x, %v", got, err)
	}
}
