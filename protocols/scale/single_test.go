package scale

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

func TestASingleKeepsItsValueInDecimal(t *testing.T) {
	if got := Shortest(21.7); got != 21.7 {
		t.Errorf("21.7 became %v", got)
	}
	rapid.Check(t, func(t *rapid.T) {
		f := math.Float32frombits(rapid.Uint32().Draw(t, "bits"))
		if got := Shortest(f); float32(got) != f && f == f {
			t.Fatalf("%v became %v", f, got)
		}
	})
}
