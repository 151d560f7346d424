package mqtt

import (
	"context"
	"sync"
	"time"

	"github.com/holdfast-edge/holdfast/sinks"
)

// window is the messages on the way: which packet identifiers are in use, for
// which delivery, since when. It may be used concurrently.
//
//	free ──take──▶ on the way ──settle──▶ free
//	                    │ close
//	                    ▼
//	                  failed
type window struct {
	free chan uint16   // identifiers 1 to n that are not in use
	lost chan struct{} // closed by close

	mu      sync.Mutex
	flights []flight // by identifier
	err     error    // why it was closed
}

// flight is a message on the way; the zero flight is none.
type flight struct {
	delivery *delivery
	rows     sinks.Rows // of the delivery, in this message
	since    time.Time
}

// newWindow makes room for n messages, 1 to 65535.
func newWindow(n int) *window {
	w := &window{free: make(chan uint16, n), lost: make(chan struct{}), flights: make([]flight, n+1)}
	for id := 1; id <= n; id++ {
		w.free <- uint16(id)
	}
	return w
}

// take waits for an identifier and puts it on the way for rows of the delivery. Before
// it waits it calls flush, so that what it waits for can come. It fails when
// ctx is done or the window is closed.
func (w *window) take(ctx context.Context, d *delivery, rows sinks.Rows, flush func() error) (uint16, error) {
	id, ok := w.tryFree()
	if !ok {
		if err := flush(); err != nil {
			return 0, err
		}
		select {
		case id = <-w.free:
		case <-w.lost:
			return 0, w.cause()
		case <-ctx.Done():
			return 0, context.Cause(ctx)
		}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.err != nil {
		return 0, w.err
	}
	w.flights[id] = flight{delivery: d, rows: rows, since: now()}
	d.open++
	return id, nil
}

func (w *window) tryFree() (uint16, bool) {
	select {
	case id := <-w.free:
		return id, true
	default:
		return 0, false
	}
}

// isOut reports whether a message is on the way under the identifier.
func (w *window) isOut(id uint16) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.lookup(id) != nil
}

// lookup returns the delivery that the identifier is in use for, nil for none.
func (w *window) lookup(id uint16) *delivery {
	if int(id) >= len(w.flights) {
		return nil
	}
	return w.flights[id].delivery
}

// settle ends a message with the far end's answer. An identifier that is not
// on the way is ignored (MQTT 5.0 §4.13.1 leaves that to the receiver).
func (w *window) settle(id uint16, answer error) {
	w.mu.Lock()
	d := w.lookup(id)
	if d == nil {
		w.mu.Unlock()
		return
	}
	finish := d.answered(w.flights[id].rows, answer)
	w.flights[id] = flight{}
	w.mu.Unlock()
	w.free <- id // never waits: there is a place for every identifier
	finish()
}

// hold keeps a delivery open while its messages are being handed over.
func (w *window) hold(d *delivery) {
	w.mu.Lock()
	defer w.mu.Unlock()
	d.open++
}

// refuse counts rows of a held delivery as refused without having been sent.
func (w *window) refuse(d *delivery, rows sinks.Rows, why error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	d.verdict.add(rows, why)
}

// release ends hold. With an error the delivery is the caller's again, and its
// done will not be called. A refusal for good is no such error: done tells it.
func (w *window) release(d *delivery, err error) error {
	w.mu.Lock()
	if err == nil && d.open == 1 {
		err = d.verdict.err // all is answered already
	}
	if err != nil {
		d.done = nil
	}
	finish := d.answered(sinks.Rows{}, nil)
	w.mu.Unlock()
	finish()
	return err
}

// close fails whatever is on the way, once; later calls do nothing.
func (w *window) close(err error) {
	w.mu.Lock()
	if w.err != nil {
		w.mu.Unlock()
		return
	}
	w.err = err
	close(w.lost)
	var finish []func()
	for id, f := range w.flights {
		if f.delivery != nil {
			finish = append(finish, f.delivery.answered(f.rows, err))
			w.flights[id] = flight{}
		}
	}
	w.mu.Unlock()
	for _, f := range finish {
		f()
	}
}

// drain waits until nothing is on the way and keeps it so. It reports false
// when ctx is done or the window is closed before that.
func (w *window) drain(ctx context.Context) bool {
	for range cap(w.free) {
		select {
		case <-w.free:
		case <-w.lost:
			return false
		case <-ctx.Done():
			return false
		}
	}
	return true
}

// cause is why the window was closed, nil while it is open.
func (w *window) cause() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.err
}

// oldest is since when the longest message has been on the way.
func (w *window) oldest() (since time.Time, found bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, f := range w.flights {
		if f.delivery != nil && (!found || f.since.Before(since)) {
			since, found = f.since, true
		}
	}
	return since, found
}

// delivery is what Send was given, guarded by its window's lock.
type delivery struct {
	done    func(error) // nil where nobody is to be told
	open    int         // messages on the way, and one for Send while it hands over
	verdict verdict
}

// answered counts one message as answered and returns what is to be called
// without the lock.
func (d *delivery) answered(rows sinks.Rows, err error) func() {
	d.verdict.add(rows, err)
	d.open--
	if d.open > 0 || d.done == nil {
		return func() {}
	}
	done, result := d.done, d.verdict.result()
	d.done = nil
	return func() { done(result) }
}
