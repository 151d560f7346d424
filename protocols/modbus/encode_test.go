package modbus

import (
	"bytes"
	"math"
	"testing"

	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/protocols/scale"
	"github.com/holdfast-edge/holdfast/tag"
)

func TestWritesUseTheFunctionThatFits(t *testing.T) {
	multiple := func(p *point) *point { p.writeMultiple = true; return p }
	array := tag.ArrayOf([]tag.Value{tag.BoolOf(true), tag.BoolOf(false), tag.IntOf(1)})
	for _, c := range []struct {
		p    *point
		v    tag.Value
		want string
	}{
		{compile(t, TagOptions{Address: address(t, "coil:7")}), tag.BoolOf(true), "05 0007 FF00"},
		{compile(t, TagOptions{Address: address(t, "coil:7")}), tag.IntOf(0), "05 0007 0000"},
		{multiple(compile(t, TagOptions{Address: address(t, "coil:7")})), tag.BoolOf(true), "0F 0007 0001 01 01"},
		{compile(t, TagOptions{Address: address(t, "coil:7"), Count: 3}), array, "0F 0007 0003 01 05"},
		{compile(t, TagOptions{Address: address(t, "holding:4")}), tag.IntOf(3), "06 0004 0003"},
		{compile(t, TagOptions{Address: address(t, "holding:4")}), tag.FloatOf(3), "06 0004 0003"},
		{multiple(compile(t, TagOptions{Address: address(t, "holding:4")})), tag.IntOf(3), "10 0004 0001 02 0003"},
		{compile(t, TagOptions{Address: address(t, "holding:4"), Type: "int16"}), tag.IntOf(-2), "06 0004 FFFE"},
		{compile(t, TagOptions{Address: address(t, "holding:4"), Type: "float32", Order: order(t, "CDAB")}), tag.FloatOf(30), "10 0004 0002 04 0000 41F0"},
		{compile(t, TagOptions{Address: address(t, "holding:4"), Type: "bcd32"}), tag.IntOf(12345678), "10 0004 0002 04 1234 5678"},
		{compile(t, TagOptions{Address: address(t, "holding:4"), Type: "string", Length: 5}), tag.StringOf("PLC"), "10 0004 0003 06 504C 4300 0000"},
		{compile(t, TagOptions{Address: address(t, "holding:4"), Type: "bytes", Length: 2}), tag.BytesOf([]byte{1, 2}), "06 0004 0102"},
		{compile(t, TagOptions{Address: address(t, "holding:4"), Count: 2}), tag.ArrayOf([]tag.Value{tag.IntOf(1), tag.IntOf(2)}), "10 0004 0002 04 0001 0002"},
		{compile(t, TagOptions{Address: address(t, "holding:4.3")}), tag.BoolOf(true), "16 0004 FFF7 0008"},
		{compile(t, TagOptions{Address: address(t, "holding:4.3")}), tag.BoolOf(false), "16 0004 FFF7 0000"},
		{compile(t, TagOptions{Address: address(t, "holding:4.3"), Order: order(t, "BA")}), tag.BoolOf(true), "16 0004 F7FF 0800"},
	} {
		got, err := c.p.appendWrite(nil, c.v)
		if err != nil || !bytes.Equal(got, unhex(t, c.want)) {
			t.Errorf("%s %s: % X, want %s (%v)", c.p.address, tag.AppendJSON(nil, c.v), got, c.want, err)
		}
	}
}

func TestWhatDoesNotFitIsRefusedBeforeItIsSent(t *testing.T) {
	for _, c := range []struct {
		o TagOptions
		v tag.Value
	}{
		{TagOptions{Address: address(t, "coil:7")}, tag.IntOf(2)},
		{TagOptions{Address: address(t, "coil:7")}, tag.StringOf("on")},
		{TagOptions{Address: address(t, "coil:7"), Count: 2}, tag.BoolOf(true)},
		{TagOptions{Address: address(t, "holding:4")}, tag.IntOf(65536)},
		{TagOptions{Address: address(t, "holding:4")}, tag.IntOf(-1)},
		{TagOptions{Address: address(t, "holding:4")}, tag.StringOf("3")},
		{TagOptions{Address: address(t, "holding:4")}, tag.BoolOf(true)},
		{TagOptions{Address: address(t, "holding:4")}, tag.NullOf(tag.Good)},
		{TagOptions{Address: address(t, "holding:4")}, tag.IntOf(3).WithQuality(tag.BadTimeout)},
		{TagOptions{Address: address(t, "holding:4"), Type: "int16"}, tag.IntOf(32768)},
		{TagOptions{Address: address(t, "holding:4"), Type: "int16"}, tag.IntOf(-32769)},
		{TagOptions{Address: address(t, "holding:4"), Type: "int64"}, tag.UintOf(math.MaxUint64)},
		{TagOptions{Address: address(t, "holding:4"), Type: "uint64"}, tag.FloatOf(1e30)},
		{TagOptions{Address: address(t, "holding:4"), Type: "bcd16"}, tag.IntOf(10000)},
		{TagOptions{Address: address(t, "holding:4"), Type: "float32"}, tag.FloatOf(1e39)},
		{TagOptions{Address: address(t, "holding:4"), Type: "float32"}, tag.FloatOf(math.NaN())},
		{TagOptions{Address: address(t, "holding:4"), Type: "string", Length: 2}, tag.StringOf("PLC")},
		{TagOptions{Address: address(t, "holding:4"), Type: "string", Length: 2}, tag.StringOf("\xFF")},
		{TagOptions{Address: address(t, "holding:4"), Type: "string", Length: 2}, tag.IntOf(1)},
		{TagOptions{Address: address(t, "holding:4"), Type: "bytes", Length: 2}, tag.BytesOf([]byte{1})},
		{TagOptions{Address: address(t, "holding:4"), Count: 2}, tag.ArrayOf([]tag.Value{tag.IntOf(1)})},
		{TagOptions{Address: address(t, "holding:4"), Count: 2}, tag.ArrayOf([]tag.Value{tag.IntOf(1), tag.IntOf(-1)})},
		{TagOptions{Address: address(t, "holding:4.3")}, tag.IntOf(8)},
	} {
		p := compile(t, c.o)
		if err := p.Check(c.v); err == nil {
			t.Errorf("%s (%s) takes %s", p.address, p.form, tag.AppendJSON(nil, c.v))
		}
	}
	input := compile(t, TagOptions{Address: address(t, "input:0")}, func(c *config.Tag) { c.Access = config.ReadOnly })
	if input.Check(tag.IntOf(1)) == nil {
		t.Error("an input register takes a value")
	}
}

func TestTagsThatCannotWorkAreRefusedAtTheirKey(t *testing.T) {
	writable := func(c *config.Tag) { c.Access = config.ReadWrite }
	scaled := func(c *config.Tag) { c.Scale = 0.1 }
	readOnly := func(c *config.Tag) { c.Access = config.ReadOnly }
	bent := &scale.Options{Curve: "table", Points: []scale.Point{{Raw: 0, To: 0}, {Raw: 1, To: 5}, {Raw: 2, To: 1}}}
	for _, c := range []struct {
		key    string
		o      TagOptions
		change func(*config.Tag)
	}{
		{"type", TagOptions{Address: address(t, "holding:0"), Type: "int7"}, writable},
		{"type", TagOptions{Address: address(t, "coil:0"), Type: "int16"}, writable},
		{"type", TagOptions{Address: address(t, "holding:0"), Type: "bool"}, writable},
		{"type", TagOptions{Address: address(t, "holding:0.1"), Type: "uint16"}, writable},
		{"order", TagOptions{Address: address(t, "holding:0"), Type: "float32", Order: order(t, "ABCDEFGH")}, writable},
		{"length", TagOptions{Address: address(t, "holding:0"), Type: "string"}, writable},
		{"length", TagOptions{Address: address(t, "holding:0"), Type: "int16", Length: 2}, writable},
		{"count", TagOptions{Address: address(t, "holding:0"), Type: "string", Length: 2, Count: 2}, writable},
		{"count", TagOptions{Address: address(t, "holding:0.1"), Count: 2}, writable},
		{"count", TagOptions{Address: address(t, "holding:0"), Count: 124}, writable},
		{"count", TagOptions{Address: address(t, "coil:0"), Count: 1969}, writable},
		{"scale", TagOptions{Address: address(t, "coil:0")}, scaled},
		{"scale", TagOptions{Address: address(t, "holding:0"), Type: "string", Length: 2}, scaled},
		{"scaling", TagOptions{Address: address(t, "holding:0"), Scaling: bent}, writable},
		{"scaling", TagOptions{Address: address(t, "holding:0"), Scaling: &scale.Options{Curve: "table"}}, writable},
		{"access", TagOptions{Address: address(t, "input:0")}, writable},
		{"access", TagOptions{Address: address(t, "discrete:0")}, writable},
		{"address", TagOptions{Address: address(t, "holding:65536")}, writable},
		{"address", TagOptions{Address: address(t, "holding:65535"), Type: "float32"}, writable},
		{"address", TagOptions{Address: address(t, "input:0"), Count: 126}, readOnly},
	} {
		if _, flaw := tryCompile(c.o, c.change); flaw == nil || flaw.Key != c.key || flaw.Err.Error() == "" {
			t.Errorf("%s %s: %+v, want a flaw of %s", c.o.Address, c.o.Type, flaw, c.key)
		}
	}
}
