package fuel_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/holdfast-edge/holdfast/streamsql/wasm/fuel"
)

// seeds adds modules of the test suite and of testdata to a fuzz target.
func seeds(f *testing.F) {
	files, err := filepath.Glob(filepath.Join(suite(f), "*.wasm"))
	if err != nil || len(files) == 0 {
		f.Fatal(err)
	}
	for i := 0; i < len(files); i += len(files) / 100 {
		code, err := os.ReadFile(files[i])
		if err != nil {
			f.Fatal(err)
		}
		if len(code) < 4096 {
			f.Add(code)
		}
	}
	f.Add(wat(f, "endless.wat"))
	f.Add(wat(f, "spectest.wat"))
}

func FuzzMeterOfAnything(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, code []byte) {
		m, err := fuel.Meter(code, plenty())
		switch {
		case err != nil && !errors.Is(err, fuel.ErrMalformed) && !errors.Is(err, fuel.ErrUnsupported):
			t.Errorf("an error of no kind: %v", err)
		case len(m.Code) > 40*len(code)+100:
			t.Errorf("%d octets become %d", len(code), len(m.Code))
		}
	})
}

// hasLargeNumber reports whether there may be a number in the code for which the
// runtime makes room before it looks whether so much follows: that ends the process.
func hasLargeNumber(code []byte) bool {
	for i := range len(code) - 1 {
		if code[i] >= 0x80 && code[i+1] >= 0x80 {
			return true
		}
	}
	return false
}

// FuzzWhatTheRuntimeTakesIsTakenWithAMeter, and what it does not take is not.
func FuzzWhatTheRuntimeTakesIsTakenWithAMeter(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, code []byte) {
		m, err := fuel.Meter(code, plenty())
		if errors.Is(err, fuel.ErrUnsupported) || err != nil && hasLargeNumber(code) {
			return
		}
		plain := compile(t, code)
		switch {
		case plain == nil && err != nil:
			t.Errorf("the runtime takes it: %v", err)
		case err == nil && plain == nil:
			if metered := compile(t, m.Code); metered != nil {
				t.Errorf("the runtime does not take it with its meter: %v", metered)
			}
		}
	})
}
