package fn_test

import (
	"testing"

	"github.com/holdfast-edge/holdfast/streamsql/fn"
	"github.com/holdfast-edge/holdfast/tag"
)

func TestWhatAFunctionMakesOfADoubtfulValueIsAsDoubtful(t *testing.T) {
	x := tag.FloatOf(-2.5).WithQuality(tag.UncertainLastUsable)
	got := evaluate(t, fn.Standard(), "SELECT abs(x) AS result FROM rows", []tag.Value{x})
	if f, _ := got[0].Float(); f != 2.5 || got[0].Quality() != tag.UncertainLastUsable {
		t.Errorf("got %v of quality %v", f, got[0].Quality())
	}
}

func TestWhatAFunctionMakesOfABadValueIsNullForTheSameReason(t *testing.T) {
	x := tag.FloatOf(-2.5).WithQuality(tag.BadTimeout)
	for _, call := range []string{"abs(x)", "upper(x)", "array_max(x)", "year(x)", "power(x, 2)"} {
		got := evaluate(t, fn.Standard(), "SELECT "+call+" AS result FROM rows", []tag.Value{x})
		if !got[0].IsNull() || got[0].Quality() != tag.BadTimeout {
			t.Errorf("%s: got %v of quality %v", call, got[0].Kind(), got[0].Quality())
		}
	}
}
