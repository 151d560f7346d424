package s7

import (
	"bytes"
	"testing"
	"time"

	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/protocols/s7/pdu"
	"github.com/holdfast-edge/holdfast/protocols/tpkt"
	"github.com/holdfast-edge/holdfast/tag"
)

func FuzzAddress(f *testing.F) {
	for _, text := range []string{"DB10.DBX0.3", "%mw4", "E0.0", "Z3", "VD8", "DB1.DBW65535", "DB.DBX", "M0.8", "", "DB1.DBÄ0"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var a, again Address
		if a.UnmarshalText([]byte(text)) != nil {
			return
		}
		if err := again.UnmarshalText([]byte(a.String())); err != nil || again != a {
			t.Fatalf("%q: %+v is read back as %+v, %v", text, a, again, err)
		}
	})
}

func FuzzTSAP(f *testing.F) {
	for _, text := range []string{"03.02", "0x0302", "0302", "3.2", "."} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var a, again TSAP
		if a.UnmarshalText([]byte(text)) != nil {
			return
		}
		if err := again.UnmarshalText([]byte(a.String())); err != nil || again != a {
			t.Fatalf("%q is read back as %v, %v", text, again, err)
		}
	})
}

// FuzzValue decodes octets as every type, and writes what is a value back: it is the same value then.
func FuzzValue(f *testing.F) {
	f.Add(byte(stringForm), []byte{6, 3, 0xE4, 'b', 'c', 0, 0, 0})
	f.Add(byte(wstringForm), []byte{0, 2, 0, 1, 0xD8, 0x3D, 0, 0})
	f.Add(byte(dateTimeForm), []byte{0x26, 0x11, 0x28, 0x15, 0x00, 0x59, 0x01, 0x27})
	f.Add(byte(dtlForm), []byte{0x07, 0xEA, 11, 28, 7, 15, 0, 59, 0, 0, 0, 1})
	f.Add(byte(bcd16Form), []byte{0xF1, 0x23})
	f.Add(byte(realForm), []byte{0x41, 0xAD, 0x99, 0x9A})
	f.Fuzz(func(t *testing.T, kind byte, octets []byte) {
		form := form(kind)
		if form <= boolForm || form > dtlForm {
			return
		}
		o := &TagOptions{Address: Address{Area: pdu.DB, DB: 1, Letter: 'B'}, Type: form.String()}
		if form.hasLength() {
			head, character := form.head()
			if form == bytesForm {
				head, character = 0, 1
			}
			if o.Length = (len(octets) - head) / character; o.Length < 1 {
				return
			}
		}
		p, flaw := newPoint(&config.Tag{Name: "x", Scale: 1, Access: config.ReadWrite, Options: o}, time.UTC)
		if flaw != nil || len(octets) < p.octets {
			return
		}
		v := p.value(octets[:p.octets], tag.Value{})
		if v.IsNull() {
			return
		}
		encoded, err := p.encoded(v)
		if err != nil {
			if form == charForm || form == wcharForm || form.isInstant() || form == wstringForm {
				return // half a surrogate pair; a year that Go has and the type has not
			}
			t.Fatalf("%v of % x is %s, which cannot be written: %v", form, octets, tag.AppendJSON(nil, v), err)
		}
		if form.isText() {
			head, _ := form.head()
			encoded = append(append([]byte(nil), octets[:head/2]...), encoded...)
			encoded = append(encoded, make([]byte, max(0, p.octets-len(encoded)))...)
		}
		if back := p.value(encoded, tag.Value{}); !back.Equal(v) {
			t.Fatalf("%v of % x is %s, and read back %s", form, octets, tag.AppendJSON(nil, v), tag.AppendJSON(nil, back))
		}
	})
}

func FuzzMessage(f *testing.F) {
	f.Add(tpkt.AppendData(nil, pdu.AppendRead(nil, pdu.Item{Area: pdu.Markers, Count: 1}), 128))
	f.Add(tpkt.AppendData(nil, make([]byte, 300), 128))
	f.Add(tpkt.AppendConnect(nil, 0, tpkt.TPDU{Code: tpkt.ConnectRequest, Reference: 1, Calling: []byte{0, 1}, Called: []byte{0, 2}, Size: 1024}))
	f.Fuzz(func(t *testing.T, b []byte) {
		var d references
		if n := d.Request(b); n > len(b) {
			t.Fatal(n)
		}
		n, number, ok := d.Reply(b)
		if !ok {
			return
		}
		if n == 0 || n > len(b) || d.Number(b[:n]) != number {
			t.Fatal(n, number)
		}
		if again := d.Readdress(nil, b[:n], b[:n], b[:n]); !bytes.Equal(again, b[:n]) || d.Question(again) != d.Question(b[:n]) {
			t.Fatalf("% x becomes % x", b[:n], again)
		}
	})
}
