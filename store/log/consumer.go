package log

import (
	"slices"
	"sync"
	"time"

	"github.com/holdfast-edge/holdfast/tag"
)

// consumer is the log's side of a cursor. It lives as long as the log, open or
// not: what it has not acknowledged is kept, and its quota holds.
type consumer struct {
	log  *Log
	name string

	mu        sync.Mutex
	options   CursorOptions
	selection selection
	lanes     *lanes
	gaps      []ownGap
	lag       uint64 // rows not acknowledged
	ahead     [2]stretch
	splitting bool // the live lane is too far behind, and will be split when nothing of it is on the way
	holder    *Cursor
	wake      chan struct{} // has room for one
	stats     tally
	safe      uint64    // oldest position that is pending on the disk
	gapsDirty bool      // the gaps are not as they are on the disk
	changed   time.Time // when the state first differed from the one on the disk; zero: it does not
}

// ownGap is the gap of a cursor alone.
type ownGap struct {
	gap    tag.Gap
	ticket uint64 // 0: not delivered
}

// tally counts what a cursor did in this life.
type tally struct {
	delivered uint64 // rows, again after each opening
	acked     uint64 // rows
	skipped   uint64 // rows given up
}

func (c *consumer) wants(n uint32) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.selection.wants(n, c.log.streams)
}

// poke wakes the goroutine in Next.
func (c *consumer) poke() {
	select {
	case c.wake <- struct{}{}:
	default: // it is awake already
	}
}

// touch notes that the state on the disk is behind.
func (c *consumer) touch() {
	if c.changed.IsZero() {
		c.changed = c.log.options.Now()
		c.log.wakeCommitter()
	}
}

// step makes progress towards the next entry without waiting for one to be
// committed. It returns false where there is nothing to deliver now.
func (c *consumer) step(holder *Cursor) (Entry, bool, error) {
	for {
		c.mu.Lock()
		e, ok, want := c.deliver(holder)
		c.mu.Unlock()
		if ok || want == nil {
			return e, ok, nil
		}
		found, err := c.log.read(want.from, c.wants)
		if err != nil {
			return Entry{}, false, err
		}
		if found.damage != nil {
			c.lose(want.lane, span{want.from, min(found.to, want.to)}, found.damage)
			continue
		}
		c.mu.Lock()
		c.accept(*want, found)
		c.mu.Unlock()
	}
}

// want is what must be read before a lane can deliver.
type want struct {
	lane Lane
	span
}

// deliver returns what is ready, or what must be read for it.
func (c *consumer) deliver(holder *Cursor) (Entry, bool, *want) {
	if c.holder != holder {
		return Entry{}, false, nil
	}
	if e, ok := c.deliverGap(); ok {
		return e, true, nil
	}
	if c.lanes.inFlight() >= c.options.Window {
		return Entry{}, false, nil
	}
	tail, _ := c.log.recent.tail()
	c.split(tail)
	first := c.lanes.turn.prefer()
	for _, lane := range [2]Lane{first, 1 - first} {
		if c.splitting && lane == LiveLane {
			continue
		}
		if e, ok := c.fromAhead(lane); ok {
			return e, true, nil
		}
		if s, ok := c.lanes.next(lane); ok && s.from < min(s.to, tail) {
			return Entry{}, false, &want{lane: lane, span: span{s.from, min(s.to, tail)}}
		}
	}
	return Entry{}, false, nil
}

func (c *consumer) deliverGap() (Entry, bool) {
	for i := range c.gaps {
		if g := &c.gaps[i]; g.ticket == 0 {
			c.lanes.ticket++
			g.ticket = c.lanes.ticket
			delivered := g.gap
			return Entry{Gap: &delivered, ticket: g.ticket}, true
		}
	}
	return Entry{}, false
}

// fromAhead delivers the next entry that was read ahead, if it is still to be
// delivered.
func (c *consumer) fromAhead(lane Lane) (Entry, bool) {
	ahead := &c.ahead[lane]
	for len(ahead.entries) > 0 {
		e := ahead.entries[0].entry
		ahead.entries = ahead.entries[1:]
		c.lanes.pass(lane, e.Position)
		if !c.lanes.has(lane, e.Position) {
			continue // skipped meanwhile
		}
		if lane == BackfillLane && e.Batch != nil {
			e.Batch = e.Batch.As(tag.Backfill)
		}
		e.Lane = lane
		e.ticket = c.lanes.deliver(lane, e.Position, e.Rows())
		c.stats.delivered += e.Rows()
		if len(ahead.entries) == 0 {
			c.finish(lane)
		}
		return e, true
	}
	return Entry{}, false
}

// finish passes over what a stretch has behind its last entry.
func (c *consumer) finish(lane Lane) {
	c.lanes.pass(lane, c.ahead[lane].to)
	c.ahead[lane] = stretch{}
	c.touch()
}

// accept takes what was read for a lane, unless the lane has moved on.
func (c *consumer) accept(w want, found stretch) {
	if !c.lanes.has(w.lane, w.from) {
		return
	}
	if w.lane == LiveLane && c.isStale(found) {
		c.splitting = true
		return
	}
	found.to = min(found.to, w.to)
	for n := len(found.entries); n > 0 && found.entries[n-1].entry.Position >= found.to; n-- {
		found.entries = found.entries[:n-1]
	}
	c.ahead[w.lane] = found
	if len(found.entries) == 0 {
		c.finish(w.lane)
	}
}

// split moves what the live lane has missed to the other lane, once nothing of the
// former is on the way: what is lost of that would come again behind what either
// lane has delivered meanwhile.
func (c *consumer) split(tail uint64) {
	if !c.splitting || len(c.lanes.of[LiveLane].flights) > 0 {
		return
	}
	c.splitting = false
	c.lanes.split(tail)
	c.touch()
}

func (c *consumer) isStale(s stretch) bool {
	return !c.options.SingleLane && s.time != 0 && len(s.entries) > 0 &&
		c.log.options.Now().UnixNano()-s.time > int64(c.options.LiveWithin)
}

// ack takes an acknowledgement.
func (c *consumer) ack(e Entry) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.settle(e)
}

// settle is ack for who holds mu.
func (c *consumer) settle(e Entry) bool {
	if e.ticket == 0 {
		return false
	}
	if e.Position == 0 {
		return c.ackGap(e.ticket)
	}
	rows, ok := c.lanes.ack(e.Lane, e.ticket)
	if ok {
		c.lag -= min(rows, c.lag)
		c.stats.acked += rows
		c.touch()
		c.poke()
	}
	return ok
}

// ackThrough takes an acknowledgement of all that was delivered up to a ticket.
func (c *consumer) ackThrough(ticket uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	before := len(c.gaps)
	c.gaps = slices.DeleteFunc(c.gaps, func(g ownGap) bool { return g.ticket != 0 && g.ticket <= ticket })
	c.gapsDirty = c.gapsDirty || len(c.gaps) < before
	rows := c.lanes.ackThrough(ticket)
	c.lag -= min(rows, c.lag)
	c.stats.acked += rows
	if rows > 0 || len(c.gaps) < before {
		c.touch()
		c.poke()
	}
}

func (c *consumer) ackGap(ticket uint64) bool {
	before := len(c.gaps)
	c.gaps = slices.DeleteFunc(c.gaps, func(g ownGap) bool { return g.ticket == ticket })
	if len(c.gaps) == before {
		return false
	}
	c.gapsDirty = true
	c.touch()
	return true
}

// release gives the cursor up: what was on the way will be delivered again.
func (c *consumer) release(holder *Cursor) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.holder != holder {
		return
	}
	c.holder = nil
	c.rewind()
}

// rewind puts what is on the way before the cursor again.
func (c *consumer) rewind() {
	c.lag += c.lanes.unsettled()
	c.lanes = c.lanes.rewound(c.options.BackfillShare, c.options.SingleLane)
	if c.options.InOrder {
		c.lanes.together = flightEntries
	}
	c.ahead, c.splitting = [2]stretch{}, false
	for i := range c.gaps {
		c.gaps[i].ticket = 0
	}
}

// committed accounts for what a commit has added.
func (c *consumer) committed(g *group) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.lag += c.rowsOf(g)
}

// fresh is rowsOf for the committer, before the group is committed.
func (c *consumer) fresh(g *group) uint64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.rowsOf(g)
}

// rowsOf returns the rows of a group that the cursor wants.
func (c *consumer) rowsOf(g *group) uint64 {
	var rows uint64
	for i := range g.entries {
		if c.selection.wants(g.entries[i].stream, c.log.streams) {
			rows += g.entries[i].rows
		}
	}
	return rows
}
