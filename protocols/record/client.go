package record

import (
	"context"
	"net"
	"sync"
	"time"
)

// client is a connection that a recording is played to.
type client struct {
	playing *playing
	conn    net.Conn
	sending sync.WaitGroup

	mutex   sync.Mutex
	wake    chan struct{} // has room for one
	closing bool
	asked   int // requests so far, the opening included
	held    []owed
}

// owed is what is still to be done for a request.
type owed struct {
	piece
	recorded, now []byte // the request as it was, and as it is
	due           time.Time
	after         int // not before so many requests have come
}

// maxOwed is how much may wait to be sent to a client.
const maxOwed = 4096

// stand starts what sends.
func (c *client) stand(ctx context.Context) {
	c.wake = make(chan struct{}, 1)
	c.sending.Go(func() { c.send(ctx) })
}

// ask takes a request, or the opening, and has done what came of it.
func (c *client) ask(request []byte) {
	question := opening
	if request != nil {
		question = c.playing.dialect.Question(request)
	}
	e, known := c.playing.deck.take(question)
	if !known && request != nil {
		c.playing.options.Logger.Warn("a request that the recording has no answer to", "request", request)
	}
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.asked++
	if len(c.held) > maxOwed {
		c.conn.Close() // it asks and takes no answers
		return
	}
	if e != nil {
		for _, p := range e.pieces {
			c.held = append(c.held, owed{piece: p, recorded: e.request, now: request, due: c.due(p), after: c.asked + p.later})
		}
	}
	c.signal()
}

// due is when a piece is to be sent.
func (c *client) due(p piece) time.Time {
	if speed := c.playing.options.Speed; speed > 0 {
		return time.Now().Add(time.Duration(float64(p.after) / speed))
	}
	return time.Time{}
}

func (c *client) signal() {
	select {
	case c.wake <- struct{}{}:
	default:
	}
}

// hangUp ends what sends.
func (c *client) hangUp() {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.closing = true
	c.conn.Close()
	c.signal()
}

// send does what is owed, until the connection is closed.
func (c *client) send(ctx context.Context) {
	for {
		next, wait, over := c.next()
		if over {
			return
		}
		if next != nil {
			if !c.do(next) {
				return
			}
			continue
		}
		if !c.rest(ctx, wait) {
			return
		}
	}
}

// do does one thing; false ends the connection.
func (c *client) do(o *owed) bool {
	if o.cut {
		c.conn.Close()
		return false
	}
	_, err := c.conn.Write(c.playing.dialect.Readdress(nil, o.data, o.recorded, o.now))
	return err == nil
}

// next takes what is due first: in the order of the recording, among what has waited for its time and its requests.
func (c *client) next() (next *owed, wait time.Duration, over bool) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	wait = time.Hour
	for i, o := range c.held {
		if o.after > c.asked {
			continue
		}
		if left := time.Until(o.due); !o.due.IsZero() && left > 0 {
			wait = min(wait, left)
			continue
		}
		c.held = append(c.held[:i:i], c.held[i+1:]...)
		return &o, 0, false
	}
	return nil, wait, c.closing
}

// rest waits for a request or until something is due.
func (c *client) rest(ctx context.Context, wait time.Duration) bool {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-c.wake:
		return true
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
