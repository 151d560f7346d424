package report_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/holdfast-edge/holdfast/actors/endpoint/report"
	"github.com/holdfast-edge/holdfast/tag"
)

const second = int64(time.Second)

// offer offers a row of numbers.
func offer(g *report.Gate, at int64, numbers ...float64) []report.Row {
	values := make([]tag.Value, len(numbers))
	for i, n := range numbers {
		values[i] = tag.FloatOf(n)
	}
	return g.Offer(values, make([]int64, len(values)), at*second)
}

func TestAValueThatIsNoNewsStandsInTheRowAsItWasReported(t *testing.T) {
	g := report.NewGate([]*report.Filter{{Rule: report.Rule{Deviation: 1}}, nil}, 0, time.Second)
	offer(g, 1, 10, 1)
	rows := offer(g, 2, 10.5, 2)
	if len(rows) != 1 || !rows[0].Values[0].Equal(tag.FloatOf(10)) || rows[0].Stamps[0] != second || rows[0].Stamps[1] != 2*second || rows[0].Time != 2*second {
		t.Fatalf("%+v", rows)
	}
	if g.Withheld() != 1 {
		t.Errorf("%d withheld", g.Withheld())
	}
}

func TestWithoutNewsThereIsNoRow(t *testing.T) {
	g := report.NewGate([]*report.Filter{{}, {}}, 0, time.Second)
	if rows := offer(g, 1, 1, 1); len(rows) != 1 {
		t.Fatalf("%+v", rows)
	}
	if rows := offer(g, 2, 1, 1); len(rows) != 0 {
		t.Fatalf("%+v", rows)
	}
}

func TestNewsWaitsForTheIntervalOfReports(t *testing.T) {
	g := report.NewGate([]*report.Filter{nil}, 5*time.Second, time.Second)
	var times []int64
	for at := int64(1); at <= 12; at++ {
		for _, r := range offer(g, at, float64(at)) {
			times = append(times, r.Time/second)
		}
	}
	if len(times) != 3 || times[0] != 1 || times[1] != 6 || times[2] != 11 {
		t.Errorf("rows at %v", times)
	}
	if g.Withheld() != 8 {
		t.Errorf("%d withheld", g.Withheld())
	}
}

func TestAChangeOfQualityDoesNotWait(t *testing.T) {
	g := report.NewGate([]*report.Filter{{}, nil}, time.Minute, time.Second)
	offer(g, 1, 1, 1)
	rows := g.Offer([]tag.Value{tag.NullOf(tag.BadSensorFailure), tag.FloatOf(2)}, make([]int64, 2), 2*second)
	if len(rows) != 1 || rows[0].Values[0].Quality() != tag.BadSensorFailure {
		t.Fatalf("%+v", rows)
	}
}

func TestACornerComesInARowBeforeTheNewValue(t *testing.T) {
	g := report.NewGate([]*report.Filter{{Rule: report.Rule{Deviation: 0.1, Door: true}}, nil}, 0, time.Second)
	for at := range int64(4) {
		offer(g, at+1, float64(at), 7)
	}
	rows := g.Offer([]tag.Value{tag.NullOf(tag.BadTimeout), tag.FloatOf(8)}, make([]int64, 2), 5*second)
	if len(rows) != 2 || rows[0].Time != 4*second || !rows[0].Values[0].Equal(tag.FloatOf(3)) || !rows[0].Values[1].Equal(tag.FloatOf(7)) || rows[1].Time != 5*second {
		t.Fatalf("%+v", rows)
	}
}

func TestClosingTellsWhatWaitsAndForgets(t *testing.T) {
	g := report.NewGate([]*report.Filter{{Rule: report.Rule{Deviation: 1, Door: true}}}, 0, time.Second)
	offer(g, 1, 5)
	offer(g, 2, 5)
	rows := g.Close(3 * second)
	if len(rows) != 1 || rows[0].Stamps[0] != 2*second {
		t.Fatalf("%+v", rows)
	}
	if rows := offer(g, 4, 5); len(rows) != 1 {
		t.Errorf("after a break the first value is news: %+v", rows)
	}
}

func TestNothingIsLostUncounted(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		every := time.Duration(rapid.IntRange(0, 4).Draw(t, "every")) * time.Second
		filters := []*report.Filter{nil, {Rule: report.Rule{Deviation: rapid.Float64Range(0, 5).Draw(t, "deviation")}}}
		g := report.NewGate(filters, every, time.Second)
		offered, told := uint64(0), uint64(0)
		var last [2]int64
		count := func(rows []report.Row) {
			for _, r := range rows {
				for slot, at := range r.Stamps {
					if at != last[slot] {
						told++
						last[slot] = at
					}
				}
			}
		}
		for at := int64(1); at <= 40; at++ {
			count(offer(g, at, rapid.Float64Range(0, 10).Draw(t, "a"), rapid.Float64Range(0, 10).Draw(t, "b")))
			offered += 2
		}
		count(g.Due(41 * second))
		if told+g.Withheld() != offered {
			t.Fatalf("%d told and %d withheld of %d", told, g.Withheld(), offered)
		}
	})
}
