package history

import (
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"time"

	"go.etcd.io/bbolt"

	"github.com/holdfast-edge/holdfast/store/bolt"
	"github.com/holdfast-edge/holdfast/tag"
)

// quarantineName is the file of the rows from the future. It is a shard that
// no query looks into.
const quarantineName = "quarantine"

// quarantine keeps rows that are ahead of the clock until their time has come.
// The goroutine in Run owns it. It is bounded: what a clock that is wrong for
// long brings beyond that is counted and dropped.
type quarantine struct {
	shard  *shard
	limit  int
	tails  map[tag.StreamID]*tail // not written yet
	rows   int                    // in the file and not written yet
	next   int64                  // time of the earliest row
	loaded bool                   // whether rows and next are known
	spent  bool                   // what the file has is in memory, too: some let in, the others held again
}

func newQuarantine(dir string, limit int) *quarantine {
	return &quarantine{
		shard: quarantineFile(filepath.Join(dir, quarantineName)),
		limit: limit, tails: map[tag.StreamID]*tail{}, next: math.MaxInt64,
	}
}

func quarantineFile(path string) *shard {
	return &shard{path: path, start: minTime / 2, width: maxTime}
}

// forever is all of time.
var forever = slot{math.MinInt64, math.MaxInt64}

// hold keeps a row and reports whether there was room for it.
func (q *quarantine) hold(b *tag.Batch, row int, position uint64) bool {
	if q.rows >= q.limit || !forever.has(b.Time(row)) {
		return false
	}
	id := b.Schema().Stream()
	t := q.tails[id]
	if t == nil {
		t = &tail{id: id, name: b.Schema().Name()}
		q.tails[id] = t
	}
	incarnation := b.Identity(row).Incarnation
	if n := len(t.sheets); n == 0 || t.sheets[n-1].incarnation != incarnation {
		t.sheets = append(t.sheets, &sheet{within: forever, incarnation: incarnation})
	}
	t.sheets[len(t.sheets)-1].add(b, row, position)
	q.rows++
	q.next = min(q.next, b.Time(row))
	return true
}

// loadQuarantine finds out what is in the file.
func (h *History) loadQuarantine() error {
	q := h.quarantine
	if q.loaded {
		return nil
	}
	isThere, err := q.isThere()
	if err == nil && isThere {
		err = h.useQuarantine(func() error {
			return q.shard.db.View(func(tx *bbolt.Tx) error {
				for n := range q.shard.streams {
					e := q.shard.extent(tx, uint32(n))
					q.rows, q.next = q.rows+e.rows, min(q.next, e.from)
				}
				return nil
			})
		})
	}
	if errors.Is(err, errAside) {
		err = nil // that is all there is to know of it
	}
	q.loaded = err == nil
	return err
}

func (q *quarantine) isThere() (bool, error) {
	_, err := os.Stat(q.shard.path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil, err
}

// errAside says that the file of the quarantine was damaged: what it had is lost,
// and a new one is to be begun.
var errAside = errors.New("the quarantine was damaged and is put aside")

// useQuarantine calls fn while the file, which is there, is open.
func (h *History) useQuarantine(fn func() error) error {
	q := h.quarantine
	called := false
	err := h.shards.use(q.shard, func() error {
		called = true
		return fn()
	})
	if err == nil && !called {
		q.shard, q.spent = quarantineFile(q.shard.path), false
		return errAside
	}
	return err
}

// writeQuarantine makes the rows that were held durable, behind those that are.
func (h *History) writeQuarantine() error {
	q := h.quarantine
	if len(q.tails) == 0 {
		return nil
	}
	isThere, err := q.isThere()
	if err != nil {
		return err
	}
	if !isThere {
		if err := createShard(q.shard.path, h.shards.file()); err != nil {
			return fmt.Errorf("make quarantine: %w", err)
		}
	}
	err = h.useQuarantine(func() error { return h.putHeld(q.shard) })
	if bolt.IsFull(err) {
		h.giveUpHeld(err)
		err = nil
	}
	if err == nil {
		q.tails = map[tag.StreamID]*tail{}
	}
	return err
}

// giveUpHeld counts the rows that are held in memory as dropped: the file has no
// room for them.
func (h *History) giveUpHeld(reason error) {
	rows := 0
	for _, t := range h.quarantine.tails {
		for _, s := range t.sheets {
			rows += s.len()
		}
	}
	h.counters.overflow.Add(int64(rows))
	h.options.Logger.Error("rows from the future are lost: the quarantine is full",
		"file", h.quarantine.shard.path, "rows", rows, "error", reason)
}

// putHeld commits the rows that are held in memory to a file, which is open.
func (h *History) putHeld(d *shard) error {
	p := &plan{shard: d, base: d.blocks, fresh: map[uint32]bool{}}
	for _, t := range h.quarantine.tails {
		h.encode(p, t, forever)
	}
	h.swap.Lock()
	defer h.swap.Unlock()
	return h.put(p, true)
}

// release lets in the rows whose time has come, and keeps the others.
func (h *History) release(now time.Time) error {
	q := h.quarantine
	latest := now.Add(h.options.FutureWithin).UnixNano()
	if q.next > latest && !q.spent {
		return nil
	}
	if q.spent {
		return h.endRelease()
	}
	if err := h.writeQuarantine(); err != nil { // so that the file has them all
		return fmt.Errorf("release quarantine: %w", err)
	}
	var held []*tag.Batch
	err := h.useQuarantine(func() (err error) {
		held, err = h.heldBatches(q.shard)
		return err
	})
	if err != nil && !errors.Is(err, errAside) {
		return fmt.Errorf("release quarantine: %w", err)
	}
	q.rows, q.next, q.spent = 0, math.MaxInt64, err == nil
	for _, b := range held {
		h.let(b, latest)
	}
	return h.endRelease()
}

// endRelease makes what a release has moved durable: the rows that were let in,
// then a file of those that are still held, in the place of the one that has
// both. A process that dies between the two finds the former twice.
func (h *History) endRelease() error {
	if err := h.flushShards(); err != nil {
		return err
	}
	if err := h.renewQuarantine(); err != nil {
		return fmt.Errorf("renew quarantine: %w", err)
	}
	h.quarantine.spent = false
	return nil
}

// renewQuarantine puts a file of what is held in memory in the place of the one
// that there is; none where nothing is.
func (h *History) renewQuarantine() error {
	q := h.quarantine
	if len(q.tails) == 0 {
		if err := errors.Join(q.shard.close(), remove(q.shard.path)); err != nil {
			return err
		}
		return bolt.SyncDirectory(filepath.Dir(q.shard.path))
	}
	next := quarantineFile(q.shard.path + ".next")
	if err := createShard(next.path, h.shards.file()); err != nil {
		return err
	}
	err := next.ready(h.shards.file())
	if err == nil {
		err = h.putHeld(next)
	}
	if err := errors.Join(err, next.close()); err != nil {
		return errors.Join(err, remove(next.path))
	}
	if err := q.shard.replace(next.path); err != nil {
		return err
	}
	q.tails = map[tag.StreamID]*tail{}
	return nil
}

// heldBatches reads all that the quarantine has.
func (h *History) heldBatches(d *shard) ([]*tag.Batch, error) {
	var all []*tag.Batch
	for n := range d.streams {
		b, err := h.heldBatch(d, uint32(n))
		if err != nil {
			return nil, err
		}
		if b != nil {
			all = append(all, b)
		}
	}
	return all, nil
}

func (h *History) heldBatch(d *shard, n uint32) (*tag.Batch, error) {
	known := d.streams[n]
	schema, err := tag.NewSchema(known.id, known.name, known.fields...)
	if err != nil {
		return nil, err
	}
	q := Query{Stream: known.name, From: math.MinInt64, To: math.MaxInt64}
	found := gathered{slot: forever}
	err = d.db.View(func(tx *bbolt.Tx) error {
		d.copyStream(tx, n, q, &found)
		return nil
	})
	if err != nil {
		return nil, err
	}
	h.report(known.name, found.damaged)
	return batchOf(schema, h.together(q, found.slot, found.blocks))
}

// batchOf returns the rows of a chunk as a batch, or nil where there are none.
func batchOf(schema *tag.Schema, c Chunk) (*tag.Batch, error) {
	if len(c.Times) == 0 {
		return nil, nil
	}
	width := schema.Len()
	rows := tag.Rows{Times: c.Times, Values: make([]tag.Value, len(c.Times)*width), Stamps: make([]int64, len(c.Times)*width)}
	for i := range rows.Stamps {
		rows.Stamps[i] = c.Times[i/width]
	}
	for i, f := range c.Fields {
		slot, _ := schema.Slot(f.Name)
		for row, v := range c.Values[i] {
			rows.Values[row*width+slot] = v
			if c.Stamps[i] != nil {
				rows.Stamps[row*width+slot] = c.Stamps[i][row]
			}
		}
	}
	return tag.Assemble(schema, rows)
}

// let takes the rows of a batch in whose time has come and holds the others
// again. They have no place in the log any more.
func (h *History) let(b *tag.Batch, latest int64) {
	h.swap.Lock()
	defer h.swap.Unlock()
	t := h.tail(b.Schema())
	for i := range b.Len() {
		if b.Time(i) > latest {
			if !h.quarantine.hold(b, i, 0) {
				h.counters.overflow.Add(1)
			}
			continue
		}
		h.keep(t, b, i, 0)
		h.counters.released.Add(1)
	}
}
