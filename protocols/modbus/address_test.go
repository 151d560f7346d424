package modbus

import (
	"encoding/json"
	"errors"
	"regexp"
	"strings"
	"testing"

	"github.com/holdfast-edge/holdfast/config"
)

func address(t testing.TB, text string) Address {
	t.Helper()
	var a Address
	if err := a.UnmarshalText([]byte(text)); err != nil {
		t.Fatal(err)
	}
	return a
}

func TestAddressesInAllTheirForms(t *testing.T) {
	for _, c := range []struct {
		text   string
		area   Area
		base   uint32
		offset uint32
		bit    int8
	}{
		{"holding:0", Holding, 0, 0, NoBit},
		{"holding:65535", Holding, 0, 65535, NoBit},
		{"holding:1", Holding, 1, 0, NoBit},
		{"holding:65536", Holding, 1, 65535, NoBit},
		{"holding:0x10", Holding, 0, 16, NoBit},
		{"holding:0XfF", Holding, 0, 255, NoBit},
		{"input:7", Input, 0, 7, NoBit},
		{"coil:7", Coil, 0, 7, NoBit},
		{"discrete:7", Discrete, 0, 7, NoBit},
		{"holding:4.3", Holding, 0, 4, 3},
		{"input:4.15", Input, 0, 4, 15},
		{"00001", Coil, 0, 0, NoBit},
		{"10002", Discrete, 0, 1, NoBit},
		{"30003", Input, 0, 2, NoBit},
		{"40001", Holding, 0, 0, NoBit},
		{"40001", Holding, 1, 0, NoBit},
		{"49999", Holding, 0, 9998, NoBit},
		{"400001", Holding, 0, 0, NoBit},
		{"465536", Holding, 0, 65535, NoBit},
		{"40005.3", Holding, 0, 4, 3},
		{" holding:4 ", Holding, 0, 4, NoBit},
	} {
		a := address(t, c.text)
		offset, err := a.offset(c.base)
		if err != nil || a.Area != c.area || offset != c.offset || a.Bit != c.bit {
			t.Errorf("%q with base %d: %v %d bit %d, %v", c.text, c.base, a.Area, offset, a.Bit, err)
		}
		if a.String() != strings.TrimSpace(c.text) {
			t.Errorf("%q prints as %q", c.text, a)
		}
	}
}

func TestWhatIsNoAddressIsRefusedWithItsFix(t *testing.T) {
	for text, fix := range map[string]string{
		"holdng:1":      `did you mean "holding"?`,
		"Holding:1":     `did you mean "holding"?`,
		"holding":       "want holding:N",
		"holding:":      "want holding:N",
		"holding:-1":    "want holding:N",
		"holding:1e3":   "want holding:N",
		"holding:0xZ":   "want holding:N",
		"holding:70000": "want holding:N",
		"holding:1.16":  "want holding:N.0 to",
		"holding:1.":    "want holding:N.0 to",
		"coil:1.0":      "want holding:N.0 to",
		"20001":         "want 0, 1, 3 or 4",
		"40000":         "want 0, 1, 3 or 4",
		"465537":        "want 0, 1, 3 or 4",
		"4001":          "want holding:N",
		"4000001":       "want holding:N",
		"":              "want holding:N",
		"x:1:2":         "want coil, discrete, input or holding",
	} {
		var a Address
		err := a.UnmarshalText([]byte(text))
		p, ok := errors.AsType[*config.Problem](err)
		if !ok || !strings.Contains(p.Fix, fix) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestAnAddressBelowTheBaseIsRefused(t *testing.T) {
	for text, base := range map[string]uint32{"holding:0": 1, "holding:65536": 0} {
		if n, err := address(t, text).offset(base); err == nil {
			t.Errorf("%s with base %d is %d", text, base, n)
		}
	}
}

func TestAnAddressIsWrittenAsItWasRead(t *testing.T) {
	for _, text := range []string{"holding:0x10", "40001", "input:4.3"} {
		out, err := json.Marshal(address(t, text))
		if err != nil || string(out) != `"`+text+`"` {
			t.Errorf("%s became %s, %v", text, out, err)
		}
	}
}

func FuzzAddress(f *testing.F) {
	for _, seed := range []string{"holding:0", "holding:4.3", "input:0x1F", "40001", "400001.15", "coil:7", "discrete:1", "holdng:1", "1:1"} {
		f.Add(seed)
	}
	_, pattern, _ := Address{}.DescribeText()
	form := regexp.MustCompile(pattern)
	f.Fuzz(func(t *testing.T, text string) {
		var a Address
		if a.UnmarshalText([]byte(text)) != nil {
			return
		}
		if !form.MatchString(a.String()) {
			t.Errorf("%q is taken, and the schema's pattern refuses it", text)
		}
		if a.Area < Coil || a.Area > Holding || a.Bit < NoBit || a.Bit > 15 || a.Area.hasBits() && a.Bit != NoBit {
			t.Fatalf("%q was read as %+v", text, a)
		}
		again := address(t, a.String())
		if again != a {
			t.Fatalf("%q was read as %+v and then as %+v", text, a, again)
		}
		for base := range uint32(2) {
			if n, err := a.offset(base); err == nil && n > 0xFFFF {
				t.Fatalf("%q is at %d", text, n)
			}
		}
	})
}
