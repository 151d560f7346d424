package thin_test

import (
	"math"
	"testing"

	"pgregory.net/rapid"

	"github.com/holdfast-edge/holdfast/console/thin"
	"github.com/holdfast-edge/holdfast/tag"
)

// sample is one of a run.
type sample struct {
	at int64
	v  tag.Value
}

// run draws samples in the order of time, within from and to, some of them Bad.
func run(t *rapid.T, from, to int64) []sample {
	times := rapid.SliceOfN(rapid.Int64Range(from, to-1), 0, 400).Draw(t, "times")
	list := make([]sample, len(times))
	at := from
	for i, next := range times {
		at = min(to-1, max(at, at+(next-from)/int64(len(times)+1)))
		list[i] = sample{at, rapid.SampledFrom([]tag.Value{
			tag.FloatOf(float64(i*i%97) - 40), tag.IntOf(int64(i)), tag.UintOf(7), tag.NullOf(tag.BadTimeout),
			tag.FloatOf(1.5).WithQuality(tag.UncertainLastUsable), tag.FloatOf(math.NaN()), tag.BoolOf(i%2 == 0),
		}).Draw(t, "value")}
	}
	return list
}

func curve(list []sample, from, to int64, limit int) []thin.Point {
	c := thin.New(from, to, limit)
	for _, s := range list {
		c.Add(s.at, s.v)
	}
	return c.Points()
}

// extremes are the least and the greatest height among values that have one.
func extremes(values []tag.Value) (least, greatest float64) {
	least, greatest = math.Inf(1), math.Inf(-1)
	for _, v := range values {
		h, ok := v.Float()
		if v.Kind() == tag.Bool {
			h, ok = 0, true
			if v.Bool() {
				h = 1
			}
		}
		if ok && !thin.IsGap(v) {
			least, greatest = min(least, h), max(greatest, h)
		}
	}
	return least, greatest
}

func heights(list []sample) (values []tag.Value) {
	for _, s := range list {
		values = append(values, s.v)
	}
	return values
}

func pointHeights(points []thin.Point) (values []tag.Value) {
	for _, p := range points {
		values = append(values, p.Value)
	}
	return values
}

func TestACurveNeverHasMorePointsThanAskedFor(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		from := rapid.Int64Range(0, 1<<60).Draw(t, "from")
		to := from + rapid.Int64Range(1, 1<<61).Draw(t, "span")
		limit := rapid.IntRange(0, 50).Draw(t, "limit")
		list := run(t, from, to)
		if got := curve(list, from, to, limit); len(got) > max(limit, thin.MinPoints) || len(got) == 0 && len(list) > 0 {
			t.Fatalf("%d samples became %d points, at most %d were asked for", len(list), len(got), limit)
		}
	})
}

func TestACurveNeverHidesAnExtreme(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		list := run(t, 0, 1_000_000)
		limit := rapid.IntRange(3, 60).Draw(t, "limit")
		wantLeast, wantGreatest := extremes(heights(list))
		least, greatest := extremes(pointHeights(curve(list, 0, 1_000_000, limit)))
		if least != wantLeast || greatest != wantGreatest {
			t.Fatalf("the curve goes from %v to %v, the samples from %v to %v", least, greatest, wantLeast, wantGreatest)
		}
	})
}

func TestEveryStretchOfTimeKeepsItsExtremesAndItsGap(t *testing.T) {
	const span, buckets = 900, 9
	rapid.Check(t, func(t *rapid.T) {
		list := run(t, 0, span)
		points := curve(list, 0, span, 3*buckets)
		for b := range int64(buckets) {
			var in, out []tag.Value
			gaps, kept := 0, 0
			for _, s := range list {
				if s.at/(span/buckets) == b {
					in, gaps = append(in, s.v), gaps+gap(s.v)
				}
			}
			for _, p := range points {
				if p.Time/(span/buckets) == b {
					out, kept = append(out, p.Value), kept+gap(p.Value)
				}
			}
			wantLeast, wantGreatest := extremes(in)
			if least, greatest := extremes(out); least != wantLeast || greatest != wantGreatest {
				t.Fatalf("stretch %d: from %v to %v became from %v to %v", b, wantLeast, wantGreatest, least, greatest)
			}
			if (gaps > 0) != (kept > 0) {
				t.Fatalf("stretch %d: of %d gaps %d are shown", b, gaps, kept)
			}
		}
	})
}

func gap(v tag.Value) int {
	if thin.IsGap(v) {
		return 1
	}
	return 0
}

func TestPointsAreSamplesInTheirOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		list := run(t, 0, 100_000)
		next := 0
		for _, p := range curve(list, 0, 100_000, rapid.IntRange(3, 40).Draw(t, "limit")) {
			for next < len(list) && !(list[next].at == p.Time && alike(list[next].v, p.Value)) {
				next++
			}
			if next == len(list) {
				t.Fatalf("the point at %d is no sample, or not in order", p.Time)
			}
			next++
		}
	})
}

func alike(a, b tag.Value) bool {
	return a.Equal(b) || a.Kind() == b.Kind() && a.Quality() == b.Quality() && thin.IsGap(a) && thin.IsGap(b)
}

func TestFewSamplesStayAsTheyAre(t *testing.T) {
	c := thin.New(0, 100, 10)
	for i := range int64(10) {
		c.Add(1, tag.IntOf(i)) // all in one bucket, if they were put there
	}
	points := c.Points()
	if len(points) != 10 || c.Taken() != 10 {
		t.Fatalf("%d points of %d samples", len(points), c.Taken())
	}
	for i, p := range points {
		if v, _ := p.Value.Int(); v != int64(i) {
			t.Errorf("point %d is %d", i, v)
		}
	}
}

func TestASpikeOfOneSampleInADaySurvives(t *testing.T) {
	const day = 24 * 3600
	c := thin.New(0, day, 300)
	for at := range int64(day) {
		v := tag.FloatOf(20)
		if at == 41_234 {
			v = tag.FloatOf(90)
		}
		c.Add(at, v)
	}
	_, greatest := extremes(pointHeights(c.Points()))
	if greatest != 90 || c.Taken() != day {
		t.Errorf("the spike became %v", greatest)
	}
}

func TestTextsKeepTheFirstAndTheLastOfAStretch(t *testing.T) {
	c := thin.New(0, 300, 3)
	for i, text := range []string{"off", "warming", "hot", "on"} {
		c.Add(int64(i), tag.StringOf(text))
	}
	points := c.Points()
	if len(points) != 2 || points[0].Value.Str() != "off" || points[1].Value.Str() != "on" {
		t.Errorf("got %v", points)
	}
}

func TestSamplesOutsideOfTheTimeCountAtItsEdge(t *testing.T) {
	c := thin.New(1000, 2000, 3)
	for _, at := range []int64{0, 1500, 5000, 6000} {
		c.Add(at, tag.IntOf(at))
	}
	least, greatest := extremes(pointHeights(c.Points()))
	if least != 0 || greatest != 6000 {
		t.Errorf("from %v to %v", least, greatest)
	}
}

func BenchmarkADayOfASecond(b *testing.B) {
	b.ReportAllocs()
	const day = 24 * 3600
	for b.Loop() {
		c := thin.New(0, day, 1000)
		for at := range int64(day) {
			c.Add(at, tag.FloatOf(float64(at%600)))
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/day, "ns/sample")
}
