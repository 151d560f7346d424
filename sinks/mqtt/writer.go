package mqtt

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/holdfast-edge/holdfast/sinks"
	"github.com/holdfast-edge/holdfast/supervisor"
)

// writer is an open connection.
type writer struct {
	options *Options
	terms   terms
	compose composer // of the goroutine that sends
	out     *outlet
	window  *window
	pulse   pulse
	loops   sync.WaitGroup // listen and pulsate
}

var _ sinks.Writer = (*writer)(nil)

// errClosed is why deliveries fail that were on the way when Close gave up.
var errClosed = errors.New("closed before the acknowledgement came")

// Send publishes the rows of a delivery. At QoS 0 it is done when its bytes are
// written, before Send returns.
func (w *writer) Send(ctx context.Context, d sinks.Delivery, done func(error)) error {
	way := &delivery{done: done}
	w.window.hold(way)
	err := w.compose.each(d, func(m *message) error { return w.publish(ctx, m, way) })
	if broken := w.out.flush(); broken != nil {
		w.lose(fmt.Errorf("write: %w", broken))
	}
	if cause := w.window.cause(); cause != nil {
		err = cause // what else went wrong followed from it
	}
	return w.window.release(way, err)
}

// publish puts one message on the way, unless it is unfit for that.
func (w *writer) publish(ctx context.Context, m *message, way *delivery) (err error) {
	if !m.isFit() {
		w.window.refuse(way, m.rows, m.unfit)
		return nil
	}
	if m.qos > 0 {
		if m.id, err = w.window.take(ctx, way, m.rows, w.out.flush); err != nil {
			return err
		}
	}
	return w.out.publish(m)
}

// Lost is closed when the connection cannot be used any more.
func (w *writer) Lost() <-chan struct{} { return w.window.lost }

// Close waits until nothing is on the way, says good-bye and closes.
func (w *writer) Close(ctx context.Context) error {
	drained := w.window.drain(ctx)
	if drained {
		_, _ = w.out.trySend(0xE0, 0x00) // DISCONNECT (MQTT 5.0 §3.14): a courtesy, nothing depends on it
	}
	w.lose(errClosed)
	w.loops.Wait()
	if !drained {
		return w.window.cause()
	}
	return nil
}

// guarded runs a goroutine of the connection. A panic in it, or in a done that
// it calls, loses the connection and nothing else.
func (w *writer) guarded(loop func()) {
	if failure := supervisor.Guard(loop); failure != nil {
		w.lose(failure)
	}
}

// lose ends the connection and fails what is on the way, with the first cause.
func (w *writer) lose(cause error) {
	w.window.close(fmt.Errorf("connection to %s lost: %w", w.options.URL, cause))
	_ = w.out.conn.Close() // it is of no use any more, whatever it says
}
