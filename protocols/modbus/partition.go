package modbus

import (
	"math"
	"time"
)

// extent is the place of one tag: what a read must cover.
type extent struct {
	area  Area
	first int // register or bit
	end   int // the one after the last
}

// block is one read: extents from lo up to but not including hi, which it covers together.
type block struct {
	lo, hi int
	area   Area
	first  int
	count  int
}

// prices are what a read costs: so much by itself, so much for each register or bit.
type prices struct {
	request       time.Duration
	register, bit time.Duration
}

// limits are what one read may cover.
type limits struct {
	registers, bits int
	gap             int // registers that nobody asked for, in a row
}

// partition divides extents, sorted by area and first, into the reads that cost least together. Where wall is set, an
// extent must not share a read with the one before it. Each extent is no longer than the limits allow.
//
// The cost of a division is the sum over its reads; so the cheapest division of the first j extents is the cheapest of
// the first i and one read of the rest, for the best i.
func partition(extents []extent, wall []bool, l limits, p prices) []block {
	best := make([]time.Duration, len(extents)+1)
	from := make([]int, len(extents)+1)
	for j := 1; j <= len(extents); j++ {
		best[j] = math.MaxInt64
		end := 0
		for i := j - 1; i >= 0; i-- {
			end = max(end, extents[i].end)
			span := end - extents[i].first
			if i < j-1 && (wall[i+1] || extents[i].area != extents[j-1].area) || i < j-1 && span > l.of(extents[i].area) {
				break
			}
			if cost := best[i] + p.of(extents[i].area, span); cost < best[j] {
				best[j], from[j] = cost, i
			}
		}
	}
	return collect(extents, from)
}

// collect walks back from the end along the best divisions.
func collect(extents []extent, from []int) []block {
	var blocks []block
	for j := len(extents); j > 0; j = from[j] {
		blocks = append(blocks, blockOf(extents, from[j], j))
	}
	for i, k := 0, len(blocks)-1; i < k; i, k = i+1, k-1 {
		blocks[i], blocks[k] = blocks[k], blocks[i]
	}
	return blocks
}

// blockOf returns the read of extents lo to hi.
func blockOf(extents []extent, lo, hi int) block {
	end := 0
	for _, e := range extents[lo:hi] {
		end = max(end, e.end)
	}
	return block{lo: lo, hi: hi, area: extents[lo].area, first: extents[lo].first, count: end - extents[lo].first}
}

func (l limits) of(a Area) int {
	if a.hasBits() {
		return l.bits
	}
	return l.registers
}

// gapIn returns the widest gap that may be read along.
func (l limits) gapIn(a Area) int {
	if a.hasBits() {
		return 16 * l.gap
	}
	return l.gap
}

func (p prices) of(a Area, span int) time.Duration {
	if a.hasBits() {
		return p.request + time.Duration(span)*p.bit
	}
	return p.request + time.Duration(span)*p.register
}

// gaps returns, for each extent, how much lies between it and all before it in its area; 0 where they touch.
func gaps(extents []extent) []int {
	between := make([]int, len(extents))
	end := 0
	for i, e := range extents {
		if i > 0 && e.area == extents[i-1].area {
			between[i] = max(0, e.first-end)
		} else {
			end = 0
		}
		end = max(end, e.end)
	}
	return between
}
