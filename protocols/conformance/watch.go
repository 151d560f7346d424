package conformance

import (
	"context"
	"testing"
	"time"

	"github.com/holdfast-edge/holdfast/protocols"
	"github.com/holdfast-edge/holdfast/tag"
)

// Watch subscribes a device until the test ends, and returns the rows of its groups as they come, and what the
// subscription ended with.
func Watch(t testing.TB, s protocols.Session, d protocols.Device) (rows <-chan protocols.Row, ended <-chan error) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	came, over, done := make(chan protocols.Row, 1024), make(chan error, 1), make(chan struct{})
	go func() {
		defer close(done)
		over <- s.(protocols.Subscriber).Subscribe(ctx, d, func(_ int, row protocols.Row) {
			select {
			case came <- row:
			case <-ctx.Done():
			}
		})
	}()
	t.Cleanup(func() {
		cancel()
		<-done
	})
	return came, over
}

// Await returns the first row that is as wanted.
func Await(t testing.TB, rows <-chan protocols.Row, what string, wanted func(protocols.Row) bool) protocols.Row {
	t.Helper()
	for deadline := time.After(Patience); ; {
		select {
		case row := <-rows:
			if wanted(row) {
				return row
			}
		case <-deadline:
			t.Fatalf("it never came about that %s", what)
		}
	}
}

// Has tells rows that have a value in a slot.
func Has(slot int, v tag.Value) func(protocols.Row) bool {
	return func(row protocols.Row) bool { return row.Values[slot].Equal(v) }
}
