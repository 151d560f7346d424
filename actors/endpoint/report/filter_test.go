package report_test

import (
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/holdfast-edge/holdfast/actors/endpoint/report"
	"github.com/holdfast-edge/holdfast/tag"
)

func sample(at int64, v float64) report.Sample {
	return report.Sample{Value: tag.FloatOf(v), Time: at * int64(time.Second)}
}

// run offers values and returns what was reported.
func run(f *report.Filter, samples ...report.Sample) (reported []report.Sample) {
	for _, s := range samples {
		reported = f.Offer(reported, s)
	}
	return reported
}

func want(t *testing.T, got []report.Sample, want ...report.Sample) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("reported %v, want %v", got, want)
	}
	for i := range got {
		if got[i].Time != want[i].Time || !got[i].Value.Equal(want[i].Value) {
			t.Errorf("report %d is %v, want %v", i, got[i], want[i])
		}
	}
}

func TestABandReportsWhatLeavesIt(t *testing.T) {
	f := &report.Filter{Rule: report.Rule{Deviation: 0.5}}
	want(t, run(f, sample(0, 20), sample(1, 20.5), sample(2, 19.5), sample(3, 20.6), sample(4, 20.2), sample(5, 20)),
		sample(0, 20), sample(3, 20.6), sample(5, 20))
}

func TestAWidthOfNothingReportsEveryChange(t *testing.T) {
	f := &report.Filter{}
	text := report.Sample{Value: tag.StringOf("on"), Time: 7}
	want(t, run(f, sample(0, 1), sample(1, 1), sample(2, 1.0000001), text, text), sample(0, 1), sample(2, 1.0000001), text)
}

func TestAHeartbeatReportsWhatHasNotChanged(t *testing.T) {
	for _, door := range []bool{false, true} {
		f := &report.Filter{Rule: report.Rule{Deviation: 1, Door: door, Heartbeat: 3 * time.Second}}
		want(t, run(f, sample(0, 5), sample(1, 5), sample(2, 5.1), sample(3, 5), sample(4, 5), sample(5, 5), sample(6, 5)),
			sample(0, 5), sample(3, 5), sample(6, 5))
	}
}

func TestASwingingDoorReportsTheCorners(t *testing.T) {
	f := &report.Filter{Rule: report.Rule{Deviation: 0.1, Door: true}}
	got := run(f, sample(0, 0), sample(1, 1), sample(2, 2), sample(3, 3), sample(4, 3), sample(5, 3), sample(6, 2))
	want(t, f.Flush(got), sample(0, 0), sample(3, 3), sample(5, 3), sample(6, 2))
}

func TestTheCornerBeforeABadValueIsReportedFirst(t *testing.T) {
	f := &report.Filter{Rule: report.Rule{Deviation: 0.1, Door: true}}
	bad := report.Sample{Value: tag.NullOf(tag.BadTimeout), Time: 3 * int64(time.Second)}
	want(t, run(f, sample(0, 0), sample(1, 1), sample(2, 2), bad, sample(4, 4)),
		sample(0, 0), sample(2, 2), bad, sample(4, 4))
}

// drawSamples draws values at rising times, of which some are not Good.
func drawSamples(t *rapid.T) (all []report.Sample) {
	at := int64(0)
	for range rapid.IntRange(1, 60).Draw(t, "count") {
		at += rapid.Int64Range(1, 5_000_000_000).Draw(t, "step")
		v := tag.FloatOf(rapid.Float64Range(-100, 100).Draw(t, "value"))
		if q := rapid.SampledFrom([]tag.Quality{0, 0, 0, 0, tag.Uncertain, tag.BadTimeout}).Draw(t, "quality"); q.IsBad() {
			v = tag.NullOf(q)
		} else {
			v = v.WithQuality(q)
		}
		all = append(all, report.Sample{Value: v, Time: at})
	}
	return all
}

func drawRule(t *rapid.T) report.Rule {
	return report.Rule{
		Deviation: rapid.Float64Range(0, 40).Draw(t, "deviation"), Door: rapid.Bool().Draw(t, "door"),
		Heartbeat: time.Duration(rapid.SampledFrom([]int64{0, 0, 3_000_000_000}).Draw(t, "heartbeat")),
	}
}

func TestReportsAreSomeOfTheValuesInTheirOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		samples := drawSamples(t)
		f := &report.Filter{Rule: drawRule(t)}
		got := f.Flush(run(f, samples...))
		next := 0
		for _, s := range samples {
			if next < len(got) && got[next].Time == s.Time && got[next].Value.Equal(s.Value) {
				next++
			}
		}
		if next != len(got) {
			t.Fatalf("%v are not all of %v", got, samples)
		}
	})
}

func TestNoChangeOfQualityIsWithheld(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := &report.Filter{Rule: drawRule(t)}
		var before report.Sample
		for i, s := range drawSamples(t) {
			got := f.Offer(nil, s)
			if i > 0 && s.Value.Quality() != before.Value.Quality() && (len(got) == 0 || got[len(got)-1].Time != s.Time) {
				t.Fatalf("%v after %v: reported %v", s, before, got)
			}
			before = s
		}
	})
}

// TestWhatIsNotReportedIsNoFurtherAway holds every value against what the
// reports say was there: the last one for a band, the line between two for a
// door.
func TestWhatIsNotReportedIsNoFurtherAway(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		samples := drawSamples(t)
		rule := drawRule(t)
		f := &report.Filter{Rule: rule}
		got := f.Flush(run(f, samples...))
		for _, s := range samples {
			v, ok := s.Value.Float()
			if !ok || s.Value.IsNull() {
				continue
			}
			if off := math.Abs(v - told(got, s.Time, rule.Door)); off > rule.Deviation+1e-9 {
				t.Fatalf("%v at %d is %v off what %v tell, allowed are %v", v, s.Time, off, got, rule.Deviation)
			}
		}
	})
}

// told returns what reports say of a time.
func told(reports []report.Sample, at int64, line bool) float64 {
	i := 0
	for i+1 < len(reports) && reports[i+1].Time <= at {
		i++
	}
	v, _ := reports[i].Value.Float()
	if !line || reports[i].Time == at || i+1 == len(reports) {
		return v
	}
	next, _ := reports[i+1].Value.Float()
	return v + (next-v)*float64(at-reports[i].Time)/float64(reports[i+1].Time-reports[i].Time)
}
