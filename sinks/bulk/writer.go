package bulk

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/holdfast-edge/holdfast/sinks"
	"github.com/holdfast-edge/holdfast/supervisor"
	"github.com/holdfast-edge/holdfast/tag"
)

// errClosed is why deliveries fail that were on the way when Close gave up.
var errClosed = errors.New("closed before the acknowledgement came")

// queueMax is how many parcels wait for a request on each line.
const queueMax = 256

// writer gathers deliveries into requests. Each line has one request on the way
// at a time; a stream is always on the same line, which keeps it in order.
type writer struct {
	options Options
	poster  Poster
	lines   []chan parcel
	hurry   chan struct{} // closed when nothing more is to linger
	lost    chan struct{}
	running sync.WaitGroup
	cancel  context.CancelFunc // of the requests on the way
	idle    *sync.Cond         // on mu; signalled when a way ends

	mu    sync.Mutex
	ways  map[*way]struct{}
	err   error // why it is lost
	flush sync.Once
}

var _ sinks.Writer = (*writer)(nil)

// NewWriter starts the lines. The writer owns the poster from now on.
func NewWriter(o Options, p Poster) sinks.Writer {
	w := &writer{
		options: o, poster: p, lines: make([]chan parcel, o.lines()), ways: map[*way]struct{}{},
		hurry: make(chan struct{}), lost: make(chan struct{}),
	}
	w.idle = sync.NewCond(&w.mu)
	ctx, cancel := context.WithCancel(context.Background())
	w.cancel = cancel
	for i := range w.lines {
		queue := make(chan parcel, queueMax)
		w.lines[i] = queue
		w.running.Go(func() {
			l := line{writer: w, queue: queue}
			if failure := supervisor.Guard(func() { l.run(ctx) }); failure != nil {
				w.lose(failure)
			}
		})
	}
	return w
}

// Note is that of the poster.
func (w *writer) Note() string {
	if n, ok := w.poster.(sinks.Noter); ok {
		return n.Note()
	}
	return ""
}

// Send puts the delivery to its line.
func (w *writer) Send(ctx context.Context, d sinks.Delivery, done func(error)) error {
	if d.Batch == nil && d.Gap == nil {
		return errors.New("the delivery is empty")
	}
	way := &way{done: done, held: true}
	all := parcels(d, max(w.options.Batch, 1), way)
	way.open = len(all)
	if err := w.admit(way); err != nil {
		return err
	}
	line := w.lineOf(d)
	for _, p := range all {
		select {
		case line <- p:
		case <-w.lost:
			return w.release(way, w.cause())
		case <-ctx.Done():
			return w.release(way, context.Cause(ctx))
		}
	}
	return w.release(way, nil)
}

// lineOf is the line of a stream.
func (w *writer) lineOf(d sinks.Delivery) chan parcel {
	var id tag.StreamID
	if d.Gap != nil {
		id = d.Gap.First.Stream
	} else {
		id = d.Batch.Schema().Stream()
	}
	sum := uint32(2166136261) // FNV-1a
	for _, c := range id {
		sum = (sum ^ uint32(c)) * 16777619
	}
	return w.lines[sum%uint32(len(w.lines))]
}

func (w *writer) admit(one *way) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.err != nil {
		return w.err
	}
	w.ways[one] = struct{}{}
	return nil
}

// release ends Send. With an error the delivery is the caller's again, and its
// done will not be called.
func (w *writer) release(one *way, err error) error {
	w.mu.Lock()
	one.held = false
	if err == nil {
		err = w.err
	}
	if err != nil {
		delete(w.ways, one)
		one.done = nil
		w.idle.Broadcast()
	}
	finish := w.finish(one)
	w.mu.Unlock()
	finish()
	return err
}

// finish returns what is to be called without the lock when a delivery may have
// got its last answer.
func (w *writer) finish(one *way) func() {
	if one.open > 0 || one.held || one.done == nil {
		return func() {}
	}
	done, result := one.done, one.result()
	one.done = nil
	return func() {
		done(result)
		w.mu.Lock()
		delete(w.ways, one)
		w.idle.Broadcast()
		w.mu.Unlock()
	}
}

// settle takes the answer to one parcel, or to the part of it that is left; why
// is nil where the far end has it.
func (w *writer) settle(p parcel, last bool, rows []sinks.Rows, why error) {
	w.mu.Lock()
	if why != nil {
		p.way.refuse(p, rows, why)
	}
	if last {
		p.way.open--
	}
	finish := w.finish(p.way)
	w.mu.Unlock()
	finish()
}

// Lost is closed when the connection cannot be used any more.
func (w *writer) Lost() <-chan struct{} { return w.lost }

// Close waits until nothing is on the way, and ends the lines.
func (w *writer) Close(ctx context.Context) error {
	w.flush.Do(func() { close(w.hurry) })
	drained := w.drain(ctx)
	w.lose(errClosed)
	w.running.Wait()
	err := w.poster.Close()
	if !drained {
		return w.cause()
	}
	return err
}

// drain reports whether everything was answered before ctx was done.
func (w *writer) drain(ctx context.Context) bool {
	stop := context.AfterFunc(ctx, func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.idle.Broadcast()
	})
	defer stop()
	w.mu.Lock()
	defer w.mu.Unlock()
	for len(w.ways) > 0 && w.err == nil && ctx.Err() == nil {
		w.idle.Wait()
	}
	return len(w.ways) == 0
}

// lose ends the connection and fails what is on the way, with the first cause.
func (w *writer) lose(cause error) {
	w.mu.Lock()
	if w.err != nil {
		w.mu.Unlock()
		return
	}
	w.err = fmt.Errorf("connection lost: %w", cause)
	close(w.lost)
	w.cancel()
	var failed []func(error)
	for one := range w.ways {
		if !one.held && one.done != nil {
			failed = append(failed, one.done)
			one.done = nil
			delete(w.ways, one)
		}
	}
	w.idle.Broadcast()
	w.mu.Unlock()
	for _, done := range failed {
		done(w.cause())
	}
}

func (w *writer) cause() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.err
}
