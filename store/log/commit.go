package log

import (
	"bytes"
	"encoding/binary"
	"maps"
	"slices"
	"time"

	"go.etcd.io/bbolt"

	"github.com/holdfast-edge/holdfast/store/bolt"
)

// state is what a commit writes beside the blocks.
type state struct {
	consumers   []consumerState
	removed     []string
	checkpoints map[string][]byte
	since       time.Time // when the first checkpoint came
}

// consumerState is a consumer as it is to be written.
type consumerState struct {
	consumer *consumer
	record   consumerRecord
	gaps     []byte // nil: as they are on the disk
	since    time.Time
}

// commit makes durable what waits, and shows it to the cursors. Where the disk
// refuses, the batches wait for the next attempt and the state is written
// without them: it needs next to no room, and lets segments be removed.
func (l *Log) commit() {
	now := l.options.Now()
	st, items, since := l.collect()
	g, err := l.write(items, now, st)
	if err == nil {
		l.succeed(items, &g, st)
	} else {
		l.fail(items, since, st, err)
	}
	l.upkeep(now)
}

// collect takes what waits. The cursors are looked at before the queue, so that
// an acknowledgement never overtakes what came before it.
func (l *Log) collect() (st *state, items []item, since time.Time) {
	st = &state{}
	for _, c := range l.all() {
		st.consumers = append(st.consumers, c.snapshot())
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	since = l.queue.oldest
	items = l.queue.take()
	st.checkpoints, st.since = l.checkpoints, l.checkpoint
	l.checkpoints, l.committing = map[string][]byte{}, l.checkpoints
	st.removed = slices.Collect(maps.Keys(l.removed))
	return st, items, since
}

func (c *consumer) snapshot() consumerState {
	c.mu.Lock()
	defer c.mu.Unlock()
	s := consumerState{consumer: c, since: c.changed, record: consumerRecord{
		pending: c.lanes.pending(), lag: c.lag + c.lanes.unsettled(), streams: c.options.Streams, quota: c.options.Quota,
	}}
	if c.gapsDirty {
		s.gaps = appendGaps(nil, c.gaps)
	}
	c.changed, c.gapsDirty = time.Time{}, false
	return s
}

// succeed shows what was committed.
func (l *Log) succeed(items []item, g *group, st *state) {
	l.committer.end = g.end
	l.committer.schemas.unwritten = nil
	l.committer.retryAt = time.Time{}
	l.streams.advance(g.next)
	if l.options.Trace.Armed() {
		l.trace(items, g)
	}
	l.mu.Lock()
	recovered := l.trouble != nil
	l.trouble, l.failures = nil, 0
	l.persisted(st)
	if len(items) > 0 {
		l.recent.add(*g)
		for _, c := range l.consumers {
			c.committed(g)
		}
	}
	l.release()
	l.mu.Unlock()
	for _, a := range g.answers {
		a.done(a.first, nil)
	}
	for i := range g.entries {
		l.counters.rows.Add(int64(g.entries[i].rows))
	}
	l.counters.batches.Add(int64(len(items)))
	for i := range items {
		l.reuse(items[i].body)
	}
	if recovered {
		l.options.Logger.Info("log commits again")
	}
}

// trace tells the tracer what was committed, where it is in memory.
func (l *Log) trace(items []item, g *group) {
	for i := range items {
		if b := g.entries[i].entry.Batch; b != nil {
			l.options.Trace.Committed(b)
		}
	}
}

// persisted notes that a state is on the disk. The caller holds mu.
func (l *Log) persisted(st *state) {
	l.committing = nil
	for _, s := range st.consumers {
		s.consumer.mu.Lock()
		s.consumer.safe = forever
		if len(s.record.pending) > 0 {
			s.consumer.safe = s.record.pending[0].from
		}
		s.consumer.mu.Unlock()
	}
	for _, name := range st.removed {
		delete(l.removed, name)
	}
}

// fail returns what could not be committed to where it came from, and plans
// the next attempt.
func (l *Log) fail(items []item, since time.Time, st *state, err error) {
	l.counters.failures.Add(1)
	l.mu.Lock()
	if l.trouble == nil {
		l.options.Logger.Error("commit to log", "error", err, "full", isNoSpace(err))
	}
	l.trouble = err
	l.failures++
	l.committer.retryAt = l.options.Now().Add(retryDelay(l.failures))
	l.queue.putBack(items, since, err)
	l.release() // those who were withdrawn made room
	l.mu.Unlock()
	if len(items) == 0 {
		l.restore(st)
		return
	}
	alone, later := st.divided(st.checkpoints)
	l.restore(later)
	l.writeState(alone)
}

// divided parts what may be committed before the batches that wait from what may
// not: checkpoints, and the cursors of their names. Their consumers have appended
// what they made of their input before they acknowledged that.
func (s *state) divided(checkpoints map[string][]byte) (alone, later *state) {
	alone = &state{removed: s.removed}
	later = &state{checkpoints: s.checkpoints, since: s.since}
	for _, c := range s.consumers {
		to := alone
		if _, waits := checkpoints[c.consumer.name]; waits {
			to = later
		}
		to.consumers = append(to.consumers, c)
	}
	return alone, later
}

// writeState commits a state without batches, or restores it.
func (l *Log) writeState(st *state) {
	if _, err := l.write(nil, l.options.Now(), st); err != nil {
		l.restore(st)
		return
	}
	l.mu.Lock()
	l.persisted(st)
	l.mu.Unlock()
	l.committer.schemas.unwritten = nil
	l.streams.advance(nil)
}

// restore marks a state that could not be written as still to be written.
func (l *Log) restore(st *state) {
	l.mu.Lock()
	for name, checkpoint := range st.checkpoints {
		if _, newer := l.checkpoints[name]; !newer {
			l.checkpoints[name] = checkpoint
			l.checkpoint = st.since
		}
	}
	l.committing = nil
	l.mu.Unlock()
	for _, s := range st.consumers {
		s.consumer.mu.Lock()
		s.consumer.gapsDirty = s.consumer.gapsDirty || s.gaps != nil
		if !s.since.IsZero() {
			s.consumer.changed = s.since
		}
		s.consumer.mu.Unlock()
	}
}

// write commits items and a state to the active segment, or to a new one where
// that is full: assembled again, since schemas have other numbers there.
func (l *Log) write(items []item, now time.Time, st *state) (group, error) {
	if err := l.keepActive(); err != nil {
		return group{}, err
	}
	g := l.assemble(items, now)
	err := l.transact(&g, st)
	if bolt.IsFull(err) {
		if err = l.rotate(); err == nil {
			g = l.assemble(items, now)
			err = l.transact(&g, st)
		}
	}
	return g, err
}

func (l *Log) assemble(items []item, now time.Time) group {
	c := l.committer
	c.assembler.life, c.assembler.streams, c.assembler.schemas = c.life, l.streams, c.schemas
	return c.assembler.assemble(items, c.end, now.UnixNano())
}

func (l *Log) transact(g *group, st *state) error {
	if err := l.nameSegment(); err != nil {
		return err
	}
	tx, err := l.committer.active.db.Begin(true)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }() // after a commit, it does nothing
	if err := l.put(tx, g, st); err != nil {
		return err
	}
	if err := tx.Commit(); err != nil {
		l.committer.doubtful = true
		return err
	}
	l.committer.doubtful = false
	l.counters.commits.Add(1)
	l.counters.written.Add(bolt.Written(tx))
	return nil
}

// put writes all that a commit carries.
func (l *Log) put(tx *bbolt.Tx, g *group, st *state) error {
	c := l.committer
	c.compressor.reset()
	if c.doubtful {
		if err := withdraw(tx.Bucket(blocksBucket), c.end); err != nil {
			return err
		}
	}
	if err := putRows(tx.Bucket(streamsBucket), l.streams.rows(l.streams.unwritten)); err != nil {
		return err
	}
	if err := putRows(tx.Bucket(schemasBucket), c.schemas.unwritten); err != nil {
		return err
	}
	for i := range g.blocks {
		if err := putBlock(tx.Bucket(blocksBucket), c.compressor, &g.blocks[i]); err != nil {
			return err
		}
	}
	return putState(tx, g, st)
}

// withdraw removes the blocks from a position on: what a commit has brought that
// failed. Where it is the last sync that fails, bbolt has made the commit visible.
func withdraw(blocks *bbolt.Bucket, from uint64) error {
	for {
		k, _ := blocks.Cursor().Last()
		if len(k) != 8 || binary.BigEndian.Uint64(k) < from {
			return nil
		}
		if err := blocks.DeleteBucket(k); err != nil {
			return err
		}
	}
}

func putRows(b *bbolt.Bucket, rows []row) error {
	for _, r := range rows {
		if err := b.Put(r.key, r.value); err != nil {
			return err
		}
	}
	return nil
}

// putBlock writes a block in a bucket of its own, behind all others.
func putBlock(blocks *bbolt.Bucket, c *compressor, b *block) error {
	blocks.FillPercent = 1
	own, err := blocks.CreateBucket(positionKey(b.header.first))
	if err != nil {
		return err
	}
	kept := c.compress(&b.header, b.payload) // bbolt keeps it until the commit
	if err := own.Put(headerKey, c.header(&b.header)); err != nil {
		return err
	}
	return own.Put(payloadKey, kept)
}

func putState(tx *bbolt.Tx, g *group, st *state) error {
	cursors, skips := tx.Bucket(cursorsBucket), tx.Bucket(skipsBucket)
	for _, s := range st.consumers {
		if err := putConsumer(cursors, skips, g, s); err != nil {
			return err
		}
	}
	for _, name := range st.removed {
		if err := removeConsumer(cursors, skips, name); err != nil {
			return err
		}
	}
	checkpoints := tx.Bucket(checkpointBucket)
	for name, value := range st.checkpoints {
		if err := putCheckpoint(checkpoints, name, value); err != nil {
			return err
		}
	}
	return nil
}

func putConsumer(cursors, skips *bbolt.Bucket, g *group, s consumerState) error {
	s.record.lag += s.consumer.fresh(g)
	encoded := appendConsumer(nil, s.record)
	name := []byte(s.consumer.name)
	if !bytes.Equal(cursors.Get(name), encoded) {
		if err := cursors.Put(name, encoded); err != nil {
			return err
		}
	}
	if s.gaps == nil {
		return nil
	}
	return putLarge(skips, name, s.gaps)
}

func removeConsumer(cursors, skips *bbolt.Bucket, name string) error {
	if err := cursors.Delete([]byte(name)); err != nil {
		return err
	}
	if skips.Bucket([]byte(name)) == nil {
		return nil
	}
	return skips.DeleteBucket([]byte(name))
}

func putCheckpoint(b *bbolt.Bucket, name string, value []byte) error {
	switch {
	case value != nil:
		return putLarge(b, []byte(name), appendChecksum(append([]byte(nil), value...), 0))
	case b.Bucket([]byte(name)) != nil:
		return b.DeleteBucket([]byte(name))
	default:
		return nil
	}
}
