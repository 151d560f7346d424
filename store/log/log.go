package log

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"

	"github.com/holdfast-edge/holdfast/store/codec"
	"github.com/holdfast-edge/holdfast/tag"
)

// ErrFull says that a log could not take a batch, since its queue is full.
var ErrFull = errors.New("queue of the log is full")

// Log is the log of a node. Open makes it, Run commits what is appended, and
// everything but Close may be called concurrently, before Run, too.
type Log struct {
	options      Options
	policy       policy
	shelf        *shelf
	streams      *directory
	recent       *recent
	decompressor *decompressor
	committer    *committer
	counters     counters
	lock         *os.File  // of the directory
	encoders     sync.Pool // of *codec.Encoder
	bodies       sync.Pool // of *[]byte, to encode into

	mu          sync.Mutex
	queue       queue
	room        chan struct{} // closed when the queue has room again
	consumers   map[string]*consumer
	removed     map[string]bool
	checkpoints map[string][]byte // to be committed
	committing  map[string][]byte // by the commit that is going on
	checkpoint  time.Time         // when the first of them came
	trouble     error             // of the last commit; nil: it succeeded
	failures    int               // commits that failed in a row
	closed      bool

	wake chan struct{} // of the committer; has room for one
}

// ErrTooLarge says that a batch alone is larger than the queue of the log.
var ErrTooLarge = errors.New("batch is larger than the queue of the log")

// Append queues a batch and returns before it is committed. While the queue is
// full it waits for room: for sources that can wait. It ends with the error of
// ctx or ErrClosed, and the batch is then not in the log.
func (l *Log) Append(ctx context.Context, b *tag.Batch) error {
	return l.append(ctx, b, nil)
}

// AppendSync queues a batch, has it committed at once together with all that
// waits, and returns the identity of its first row: for publishers that expect
// an acknowledgement. An error of the disk means that the batch is not in the
// log; an error of ctx leaves that open.
func (l *Log) AppendSync(ctx context.Context, b *tag.Batch) (tag.Identity, error) {
	type outcome struct {
		id  tag.Identity
		err error
	}
	committed := make(chan outcome, 1)
	err := l.append(ctx, b, func(id tag.Identity, err error) { committed <- outcome{id, err} })
	if err != nil {
		return tag.Identity{}, err
	}
	select {
	case o := <-committed:
		return o.id, o.err
	case <-ctx.Done():
		return tag.Identity{}, ctx.Err()
	}
}

// Offer queues a batch if there is room and never waits: for sources that
// cannot. Otherwise it returns ErrFull, counts the rows as dropped, and has a
// gap in their place, since they have taken sequences.
func (l *Log) Offer(b *tag.Batch) error {
	body, err := l.encode(b)
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case l.closed:
		return ErrClosed
	case err != nil:
		l.dropAs(b, tag.Rejected)
		return err
	case l.queue.hasRoom(len(body)):
		l.push(newItem(b, body, nil))
		return nil
	}
	l.drop(b)
	return ErrFull
}

// Drop records that a batch was lost on its way to the log, before it was
// offered: its rows take sequences, and a gap is in their place.
func (l *Log) Drop(b *tag.Batch, cause tag.Cause) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.dropAs(b, cause)
}

func (l *Log) drop(b *tag.Batch) {
	cause := tag.Overflow
	if isNoSpace(l.trouble) {
		cause = tag.DiskFull
	}
	l.dropAs(b, cause)
}

func (l *Log) dropAs(b *tag.Batch, cause tag.Cause) {
	now := l.options.Now()
	schema := b.Schema()
	rows := uint64(b.Len())
	first := len(l.queue.items) == 0
	l.queue.drop(drop{stream: schema.Stream(), name: schema.Name(), rows: rows, cause: cause, at: now.UnixNano()}, now)
	l.counters.drop(schema.Name(), cause, rows)
	if first {
		l.wakeCommitter()
	}
}

func (l *Log) append(ctx context.Context, b *tag.Batch, done func(tag.Identity, error)) error {
	body, err := l.encode(b)
	if err != nil {
		return err
	}
	for {
		room, err := l.tryAppend(newItem(b, body, done))
		if room == nil || err != nil {
			return err
		}
		select {
		case <-room:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// Bounds of the memory that batches are encoded into.
const (
	minHanded  = 4 << 10   // octets from which on it is the body that waits, not a copy
	maxScratch = 256 << 10 // of what is kept to be used again
)

// encode returns the body of a batch: as large as it is where it is small, for it
// waits; of a larger one, at most half of the memory is empty.
func (l *Log) encode(b *tag.Batch) ([]byte, error) {
	scratch, _ := l.bodies.Get().(*[]byte)
	if scratch == nil {
		scratch = new([]byte)
	}
	encoder, _ := l.encoders.Get().(*codec.Encoder)
	if encoder == nil {
		encoder = new(codec.Encoder)
	}
	encoded, err := encoder.AppendRows((*scratch)[:0], b)
	l.encoders.Put(encoder)
	if err != nil {
		l.bodies.Put(scratch)
		return nil, fmt.Errorf("append to log: %w", err)
	}
	if len(encoded) > l.options.QueueBytes {
		return nil, fmt.Errorf("append %d octets of %s to log: %w", len(encoded), b.Schema().Name(), ErrTooLarge)
	}
	if len(encoded) >= minHanded && 2*len(encoded) >= cap(encoded) {
		return encoded, nil
	}
	body := append([]byte(nil), encoded...)
	l.reuse(encoded)
	return body, nil
}

// reuse keeps memory to encode into, which nobody else has.
func (l *Log) reuse(body []byte) {
	if cap(body) >= minHanded && cap(body) <= maxScratch {
		body = body[:0]
		l.bodies.Put(&body)
	}
}

// tryAppend queues an item, or returns what is closed when there may be room.
func (l *Log) tryAppend(it item) (<-chan struct{}, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return nil, ErrClosed
	}
	if !l.queue.hasRoom(len(it.body)) {
		return l.room, nil
	}
	l.push(it)
	return nil, nil
}

// push queues an item that has room. The committer has a look where that may
// make a commit due: it knows of what waits already.
func (l *Log) push(it item) {
	first, before := len(l.queue.items) == 0, l.queue.bytes
	l.queue.push(it, l.options.Now())
	if first || it.done != nil || before < l.policy.bytes && l.queue.bytes >= l.policy.bytes {
		l.wakeCommitter()
	}
}

// Checkpoint has a consumer's state committed under a name, together with or
// after everything that was appended before, and together with or before every
// acknowledgement that follows. So a rule that appends what it made, then
// checkpoints, then acknowledges its input loses nothing in a crash. A nil
// state removes the checkpoint. The log keeps state, which must not change.
func (l *Log) Checkpoint(name string, state []byte) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.checkpoints) == 0 {
		l.checkpoint = l.options.Now()
	}
	l.checkpoints[name] = state
	l.wakeCommitter()
}

// wakeCommitter makes the committer look at what waits.
func (l *Log) wakeCommitter() {
	select {
	case l.wake <- struct{}{}:
	default: // it is awake already
	}
}

// Tail returns the position that the next entry to be committed will have.
func (l *Log) Tail() uint64 {
	end, _ := l.recent.tail()
	return end
}

// Incarnation returns the number of this life of the log, which begins when
// its directory is new, was restored, or has lost its end.
func (l *Log) Incarnation() uint64 { return l.committer.life.incarnation }
