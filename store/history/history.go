package history

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/holdfast-edge/holdfast/store/bolt"
	"github.com/holdfast-edge/holdfast/store/log"
	"github.com/holdfast-edge/holdfast/tag"
)

// History is the history of a node. Open makes it, Run fills it, and queries
// may run concurrently with that and with each other.
type History struct {
	options  Options
	shards   *shards
	tiers    []*tier // the coarsest first
	unpacker *unpacker
	lock     *os.File // of the directory
	counters counters

	// Of the goroutine in Run.
	packer     *packer
	pending    int       // entries consumed, not yet acknowledged
	last       log.Entry // of them, without its rows
	oldest     time.Time // when the first of them came
	retryAt    time.Time // not before, after a flush failed
	kept       time.Time // when the last upkeep was
	quarantine *quarantine

	// Readers hold swap from the moment at which they look for rows in memory
	// until they have copied what they want of a shard: a row is in one of the
	// two. The goroutine in Run holds it to change either. Whoever holds it and
	// a shard took the shard first.
	swap    sync.RWMutex
	tails   map[tag.StreamID]*tail
	named   map[string][]*tail // by the name of the stream
	waiting int                // values that wait
	octets  int                // of memory that they take
	applied map[uint64]uint64  // incarnation of the log → last position consumed
}

// counters are what the history counts in this life.
type counters struct {
	rows     atomic.Int64 // taken in
	late     atomic.Int64 // too old to be let in
	future   atomic.Int64 // ahead of the clock: quarantined, or dropped where that is full
	overflow atomic.Int64 // dropped, since the quarantine or the file of their time was full
	released atomic.Int64 // let in from quarantine
	octets   atomic.Int64 // of blocks written
	written  atomic.Int64 // to the disk, by all that the history does
	flushes  atomic.Int64
	removed  atomic.Int64 // shards, by the retention
	sealed   atomic.Int64 // shards
	summed   atomic.Int64 // shards, into the tiers
	unsummed atomic.Int64 // shards, for want of room in the file of a tier
	damaged  atomic.Int64 // blocks that queries had to leave out
}

// Open opens the history in a directory, which one process at a time may have.
func Open(options Options) (*History, error) {
	options, err := options.withDefaults()
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(options.Dir, 0o700); err != nil {
		return nil, fmt.Errorf("open history: %w", err)
	}
	h := &History{
		options: options, tails: map[tag.StreamID]*tail{}, named: map[string][]*tail{}, applied: map[uint64]uint64{},
		quarantine: newQuarantine(options.Dir, options.FutureRows),
	}
	if err := h.prepare(); err != nil {
		return nil, fmt.Errorf("open history: %w", err)
	}
	return h, nil
}

func (h *History) prepare() (err error) {
	if h.packer, err = newPacker(); err != nil {
		return err
	}
	if h.unpacker, err = newUnpacker(); err != nil {
		return err
	}
	if h.shards, err = listShards(h.options); err != nil {
		return err
	}
	if h.tiers, err = openTiers(h.options); err != nil {
		return err
	}
	h.lock, err = bolt.Lock(h.options.Dir)
	return err
}

// Source is where entries come from: a *log.Cursor opened with CursorOptions.
type Source interface {
	Next(ctx context.Context) (log.Entry, error)

	// AckThrough acknowledges an entry and all before it.
	AckThrough(log.Entry)
}

// CursorOptions are what the history's cursor is to be opened with.
func CursorOptions(streams ...string) log.CursorOptions {
	return log.CursorOptions{Streams: streams, SingleLane: true, InOrder: true, Window: 1 << 20}
}

// Run fills the history from a source until ctx is done or the source fails,
// then writes what waits. Entries are acknowledged when they are written.
// Whoever starts it waits for it.
func (h *History) Run(ctx context.Context, from Source) error {
	for {
		err := h.fill(ctx, from)
		if now := h.options.Now(); h.due(now) || err != nil {
			h.settle(from)
		} else if h.untilUpkeep(now) == 0 {
			h.upkeep(now)
		}
		if err != nil {
			return err
		}
	}
}

// fill takes entries until it is time to write them. Where memory is full and
// writing has failed, it takes none: the log holds what comes meanwhile.
func (h *History) fill(ctx context.Context, from Source) error {
	now := h.options.Now()
	until := h.untilUpkeep(now)
	if wait, ok := h.untilFlush(now); ok {
		until = min(until, wait)
	}
	waiting, cancel := context.WithTimeout(ctx, until)
	defer cancel()
	if h.isFull() {
		<-waiting.Done()
		return ctx.Err()
	}
	for {
		e, err := from.Next(waiting)
		if err != nil {
			return h.ended(ctx, err)
		}
		isFirst := h.pending == 0 // from now on there is something to wait for
		now := h.options.Now()
		h.consume(e, now)
		if isFirst || !h.retryAt.IsZero() || h.due(now) || h.untilUpkeep(now) == 0 || waiting.Err() != nil {
			return nil
		}
	}
}

// ended tells the end of waiting from the end of the source.
func (h *History) ended(ctx context.Context, err error) error {
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.Is(err, context.DeadlineExceeded):
		return nil
	default:
		return fmt.Errorf("fill history: %w", err)
	}
}

// consume takes an entry in.
func (h *History) consume(e log.Entry, now time.Time) {
	if h.pending == 0 {
		h.oldest = now
	}
	if e.Batch != nil {
		h.add(e.Batch, e.Position, now)
	}
	e.Batch = nil // its rows are packed; what is left is what is acknowledged
	h.last = e
	h.pending++
}

// add puts the rows of a batch into the tail of its stream.
func (h *History) add(b *tag.Batch, position uint64, now time.Time) {
	earliest := now.Add(-h.options.LateWithin).UnixNano()
	latest := now.Add(h.options.FutureWithin).UnixNano()
	h.swap.Lock()
	defer h.swap.Unlock()
	h.applied[b.Identity(0).Incarnation] = position
	t := h.tail(b.Schema())
	for i := range b.Len() {
		switch at := b.Time(i); {
		case at < earliest:
			h.counters.late.Add(1)
		case at > latest:
			h.setAside(b, i, position)
		default:
			h.keep(t, b, i, position)
			t.newest = max(t.newest, at)
		}
	}
}

// measureEvery is after how many rows a sheet is measured.
const measureEvery = 8

// keep puts a row into a sheet of its stream.
func (h *History) keep(t *tail, b *tag.Batch, row int, position uint64) {
	s := t.sheet(b.Time(row), b.Identity(row).Incarnation, int64(h.options.ShardWidth))
	before := s.values()
	s.add(b, row, position)
	h.waiting += s.values() - before
	if s.len()%measureEvery == 1 {
		h.octets += s.measure()
	}
	h.counters.rows.Add(1)
}

// setAside puts a row from the future into quarantine.
func (h *History) setAside(b *tag.Batch, row int, position uint64) {
	h.counters.future.Add(1)
	if !h.quarantine.hold(b, row, position) {
		h.counters.overflow.Add(1)
	}
}

func (h *History) tail(schema *tag.Schema) *tail {
	t := h.tails[schema.Stream()]
	if t == nil {
		t = &tail{id: schema.Stream(), name: schema.Name()}
		h.tails[t.id] = t
		h.named[t.name] = append(h.named[t.name], t)
	}
	return t
}

// isFull reports whether as much waits as may.
func (h *History) isFull() bool {
	return h.waiting >= h.options.FlushValues || h.octets >= h.options.FlushBytes
}

// untilFlush returns how long what waits may still wait, and whether anything
// does.
func (h *History) untilFlush(now time.Time) (time.Duration, bool) {
	if h.pending == 0 && h.waiting == 0 {
		return 0, false
	}
	wait := h.options.FlushEvery - now.Sub(h.oldest)
	if h.isFull() {
		wait = 0
	}
	if !h.retryAt.IsZero() {
		wait = max(wait, h.retryAt.Sub(now))
	}
	return max(wait, 0), true
}

func (h *History) due(now time.Time) bool {
	wait, ok := h.untilFlush(now)
	return ok && wait == 0
}

// retryAfter is how long a flush that failed waits for the next attempt.
const retryAfter = 5 * time.Second

// settle writes what waits and acknowledges it.
func (h *History) settle(from Source) {
	if err := h.flush(); err != nil {
		h.retryAt = h.options.Now().Add(retryAfter)
		h.options.Logger.Error("write history", "error", err)
		return
	}
	h.retryAt = time.Time{}
	h.counters.flushes.Add(1)
	if h.pending > 0 {
		from.AckThrough(h.last)
	}
	h.pending = 0
	h.upkeep(h.options.Now())
}

// Close closes the files, once Run has returned.
func (h *History) Close() error {
	h.unpacker.decoder.Close()
	return errors.Join(h.shards.close(), closeTiers(h.tiers), h.quarantine.shard.close(), h.lock.Close())
}
