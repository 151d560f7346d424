package modbus

import (
	"math"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// extentsFrom draws sorted extents of holding registers and coils.
func extentsFrom(t *rapid.T, most int) []extent {
	n := rapid.IntRange(0, most).Draw(t, "n")
	extents := make([]extent, n)
	for i := range extents {
		first := rapid.IntRange(0, 60).Draw(t, "first")
		extents[i] = extent{
			area:  rapid.SampledFrom([]Area{Coil, Holding}).Draw(t, "area"),
			first: first, end: first + rapid.IntRange(1, 4).Draw(t, "span"),
		}
	}
	slices.SortFunc(extents, func(a, b extent) int {
		if a.area != b.area {
			return int(a.area) - int(b.area)
		}
		return a.first - b.first
	})
	return extents
}

func cost(blocks []block, p prices) (sum time.Duration) {
	for _, b := range blocks {
		sum += p.of(b.area, b.count)
	}
	return sum
}

// cheapest tries every division.
func cheapest(extents []extent, wall []bool, l limits, p prices) time.Duration {
	least := time.Duration(math.MaxInt64)
	for cuts := range 1 << max(0, len(extents)-1) {
		var blocks []block
		lo, allowed := 0, true
		for i := 1; i <= len(extents); i++ {
			if i < len(extents) && cuts>>(i-1)&1 == 0 {
				allowed = allowed && !wall[i] && extents[i].area == extents[i-1].area
				continue
			}
			blocks = append(blocks, blockOf(extents, lo, i))
			lo = i
		}
		for _, b := range blocks {
			allowed = allowed && (b.hi-b.lo == 1 || b.count <= l.of(b.area))
		}
		if allowed {
			least = min(least, cost(blocks, p))
		}
	}
	return least
}

func TestNoDivisionIsCheaper(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		extents := extentsFrom(t, 9)
		if len(extents) == 0 {
			return
		}
		wall := rapid.SliceOfN(rapid.Bool(), len(extents), len(extents)).Draw(t, "walls")
		l := limits{registers: rapid.IntRange(4, 30).Draw(t, "registers"), bits: rapid.IntRange(4, 60).Draw(t, "bits")}
		p := prices{request: time.Duration(rapid.IntRange(0, 50).Draw(t, "request")), register: 2, bit: 1}
		got := partition(extents, wall, l, p)
		if a, b := cost(got, p), cheapest(extents, wall, l, p); a != b {
			t.Fatalf("%v of %v costs %d, possible is %d", got, extents, a, b)
		}
	})
}

func TestADivisionCoversEverythingWithinItsLimits(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		extents := extentsFrom(t, 60)
		l := limits{registers: rapid.IntRange(4, 125).Draw(t, "registers"), bits: rapid.IntRange(4, 2000).Draw(t, "bits")}
		next := 0
		for _, b := range partition(extents, make([]bool, len(extents)), l, prices{request: 1000, register: 2, bit: 1}) {
			if b.lo != next || b.hi <= b.lo || b.count > l.of(b.area) {
				t.Fatalf("%+v after %d", b, next)
			}
			for _, e := range extents[b.lo:b.hi] {
				if e.area != b.area || e.first < b.first || e.end > b.first+b.count {
					t.Fatalf("%+v does not cover %+v", b, e)
				}
			}
			next = b.hi
		}
		if next != len(extents) {
			t.Fatalf("%d of %d extents are read", next, len(extents))
		}
	})
}

func TestGapsAreReadAlongWhereThatIsCheaper(t *testing.T) {
	extents := []extent{{Holding, 0, 1}, {Holding, 40, 41}}
	l := limits{registers: 125, bits: 2000}
	slow := prices{request: 20 * time.Millisecond, register: time.Millisecond}
	if got := partition(extents, make([]bool, 2), l, slow); len(got) != 2 {
		t.Errorf("a gap of 39 registers at 1 ms was read to save 20 ms: %v", got)
	}
	fast := prices{request: 20 * time.Millisecond, register: time.Microsecond}
	if got := partition(extents, make([]bool, 2), l, fast); len(got) != 1 || got[0].count != 41 {
		t.Errorf("20 ms were spent to save 39 µs: %v", got)
	}
}

func BenchmarkPartitionOfAThousandTags(b *testing.B) {
	extents := make([]extent, 1000)
	for i := range extents {
		extents[i] = extent{Holding, 3 * i, 3*i + 2}
	}
	wall := make([]bool, len(extents))
	b.ReportAllocs()
	for b.Loop() {
		partition(extents, wall, limits{registers: 125}, prices{request: time.Millisecond, register: time.Microsecond})
	}
}
