package conformance

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/holdfast-edge/holdfast/sinks"
)

// patience bounds waits that end as soon as what they wait for has come, on however busy a machine.
const patience = 4 * time.Minute

// courier sends as the actor does: what is not acknowledged goes again on the
// next connection.
type courier struct {
	t       *testing.T
	sink    sinks.Sink
	options any
	dir     string // of the sink's own
	opened  int

	mu      sync.Mutex
	changed *sync.Cond
	answers map[int][]error // by delivery, of this connection
	settled map[int]error   // by delivery: nil, or why it is refused for good
}

func newCourier(b *bench, keys string) *courier {
	b.Helper()
	c := &courier{t: b.T, sink: b.Sink, options: Options(b, b.Sink, keys), dir: b.dir, settled: map[int]error{}}
	c.changed = sync.NewCond(&c.mu)
	return c
}

// open opens the sink, again while the far end is away.
func (c *courier) open() sinks.Writer {
	c.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	for {
		c.opened++
		w, err := c.once(ctx)
		if err == nil {
			return w
		}
		if isPermanent(err) || ctx.Err() != nil {
			c.t.Fatalf("open: %v", err)
		}
		<-time.After(20 * time.Millisecond)
	}
}

func (c *courier) once(ctx context.Context) (sinks.Writer, error) {
	ctx, cancel := context.WithTimeout(ctx, patience/4)
	defer cancel()
	target := Target(c.options)
	target.Dir = c.dir
	return c.sink.Open(ctx, target)
}

// deliver sends until everything is settled, over as many connections as that
// takes.
func (c *courier) deliver(all ...sinks.Delivery) {
	c.t.Helper()
	for deadline := time.Now().Add(patience); len(c.settled) < len(all); {
		if time.Now().After(deadline) {
			c.t.Fatalf("%d of %d deliveries are settled after %d connections: %v", len(c.settled), len(all), c.opened, c.answers)
		}
		c.connection(all)
		if len(c.settled) < len(all) {
			<-time.After(20 * time.Millisecond) // the actor waits between attempts, too
		}
	}
}

// connection sends what is not settled on one connection, until that is lost or
// has answered everything.
func (c *courier) connection(all []sinks.Delivery) {
	c.t.Helper()
	w := c.open()
	c.mu.Lock()
	c.answers = map[int][]error{}
	c.mu.Unlock()
	sent := c.send(w, all)
	c.await(w, sent)
	closeIn(c.t, w, patience/4)
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.answers) != sent {
		c.t.Errorf("%d deliveries were sent, %d were done", sent, len(c.answers))
	}
	for i, errs := range c.answers {
		if len(errs) != 1 {
			c.t.Errorf("delivery %d is done %d times: %v", i, len(errs), errs)
		}
		if errs[0] == nil || isPermanent(errs[0]) {
			c.settled[i] = errs[0]
		}
	}
}

// send sends what is not settled, up to the loss of the connection, and returns how many are on the way.
func (c *courier) send(w sinks.Writer, all []sinks.Delivery) (sent int) {
	for i, d := range all {
		if _, ok := c.settled[i]; ok {
			continue
		}
		err := w.Send(c.t.Context(), d, c.done(i))
		switch {
		case err == nil:
			sent++
		case isPermanent(err) && !isLost(w): // it is about this delivery alone
			c.settled[i] = err
		default:
			return sent
		}
	}
	return sent
}

func (c *courier) done(i int) func(error) {
	return func(err error) {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.answers[i] = append(c.answers[i], err)
		c.changed.Broadcast()
	}
}

// await waits until so many are answered or the connection is lost.
func (c *courier) await(w sinks.Writer, sent int) {
	answered := make(chan struct{})
	var waiting sync.WaitGroup
	over := false
	waiting.Go(func() {
		defer close(answered)
		c.mu.Lock()
		defer c.mu.Unlock()
		for len(c.answers) < sent && !over {
			c.changed.Wait()
		}
	})
	select {
	case <-answered:
	case <-w.Lost():
	case <-time.After(patience):
	}
	c.mu.Lock()
	over = true
	c.changed.Broadcast()
	c.mu.Unlock()
	waiting.Wait()
}

func isLost(w sinks.Writer) bool {
	select {
	case <-w.Lost():
		return true
	default:
		return false
	}
}

func isPermanent(err error) bool {
	f, ok := errors.AsType[*sinks.Failure](err)
	return ok && f.Permanent
}

// closeIn closes, and fails where that takes longer than it may.
func closeIn(t *testing.T, w sinks.Writer, d time.Duration) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), d)
	defer cancel()
	_ = w.Close(ctx) // what was not acknowledged is what counts
}
