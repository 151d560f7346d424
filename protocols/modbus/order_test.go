package modbus

import (
	"bytes"
	"encoding/binary"
	"testing"
)

func FuzzOrder(f *testing.F) {
	for _, text := range letters {
		f.Add(text, uint64(0x0102030405060708))
	}
	f.Add("cdab", uint64(1))
	f.Add("ABDC", uint64(0))
	f.Fuzz(func(t *testing.T, text string, n uint64) {
		var o Order
		if o.UnmarshalText([]byte(text)) != nil {
			return
		}
		var again Order
		if err := again.UnmarshalText([]byte(o.String())); err != nil || again != o {
			t.Fatalf("%q reads as %v, and that as %v: %v", text, o, again, err)
		}
		wide := binary.BigEndian.AppendUint64(nil, n)
		for _, width := range []int{2, 4, 8} {
			registers, want := make([]byte, width), n<<(64-8*width)>>(64-8*width)
			o.put(registers, want)
			if got := o.number(registers); got != want {
				t.Fatalf("%v: %d bytes of %x are read as %x", o, width, want, got)
			}
		}
		if twice := o.swapped(o.swapped(bytes.Clone(wide))); !bytes.Equal(twice, wide) {
			t.Fatalf("%v: % x becomes % x", o, wide, twice)
		}
	})
}
