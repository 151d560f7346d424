package modbus

import (
	"encoding/hex"
	"math"
	"strings"
	"testing"

	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/protocols"
	"github.com/holdfast-edge/holdfast/tag"
)

func order(t testing.TB, text string) Order {
	t.Helper()
	var o Order
	if err := o.UnmarshalText([]byte(text)); err != nil {
		t.Fatal(err)
	}
	return o
}

func unhex(t testing.TB, text string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(text, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// compile compiles a single tag of a device with all defaults.
func compile(t testing.TB, o TagOptions, change ...func(*config.Tag)) *point {
	t.Helper()
	p, flaw := tryCompile(o, change...)
	if flaw != nil {
		t.Fatalf("%s: %v", flaw.Key, flaw.Err)
	}
	return p
}

func tryCompile(o TagOptions, change ...func(*config.Tag)) (*point, *protocols.Flaw) {
	c := &config.Tag{Name: "x", Scale: 1, Access: config.ReadWrite, Options: &o}
	for _, f := range change {
		f(c)
	}
	return newPoint(c, &DeviceOptions{Unit: 1, MaxRegisters: 125, MaxBits: 2000, MaxGap: 125})
}

func wantValue(t testing.TB, what string, got, want tag.Value) {
	t.Helper()
	if !got.Equal(want) {
		t.Errorf("%s: got %s %s (%s), want %s %s (%s)", what, got.Kind(), tag.AppendJSON(nil, got), got.Quality(),
			want.Kind(), tag.AppendJSON(nil, want), want.Quality())
	}
}

func TestNumbersAreReadInEveryOrder(t *testing.T) {
	for _, c := range []struct{ order, typ, registers string }{
		{"AB", "uint16", "0102"},
		{"BA", "uint16", "0201"},
		{"ABCD", "uint16", "0102"},
		{"CDAB", "uint16", "0102"},
		{"BADC", "uint16", "0201"},
		{"DCBA", "uint16", "0201"},
		{"ABCD", "uint32", "01020304"},
		{"CDAB", "uint32", "03040102"},
		{"BADC", "uint32", "02010403"},
		{"DCBA", "uint32", "04030201"},
		{"ABCD", "uint64", "0102030405060708"},
		{"CDAB", "uint64", "0708050603040102"},
		{"BADC", "uint64", "0201040306050807"},
		{"DCBA", "uint64", "0807060504030201"},
		{"ABCDEFGH", "uint64", "0102030405060708"},
		{"GHEFCDAB", "uint64", "0708050603040102"},
		{"BADCFEHG", "uint64", "0201040306050807"},
		{"HGFEDCBA", "uint64", "0807060504030201"},
		{"CDABGHEF", "uint64", "0304010207080506"},
		{"DCBAHGFE", "uint64", "0403020108070605"},
		{"EFGHABCD", "uint64", "0506070801020304"},
		{"FEHGBADC", "uint64", "0605080702010403"},
		{"abcd", "uint32", "01020304"},
	} {
		want := map[string]uint64{"uint16": 0x0102, "uint32": 0x01020304, "uint64": 0x0102030405060708}[c.typ]
		p := compile(t, TagOptions{Address: address(t, "holding:0"), Type: c.typ, Order: order(t, c.order)})
		wantValue(t, c.order+" "+c.typ, p.value(unhex(t, c.registers), 0, tag.Value{}), tag.UintOf(want))
	}
}

func TestTheLettersOfAnOrderSayWhereTheBytesAre(t *testing.T) {
	for _, o := range orders {
		registers := make([]byte, len(o.String()))
		n := uint64(0)
		for i := range registers {
			n = n<<8 | uint64('A'+i)
		}
		if o.put(registers, n); string(registers) != o.String() {
			t.Errorf("%s puts the bytes as %s", o, registers)
		}
		if back := o.number(registers); back != n {
			t.Errorf("%s reads %x as %x", o, n, back)
		}
	}
}

func TestTypesAreReadFromTheirRegisters(t *testing.T) {
	for _, c := range []struct {
		typ, registers string
		want           tag.Value
	}{
		{"int16", "FFFF", tag.IntOf(-1)},
		{"int16", "8000", tag.IntOf(math.MinInt16)},
		{"uint16", "FFFF", tag.IntOf(65535)},
		{"int32", "FFFFFFFE", tag.IntOf(-2)},
		{"uint32", "FFFFFFFE", tag.IntOf(math.MaxUint32 - 1)},
		{"int64", "FFFFFFFFFFFFFFFD", tag.IntOf(-3)},
		{"uint64", "FFFFFFFFFFFFFFFF", tag.UintOf(math.MaxUint64)},
		{"float32", "41AD999A", tag.FloatOf(21.7)},
		{"float32", "41F00000", tag.FloatOf(30)},
		{"float32", "7FC00000", tag.NullOf(tag.BadSensorFailure)},
		{"float32", "7F800000", tag.NullOf(tag.BadOutOfRange)},
		{"float32", "FF800000", tag.NullOf(tag.BadOutOfRange)},
		{"float32", "00000001", tag.FloatOf(1e-45)},
		{"float64", "4035B33333333333", tag.FloatOf(21.7)},
		{"float64", "7FF8000000000001", tag.NullOf(tag.BadSensorFailure)},
		{"bcd16", "1234", tag.IntOf(1234)},
		{"bcd16", "123A", tag.NullOf(tag.BadDecoding)},
		{"bcd32", "00012345", tag.IntOf(12345)},
		{"bcd64", "9999999999999999", tag.IntOf(9999999999999999)},
	} {
		p := compile(t, TagOptions{Address: address(t, "holding:0"), Type: c.typ})
		wantValue(t, c.typ+" "+c.registers, p.value(unhex(t, c.registers), 0, tag.Value{}), c.want)
	}
}

func TestTextsAreReadAsPeopleRead(t *testing.T) {
	for _, c := range []struct{ order, registers, want string }{
		{"ABCD", "504C432D3700 0000", "PLC-7"},
		{"BADC", "4C502D430037 0000", "PLC-7"},
		{"ABCD", "504C432D37202020", "PLC-7"},
		{"ABCD", "B0432020202020 20", "°C"},
		{"ABCD", "C2B043 0000000000", "°C"},
		{"ABCD", "0000000000000000", ""},
	} {
		p := compile(t, TagOptions{Address: address(t, "holding:0"), Type: "string", Length: 8, Order: order(t, c.order)})
		wantValue(t, c.registers, p.value(unhex(t, c.registers), 0, tag.Value{}), tag.StringOf(c.want))
	}
	p := compile(t, TagOptions{Address: address(t, "holding:0"), Type: "bytes", Length: 4})
	wantValue(t, "bytes", p.value(unhex(t, "00FF2000"), 0, tag.Value{}), tag.BytesOf(unhex(t, "00FF2000")))
}

func TestBitsAndArraysAreRead(t *testing.T) {
	bit := compile(t, TagOptions{Address: address(t, "holding:4.3")})
	wantValue(t, "bit 3 of 8", bit.value(unhex(t, "0008"), 0, tag.Value{}), tag.BoolOf(true))
	wantValue(t, "bit 3 of 4", bit.value(unhex(t, "0004"), 0, tag.Value{}), tag.BoolOf(false))
	coils := compile(t, TagOptions{Address: address(t, "coil:0"), Count: 3})
	wantValue(t, "coils", coils.value(unhex(t, "CD01"), 7, tag.Value{}), tag.ArrayOf([]tag.Value{tag.BoolOf(true), tag.BoolOf(true), tag.BoolOf(false)}))
	numbers := compile(t, TagOptions{Address: address(t, "input:0"), Type: "int32", Count: 2}, func(c *config.Tag) {
		c.Scale, c.Access = 0.1, config.ReadOnly
	})
	wantValue(t, "numbers", numbers.value(unhex(t, "0000 0000012C FFFFFFFF"), 1, tag.Value{}), tag.ArrayOf([]tag.Value{tag.FloatOf(30), tag.FloatOf(-0.1)}))
}

func TestReadingNumbersDoesNotAllocate(t *testing.T) {
	for _, typ := range []string{"int16", "uint64", "float32", "float64", "bcd32", "string", "bytes"} {
		o := TagOptions{Address: address(t, "holding:0"), Type: typ}
		if formOf(typ).registers() == 0 {
			o.Length = 8
		}
		p := compile(t, o, func(c *config.Tag) {
			if o.Length == 0 {
				c.Scale = 0.1
			}
		})
		data := unhex(t, "41424344 45464748")
		last := p.value(data, 0, tag.Value{})
		if n := testing.AllocsPerRun(100, func() { last = p.value(data, 0, last) }); n != 0 {
			t.Errorf("%s: %v allocations", typ, n)
		}
	}
}

func FuzzValue(f *testing.F) {
	f.Add(uint8(0), uint8(0), []byte{0x41, 0xAD, 0x99, 0x9A, 0, 0, 0, 0})
	f.Fuzz(func(t *testing.T, typ, arrangement uint8, data []byte) {
		form := forms[1+int(typ)%(len(forms)-1)]
		o := TagOptions{Address: Address{Area: Holding, Bit: NoBit, text: "holding:0"}, Type: form.name}
		if form.registers == 0 {
			o.Length = 8
		}
		if o.Order = orders[int(arrangement)%len(orders)]; o.Order.long {
			o.Order = Order{}
		}
		p := compile(t, o)
		if len(data) < 2*p.span {
			return
		}
		v := p.value(data, 0, tag.Value{})
		if v.IsNull() || p.Check(v) != nil {
			return
		}
		raw, err := p.registers(v)
		if err != nil {
			t.Fatal(err)
		}
		wantValue(t, form.name, p.value(raw, 0, tag.Value{}), v)
	})
}

func BenchmarkValue(b *testing.B) {
	for _, typ := range []string{"int16", "float32", "float64"} {
		b.Run(typ, func(b *testing.B) {
			p := compile(b, TagOptions{Address: address(b, "holding:0"), Type: typ}, func(c *config.Tag) {
				if typ == "int16" {
					c.Scale = 0.1
				}
			})
			data := unhex(b, "41AD999A00000000")
			b.ReportAllocs()
			for b.Loop() {
				p.value(data, 0, tag.Value{})
			}
		})
	}
}
