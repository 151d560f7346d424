package promapi

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func TestAColumnGivesBackWhatWasPutIn(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var c column
		var want []uint64
		var at []int
		scrape := 0
		for range rapid.IntRange(0, 50).Draw(t, "samples") {
			if gap := rapid.SampledFrom([]int{0, 0, 0, 1, 2, 1000}).Draw(t, "gap"); gap > 0 {
				c.skip(gap)
				scrape += gap
			}
			f := rapid.OneOf(
				rapid.Float64(), rapid.Map(rapid.Int64(), func(i int64) float64 { return float64(i) }),
				rapid.SampledFrom([]float64{0, math.Copysign(0, -1), 15, math.NaN(), math.Inf(1), 1 << 53, -1 << 53, 1<<53 - 1, 1 - 1<<53}),
			).Draw(t, "value")
			c.add(f)
			want, at = append(want, math.Float64bits(f)), append(at, scrape)
			scrape++
		}
		var got []uint64
		var when []int
		c.each(func(scrape int, f float64) { got, when = append(got, math.Float64bits(f)), append(when, scrape) })
		if !slices.Equal(got, want) || !slices.Equal(when, at) {
			t.Fatalf("put in %x at %v, got %x at %v", want, at, got, when)
		}
	})
}

func TestACounterThatGoesOnAsItDidTakesAByteASample(t *testing.T) {
	var c column
	for i := range 1000 {
		c.add(float64(15*i + i%2))
	}
	if len(c.data) > 1010 {
		t.Errorf("1,000 samples take %d bytes", len(c.data))
	}
}
