package log

import (
	"context"
	"errors"
	"fmt"
	"sync"
)

// ErrClosed says that a log or a cursor is closed.
var ErrClosed = errors.New("closed")

// ErrHeld says that somebody else reads with the cursor.
var ErrHeld = errors.New("cursor is in use")

// Cursor reads the log for one consumer. One goroutine calls Next at a time;
// everything else may be called concurrently.
type Cursor struct {
	consumer *consumer
	closed   chan struct{}
	close    sync.Once
}

// Cursor opens the cursor of a name, which is made where there is none. What
// was delivered before and not acknowledged is delivered again. The cursor
// goes on holding back the log while it is closed, within its quota, until
// RemoveCursor.
func (l *Log) Cursor(name string, options CursorOptions) (*Cursor, error) {
	options, err := options.withDefaults()
	if err != nil {
		return nil, fmt.Errorf("open cursor %s: %w", name, err)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	c := l.consumer(name, options)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.holder != nil {
		return nil, fmt.Errorf("open cursor %s: %w", name, ErrHeld)
	}
	c.holder = &Cursor{consumer: c, closed: make(chan struct{})}
	c.adopt(options)
	return c.holder, nil
}

// Next returns the next entry of the log for this consumer, and waits until
// there is one. While the window is full, it waits for an acknowledgement. It
// ends with the error of ctx, or ErrClosed.
func (c *Cursor) Next(ctx context.Context) (Entry, error) {
	for {
		_, grown := c.consumer.log.recent.tail()
		e, ok, err := c.consumer.step(c)
		if ok || err != nil {
			return e, err
		}
		select {
		case <-grown:
		case <-c.consumer.wake:
		case <-c.closed:
			return Entry{}, ErrClosed
		case <-ctx.Done():
			return Entry{}, ctx.Err()
		}
	}
}

// Ack says that the far end has an entry, for good. Entries may be
// acknowledged in any order. The position is persisted with the next commit:
// after a crash, what was acknowledged since the last one is delivered again.
// It reports whether the entry was awaited: not one that was acknowledged
// before, that the quota has given up, or that was delivered before the cursor
// was closed.
func (c *Cursor) Ack(e Entry) bool {
	return c.consumer.ack(e)
}

// AckThrough says that the far end has an entry and all that were delivered
// before it, for good. Of a cursor that is InOrder, up to a thousand of the last
// may go on being awaited until a later entry is acknowledged.
func (c *Cursor) AckThrough(e Entry) { c.consumer.ackThrough(e.ticket) }

// Name returns the name of the cursor.
func (c *Cursor) Name() string { return c.consumer.name }

// Close ends Next and lets the cursor be opened again.
func (c *Cursor) Close() {
	c.close.Do(func() {
		c.consumer.release(c)
		close(c.closed)
	})
}
