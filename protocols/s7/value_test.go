package s7_test

import (
	"encoding/hex"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/holdfast-edge/holdfast/protocols"
	"github.com/holdfast-edge/holdfast/protocols/conformance"
	"github.com/holdfast-edge/holdfast/protocols/s7"
	"github.com/holdfast-edge/holdfast/tag"
)

// held is a value and how a PLC holds it.
type held struct {
	tag    string
	octets string // in hexadecimal, from octet 100 of the area on
	v      tag.Value
}

func at(year int, month time.Month, rest ...int) tag.Value {
	rest = append(rest, 0, 0, 0, 0, 0)
	return tag.TimeOf(time.Date(year, month, rest[0], rest[1], rest[2], rest[3], rest[4], time.UTC))
}

func ints(n ...int64) tag.Value {
	var values []tag.Value
	for _, i := range n {
		values = append(values, tag.IntOf(i))
	}
	return tag.ArrayOf(values)
}

func bools(on ...int) tag.Value {
	var values []tag.Value
	for _, b := range on {
		values = append(values, tag.BoolOf(b != 0))
	}
	return tag.ArrayOf(values)
}

// everyType is each type with octets that Siemens' manuals give or imply for a value.
func everyType() []held {
	return []held{
		{"address: DB1.DBX100.5", "20", tag.BoolOf(true)},
		{"address: M100.0", "01", tag.BoolOf(true)},
		{"address: QB100", "fe", tag.IntOf(254)},
		{"address: DB1.DBB100, type: sint", "80", tag.IntOf(-128)},
		{"address: DB1.DBB100, type: usint", "ff", tag.IntOf(255)},
		{"address: DB1.DBW100", "8001", tag.IntOf(32769)},
		{"address: MW100, type: int", "fffe", tag.IntOf(-2)},
		{"address: DB1.DBW100, type: uint, scale: 0.1", "012c", tag.FloatOf(30)},
		{"address: DB1.DBD100", "80000001", tag.IntOf(1<<31 + 1)},
		{"address: DB1.DBD100, type: dint", "ffffff9c", tag.IntOf(-100)},
		{"address: DB1.DBD100, type: udint", "ffffffff", tag.IntOf(1<<32 - 1)},
		{"address: DB1.DBD100, type: lint", "8000000000000000", tag.IntOf(-1 << 63)},
		{"address: DB1.DBB100, type: ulint", "ffffffffffffffff", tag.UintOf(1<<64 - 1)},
		{"address: DB1.DBB100, type: lword", "0000000000000001", tag.IntOf(1)},
		{"address: DB1.DBD100, type: real", "41ad999a", tag.FloatOf(21.7)},
		{"address: DB1.DBB100, type: lreal", "4035b33333333333", tag.FloatOf(21.7)},
		{"address: DB1.DBW100, type: bcd16", "f123", tag.IntOf(-123)},
		{"address: DB1.DBW100, type: bcd16", "9876", tag.IntOf(9876)},
		{"address: DB1.DBD100, type: bcd32", "12345678", tag.IntOf(12345678)},
		{"address: DB1.DBD100, type: time", "fffffc18", tag.IntOf(-1000)},
		{"address: DB1.DBB100, type: ltime", "00000000000003e8", tag.IntOf(1000)},
		{"address: DB1.DBD100, type: time_of_day, scale: 0.001", "05265bff", tag.FloatOf(86399.999)},
		{"address: DB1.DBB100, type: ltod", "00004e94914effff", tag.IntOf(86399999999999)},
		{"address: DB1.DBW100, type: s5time", "0127", tag.IntOf(1270)},
		{"address: DB1.DBW100, type: s5time", "3999", tag.IntOf(9990000)},
		{"address: DB1.DBB100, type: char", "e9", tag.StringOf("é")},
		{"address: DB1.DBW100, type: wchar", "20ac", tag.StringOf("€")},
		{"address: DB1.DBB100, type: string, length: 6", "0603e46263000000", tag.StringOf("äbc")},
		{"address: DB1.DBB100, type: wstring, length: 3", "0003000220ac00410000", tag.StringOf("€A")},
		{"address: DB1.DBB100, type: bytes, length: 3", "00ff10", tag.BytesOf([]byte{0, 255, 16})},
		{"address: DB1.DBW100, type: date", "0003", at(1990, 1, 4)},
		{"address: DB1.DBB100, type: date_and_time", "2611281500590127", at(2026, 11, 28, 15, 0, 59, 12e6)},
		{"address: DB1.DBB100, type: dtl", "07ea0b1c070f003b00000001", at(2026, 11, 28, 15, 0, 59, 1)},
		{"address: DB1.DBB100, type: ldt", "0000000000000001", at(1970, 1, 1, 0, 0, 0, 1)},
		{"address: DB1.DBW100, type: int, count: 3", "0001fffe0003", ints(1, -2, 3)},
		{"address: DB1.DBX100.0, count: 16", "8101", bools(1, 0, 0, 0, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0)},
		{"address: T50, scale: 0.001", "0127", tag.FloatOf(1.27)},
		{"address: Z50", "0999", tag.IntOf(999)},
		{"address: C50, count: 2", "00010002", ints(1, 2)},
	}
}

// areaIn returns the area of an address, and where in it octet 100 is of what is set.
func areaIn(keys string) (area string, db int) {
	_, address, _ := strings.Cut(keys, "address: ")
	switch address[0] {
	case 'D':
		return "DB", 1
	case 'Z':
		return "C", 0
	default:
		return address[:1], 0
	}
}

// everyTypeAt reads, writes and reads back each type at a PLC.
func everyTypeAt(t *testing.T, address string, m memory) {
	t.Helper()
	for _, h := range everyType() {
		octets, err := hex.DecodeString(h.octets)
		if err != nil {
			t.Fatal(err)
		}
		area, db := areaIn(h.tag)
		m.set(area, db, 100, octets)
		d := kit.Device(t, "tcp://"+address+"?connect_timeout=1m", "", "name: x, access: rw, "+h.tag)
		s, c := kit.Dial(t, d), kit.Compile(t, d)
		x := conformance.Point(t, c, "x")
		row, err := conformance.Scan(t, s, c, 1)
		if err != nil {
			t.Fatal(err)
		}
		conformance.WantValue(t, h.tag, row.Values[0], h.v)
		cleared := make([]byte, len(octets))
		if strings.Contains(h.tag, "string") {
			copy(cleared, octets[:len(octets)/5]) // the declared length
		}
		m.set(area, db, 100, cleared)
		if err := s.Write(t.Context(), x, h.v); err != nil {
			t.Errorf("%s: %v", h.tag, err)
			continue
		}
		if got := hex.EncodeToString(m.get(area, db, 100, len(octets))); got != h.octets {
			t.Errorf("%s: the PLC holds %s, want %s", h.tag, got, h.octets)
		}
		back, err := s.ReadPoint(t.Context(), x)
		if err != nil {
			t.Fatal(err)
		}
		conformance.WantValue(t, h.tag+" read back", back, h.v)
	}
}

func TestEveryTypeIsReadAndWritten(t *testing.T) {
	p := listen(t, standard())
	everyTypeAt(t, p.Address(), ownMemory{p})
}

func TestEveryTypeIsReadFromAndHeldBySnap7(t *testing.T) {
	p := snap7(t)
	everyTypeAt(t, "127.0.0.1:"+p.Ready, foreignMemory{t, p})
}

func TestATimeIsLocalToThePLC(t *testing.T) {
	p := listen(t, standard())
	p.Set(dataBlock, 1, 100, 0x26, 0x07, 0x01, 0x12, 0x30, 0, 0, 4)
	s, d := dialled(t, p, "time_zone: Europe/Berlin,", "name: x, address: DB1.DBB100, type: date_and_time, access: rw")
	x := conformance.Point(t, d, "x")
	summer, winter := at(2026, 7, 1, 10, 30), tag.StringOf("2026-12-01T11:30:00Z")
	v, err := s.ReadPoint(t.Context(), x)
	if err != nil {
		t.Fatal(err)
	}
	conformance.WantValue(t, "summer", v, summer)
	if err := s.Write(t.Context(), x, winter); err != nil {
		t.Fatal(err)
	}
	if got := hex.EncodeToString(p.Octets(dataBlock, 1, 100, 8)); got != "2612011230000003" {
		t.Errorf("the PLC holds %s", got)
	}
}

func TestWhatIsNoValueIsBad(t *testing.T) {
	p := listen(t, standard())
	for _, c := range []struct {
		tag    string
		octets []byte
		want   tag.Quality
	}{
		{"DB1.DBD100, type: real", []byte{0x7F, 0xC0, 0, 0}, tag.BadSensorFailure},
		{"DB1.DBD100, type: real", []byte{0x7F, 0x80, 0, 0}, tag.BadOutOfRange},
		{"DB1.DBW100, type: bcd16", []byte{0x0A, 0x00}, tag.BadDecoding},
		{"DB1.DBW100, type: s5time", []byte{0x0A, 0x00}, tag.BadDecoding},
		{"DB1.DBD100, type: time_of_day", []byte{0xFF, 0, 0, 0}, tag.BadOutOfRange},
		{"DB1.DBB100, type: string, length: 3", []byte{3, 9, 0, 0, 0}, tag.BadDecoding},
		{"DB1.DBB100, type: date_and_time", make([]byte, 8), tag.BadDecoding},
		{"DB1.DBB100, type: date_and_time", []byte{0x26, 0x02, 0x30, 0, 0, 0, 0, 0}, tag.BadDecoding},
		{"DB1.DBB100, type: dtl", make([]byte, 12), tag.BadDecoding},
		{"DB1.DBW100, type: date", []byte{0xFF, 0xFF}, tag.BadDecoding},
	} {
		p.Set(dataBlock, 1, 100, c.octets...)
		s, d := dialled(t, p, "", "name: x, address: "+c.tag)
		row, err := conformance.Scan(t, s, d, 1)
		if err != nil || row.Values[0].Quality() != c.want || !row.Values[0].IsNull() {
			t.Errorf("%s: %v, %v, want %v", c.tag, row.Values[0].Quality(), err, c.want)
		}
	}
}

func TestWhatDoesNotFitIsRefusedUnsent(t *testing.T) {
	p := listen(t, standard())
	p.Set(dataBlock, 1, 100, 4, 0)
	for _, c := range []struct {
		tag  string
		v    tag.Value
		says string
	}{
		{"DB1.DBB100, type: string, length: 20", tag.StringOf("12345"), "declares DB1.DBB100 with 4"},
		{"DB1.DBB100, type: string, length: 3", tag.StringOf("1234"), "at most 3"},
		{"DB1.DBB100, type: string", tag.StringOf("€"), "use a wstring"},
		{"DB1.DBB100, type: wchar", tag.StringOf("ab"), "one character"},
		{"DB1.DBW100, type: s5time", tag.IntOf(12345), "multiple of 100 ms"},
		{"DB1.DBW100, type: bcd16", tag.IntOf(-1000), "-999 to 9999"},
		{"DB1.DBD100, type: real", tag.FloatOf(1e300), "does not fit a real"},
		{"DB1.DBW100, type: date", tag.IntOf(3), "want a time"},
		{"DB1.DBW100, type: date", at(1989, 12, 31), "does not fit date"},
		{"DB1.DBB100, type: date_and_time", at(2090, 1, 1), "does not fit date_and_time"},
		{"DB1.DBB100, type: bytes, length: 300", tag.BytesOf(make([]byte, 300)), "at most 212 are written at once"},
		{"DB1.DBW100, type: int, count: 2", ints(1), "an array of 2"},
		{"DB1.DBX100.0, count: 8", bools(1, 0), "an array of 8"},
	} {
		s, d := dialled(t, p, "", "name: x, access: rw, address: "+c.tag)
		p.Heard()
		err := s.Write(t.Context(), conformance.Point(t, d, "x"), c.v)
		if _, refused := errors.AsType[*protocols.Refusal](err); !refused || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, want %q", c.tag, err, c.says)
		}
		for _, job := range p.Heard() {
			if job.Parameters[0] == writeVar {
				t.Errorf("%s: written all the same", c.tag)
			}
		}
	}
}

func TestABitIsWrittenAlone(t *testing.T) {
	p := listen(t, standard())
	p.Set(dataBlock, 1, 100, 0xA5)
	s, d := dialled(t, p, "", "name: x, access: rw, address: DB1.DBX100.3", "name: y, access: rw, address: DB1.DBX100.7")
	for name, v := range map[string]tag.Value{"x": tag.BoolOf(true), "y": tag.BoolOf(false)} {
		if err := s.Write(t.Context(), conformance.Point(t, d, name), v); err != nil {
			t.Fatal(err)
		}
	}
	if got := p.Octets(dataBlock, 1, 100, 1)[0]; got != 0x2D {
		t.Errorf("the octet is %02x", got)
	}
}

func TestAnAddressSaysWhatIsWrongWithIt(t *testing.T) {
	for text, says := range map[string]string{
		"DB10.DBX0.3": "", "db10.dbw2": "", "%MW4": "", "E0.0": "", "aw2": "", "Z3": "", "MX0.1": "", "VD8": "", "DB65535.DBD65532": "",
		"DB0.DBW0": "no data block", "DB10": "is no", "DB10.DBX0": "names no bit", "DB10.DBW0.1": "what is no bit", "M0.8": "bits 0 to 7",
		"M": "is no number", "": "not an address", "X1": "not an address", "T5.1": "what is no bit", "MW70000": "is no number", "40001": "not an address",
		"DBA.DBW1": "no data block", "MW": "is no number", "PIW4": "not an address",
	} {
		var a s7.Address
		err := a.UnmarshalText([]byte(text))
		if says == "" && (err != nil || a.String() != text) || says != "" && (err == nil || !strings.Contains(err.Error(), says)) {
			t.Errorf("%q: %v, want %q", text, err, says)
		}
	}
}
