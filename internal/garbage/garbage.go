// Package garbage says how much garbage may gather in the heap before it is
// collected: little, since a gateway is short of memory, but more while
// collections follow each other so quickly that they cost more than that memory
// is worth.
package garbage

import (
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"sync"
	"time"
)

// Bounds of the pace.
const (
	// least is how much garbage may gather, in percent of what is in use. Go's own
	// 100 spends a third more memory to save 2 % of a core with 1,000 devices.
	least = 30

	mostRoom  = 32 << 20 // octets that may gather at most for the sake of speed
	firstRoom = 4 << 20  // and at least, where any do; also what Go never collects below at 100 %
	quick     = 200 * time.Millisecond
	slow      = 2 * time.Second
)

// pace is how the collector goes. It has no clock and no heap.
//
//	collections less than quick apart: the room doubles, up to mostRoom
//	collections more than slow apart:  it halves, down to none
type pace struct {
	room uint64
}

// next returns how much garbage may gather until the next collection, in percent
// of what is in use. since is how long ago the last collection ended, live how
// many octets are in use behind this one.
func (p *pace) next(since time.Duration, live uint64) (percent int) {
	switch {
	case since < quick:
		p.room = min(max(2*p.room, firstRoom), mostRoom)
	case since > slow:
		if p.room /= 2; p.room < firstRoom {
			p.room = 0
		}
	}
	return max(least, int(100*p.room/max(live, firstRoom)))
}

// Pace has the heap collected at this pace from now on, for the whole process and
// as long as it lives. GOGC in the environment has the last word, and the
// Collector is nil then; GOMEMLIMIT bounds the heap beside it.
func Pace() *Collector {
	if os.Getenv("GOGC") != "" {
		return nil
	}
	debug.SetGCPercent(least)
	c := &Collector{percent: least, last: time.Now(), live: []metrics.Sample{{Name: "/gc/heap/live:bytes"}}}
	c.watch()
	return c
}

// Collector sets the pace behind each collection.
type Collector struct {
	mu      sync.Mutex
	pace    pace
	percent int
	last    time.Time
	live    []metrics.Sample
	forced  bool // the next collection is Release's own, and says nothing
}

// cycle is what the next collection finds to be garbage.
type cycle struct{ _ [4]*cycle }

// watch has the collector called behind the next collection.
func (c *Collector) watch() {
	runtime.AddCleanup(new(cycle), (*Collector).collected, c)
}

func (c *Collector) collected() {
	c.mu.Lock()
	defer c.mu.Unlock()
	defer c.watch()
	now := time.Now()
	if c.forced {
		c.forced, c.last = false, now
		return
	}
	metrics.Read(c.live)
	percent := c.pace.next(now.Sub(c.last), c.live[0].Value.Uint64())
	if c.last = now; differs(percent, c.percent) {
		debug.SetGCPercent(percent)
		c.percent = percent
	}
}

// Release gives back what a phase of much work has taken, such as a start, and the
// room for garbage that it had: what follows is quieter.
func (c *Collector) Release() {
	if c != nil {
		c.rest()
	}
	debug.FreeOSMemory()
}

func (c *Collector) rest() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.pace, c.percent, c.forced = pace{}, least, true
	debug.SetGCPercent(least)
}

// differs reports whether a change is worth that the program stands still for it.
func differs(a, b int) bool { return 8*max(a-b, b-a) > b }
