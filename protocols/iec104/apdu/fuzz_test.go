package apdu_test

import (
	"bytes"
	"errors"
	"math"
	"testing"
	"time"

	"github.com/holdfast-edge/holdfast/protocols/iec104/apdu"
)

func FuzzParse(f *testing.F) {
	f.Add([]byte{0x68, 4, 7, 0, 0, 0})
	f.Add([]byte{0x68, 4, 1, 0, 0xFE, 0xFF})
	for text := range asdus {
		f.Add(apdu.AppendI(nil, 1, 2, octets(f, text)))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		frame, n, err := apdu.Parse(b)
		switch {
		case err != nil:
			if !errors.Is(err, apdu.ErrFrame) || n != 0 {
				t.Fatalf("%d, %v", n, err)
			}
		case n > 0:
			if again := written(frame); !bytes.Equal(again, b[:n]) {
				t.Fatalf("% x was parsed from % x", again, b[:n])
			}
		}
	})
}

func FuzzParseASDU(f *testing.F) {
	for text := range asdus {
		f.Add(octets(f, text))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		a, err := apdu.ParseASDU(b)
		if err != nil {
			if !errors.Is(err, apdu.ErrASDU) && !errors.Is(err, apdu.ErrUnknownType) {
				t.Fatal(err)
			}
			return
		}
		objects := make([]apdu.Object, a.Len())
		for i := range objects {
			objects[i] = a.At(i)
			objects[i].Time.In(time.UTC)
		}
		again, err := apdu.Append(nil, a.Header, objects...)
		if err != nil {
			if len(b) <= apdu.MaxASDU && !a.Sequence {
				t.Fatalf("% x cannot be written: %v", b, err)
			}
			return // longer than a frame, or addresses beyond the last
		}
		back, err := apdu.ParseASDU(again)
		if err != nil || back.Header != a.Header || back.Len() != a.Len() {
			t.Fatalf("%+v is read back as %+v, %v", a.Header, back.Header, err)
		}
		for i, o := range objects {
			if got := back.At(i); !sameObject(got, o) {
				t.Fatalf("object %d: %+v is read back as %+v", i, o, got)
			}
		}
	})
}

// sameObject compares objects bit by bit, so that a float that is no number is itself.
func sameObject(a, b apdu.Object) bool {
	same := math.Float32bits(a.Float) == math.Float32bits(b.Float)
	a.Float, b.Float = 0, 0
	return same && a == b
}
