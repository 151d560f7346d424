package absence_test

import (
	"slices"
	"testing"

	"github.com/holdfast-edge/holdfast/protocols/absence"
	"github.com/holdfast-edge/holdfast/tag"
)

// runs are the bounds of what is left.
func runs(l *absence.Learnt) (bounds []int) {
	for lo, hi := range l.Runs {
		bounds = append(bounds, lo, hi)
	}
	return bounds
}

func TestAHoleIsLeftOutAndAskedAgainEverMoreRarely(t *testing.T) {
	l := absence.Of(4)
	if !l.Begin() || !slices.Equal(runs(&l), []int{0, 4}) {
		t.Fatal(runs(&l))
	}
	l.Refused(1, tag.BadAddressUnknown)
	if !l.Begin() || !slices.Equal(runs(&l), []int{0, 1, 2, 4}) {
		t.Fatal(runs(&l))
	}
	for i, q := range l.Holes {
		if i != 1 || q != tag.BadAddressUnknown {
			t.Errorf("point %d is %v", i, q)
		}
	}
	var asked []int
	for scan := 2; scan < 2000; scan++ {
		if due := l.AppendDue(nil, false); len(due) > 0 {
			l.Refused(due[0], tag.BadAddressUnknown)
			asked = append(asked, scan)
		}
		if l.Begin() {
			t.Fatal("nothing was learnt")
		}
	}
	for i, at := range asked {
		if want := min(2<<(i+1), absence.MaxWait); i+1 < len(asked) && asked[i+1]-at != want {
			t.Errorf("asked at %v, want %d scans after %d", asked, want, at)
		}
	}
}

func TestWhereNothingElseIsAskedTheNextHoleIs(t *testing.T) {
	l := absence.Of(2)
	l.Begin()
	l.Refused(0, tag.BadAddressUnknown)
	l.Refused(0, tag.BadAddressUnknown)
	l.Refused(1, tag.BadAddressUnknown)
	l.Begin()
	if due := l.AppendDue(nil, true); !slices.Equal(due, []int{1}) || len(l.AppendDue(nil, false)) != 0 {
		t.Error(due)
	}
}

func TestAHoleThatIsAnsweredBringsAllBack(t *testing.T) {
	l := absence.Of(5)
	l.Begin()
	if at := l.Divide(0, 5, []int{0, 0, 0, 0, 3}); at != 4 || !l.Walls()[4] {
		t.Errorf("divided before %d: %v", at, l.Walls())
	}
	if at := l.Divide(0, 4, []int{0, 0, 0, 0, 3}); at != 2 {
		t.Errorf("divided before %d", at)
	}
	l.Refused(3, tag.BadAddressUnknown)
	l.Begin()
	l.Answered(0, 1) // no hole
	if l.Begin() {
		t.Error("it was no news")
	}
	l.Answered(3, 4)
	if !l.Begin() || !slices.Equal(runs(&l), []int{0, 5}) || slices.Contains(l.Walls(), true) {
		t.Errorf("%v, %v", runs(&l), l.Walls())
	}
}
