package ber_test

import (
	"bytes"
	"encoding/asn1"
	"errors"
	"math"
	"testing"

	"github.com/holdfast-edge/holdfast/protocols/iec61850/ber"
)

func TestNumbersAreThoseOfTheStandardLibrary(t *testing.T) {
	for _, n := range []int64{0, 1, -1, 127, 128, -128, -129, 255, 256, 32767, 32768, -32769, math.MaxInt64, math.MinInt64} {
		want, err := asn1.Marshal(n)
		if err != nil {
			t.Fatal(err)
		}
		got := ber.Int(0x02, n)
		if !bytes.Equal(got, want) {
			t.Errorf("%d is % x, want % x", n, got, want)
		}
		e, rest, err := ber.Parse(got)
		if err != nil || len(rest) != 0 {
			t.Fatal(rest, err)
		}
		if back, err := ber.ParseInt(e.Content); back != n || err != nil {
			t.Errorf("%d is read back as %d, %v", n, back, err)
		}
	}
}

func TestElementsOfEveryLengthAreReadBack(t *testing.T) {
	for _, n := range []int{0, 1, 127, 128, 255, 256, 65535, 65536} {
		content := bytes.Repeat([]byte{7}, n)
		b := append(ber.Wrap(0xA0, content), 1, 2, 3)
		e, rest, err := ber.Parse(b)
		if err != nil || e.Tag != 0xA0 || !bytes.Equal(e.Content, content) || len(rest) != 3 {
			t.Errorf("%d: %X, %d octets, rest % x, %v", n, e.Tag, len(e.Content), rest, err)
		}
	}
}

func TestAnElementIsFoundInsideOfOthers(t *testing.T) {
	b := ber.Wrap(0xBF48, ber.Int(0x80, 1), ber.Wrap(0xA1, ber.Text(0x1A, "x")))
	inner, err := ber.Inside(b, 0xBF48, 0xA1, 0x1A)
	if string(inner) != "x" || err != nil {
		t.Errorf("%q, %v", inner, err)
	}
	if _, err := ber.Inside(b, 0xBF48, 0xA2); !errors.Is(err, ber.ErrEncoding) {
		t.Errorf("there is none, and it is %v", err)
	}
}

func TestWhatIsNoElementIsRefused(t *testing.T) {
	for _, b := range [][]byte{{}, {0x30}, {0x30, 0x80}, {0x30, 2, 1}, {0x30, 0x84, 0, 0, 0, 1, 1}, {0x1F, 0x80}, {0x1F, 0x81, 0x81, 0x81, 0x01, 0}} {
		if e, _, err := ber.Parse(b); !errors.Is(err, ber.ErrEncoding) {
			t.Errorf("% x is %+v, %v", b, e, err)
		}
	}
	if _, err := ber.ParseInt(make([]byte, 9)); !errors.Is(err, ber.ErrEncoding) {
		t.Error(err)
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte{0x30, 3, 2, 1, 5})
	f.Add(ber.Wrap(0xBF48, bytes.Repeat([]byte{1}, 300)))
	f.Fuzz(func(t *testing.T, b []byte) {
		e, rest, err := ber.Parse(b)
		if err != nil {
			return
		}
		again, _, err := ber.Parse(ber.Wrap(e.Tag, e.Content))
		if err != nil || again.Tag != e.Tag || !bytes.Equal(again.Content, e.Content) || len(rest) >= len(b) {
			t.Fatalf("% x is %X % x, and again %X % x, %v", b, e.Tag, e.Content, again.Tag, again.Content, err)
		}
		_, _ = ber.All(b)
		_, _ = ber.ParseInt(e.Content)
	})
}
