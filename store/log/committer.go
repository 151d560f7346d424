package log

import (
	"context"
	"time"

	"github.com/holdfast-edge/holdfast/store/bolt"
	"github.com/holdfast-edge/holdfast/tag"
)

// committer writes the active segment. The goroutine in Run owns it.
type committer struct {
	life       life
	active     *segment
	schemas    *schemaIndex
	assembler  assembler
	compressor *compressor
	end        uint64 // position of the next entry
	incomplete bool   // the end of the segment that was resumed cannot be read
	carried    int64  // octets of the active segment when it began: the state; 0: not known
	nameless   bool   // the name of the active segment is not durable yet
	doubtful   bool   // the last commit failed, and what it brought may be in the file all the same
	retryAt    time.Time
	enforced   time.Time // when the quotas were last looked at
}

func isNoSpace(err error) bool { return err != nil && bolt.IsNoSpace(err) }

// Run commits what is appended until ctx is done, then commits what is left
// and returns. Whoever starts it waits for it. It returns an error only where
// what was left could not be committed.
func (l *Log) Run(ctx context.Context) error {
	for ctx.Err() == nil {
		wait, ok := l.policy.due(l.waiting(), l.options.Now())
		if ok && wait == 0 {
			l.commit()
			continue
		}
		l.sleep(ctx, wait, ok)
	}
	return l.finish()
}

// sleep waits until something was appended, the time is up, or ctx is done.
func (l *Log) sleep(ctx context.Context, wait time.Duration, timed bool) {
	var timeout <-chan time.Time
	if timed {
		timer := time.NewTimer(wait)
		defer timer.Stop()
		timeout = timer.C
	}
	select {
	case <-l.wake:
	case <-timeout:
	case <-ctx.Done():
	}
}

// finish commits what is left and refuses what comes after.
func (l *Log) finish() error {
	l.mu.Lock()
	l.closed = true
	l.release()
	l.mu.Unlock()
	l.commit()
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, it := range l.queue.take() {
		if it.done != nil {
			it.done(tag.Identity{}, ErrClosed)
		}
	}
	return l.trouble
}

// release wakes those who wait for room.
func (l *Log) release() {
	close(l.room)
	l.room = make(chan struct{})
}

// waiting describes what a commit would carry.
func (l *Log) waiting() waiting {
	var acked time.Time
	for _, c := range l.all() {
		if since := c.since(); !since.IsZero() && (acked.IsZero() || since.Before(acked)) {
			acked = since
		}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	w := waiting{bytes: l.queue.bytes, urgent: l.queue.urgent > 0, acked: acked, retryAt: l.committer.retryAt}
	if len(l.queue.items) > 0 {
		w.oldest = l.queue.oldest
	}
	if len(l.checkpoints) > 0 && (w.oldest.IsZero() || l.checkpoint.Before(w.oldest)) {
		w.oldest = l.checkpoint
	}
	if len(l.removed) > 0 && w.acked.IsZero() {
		w.acked = l.options.Now().Add(-l.policy.ackEvery)
	}
	return w
}
