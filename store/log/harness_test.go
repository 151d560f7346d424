package log_test

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/holdfast-edge/holdfast/store/log"
	"github.com/holdfast-edge/holdfast/store/storetest"
	"github.com/holdfast-edge/holdfast/tag"
)

// patience bounds what a test waits for on a machine that is busy.
const patience = time.Minute

// node is a log that runs, and can be stopped and started again.
type node struct {
	*log.Log
	t       testing.TB
	options log.Options
	stop    func() error
}

// start opens and runs a log in a directory of the test.
func start(t testing.TB, change ...func(*log.Options)) *node {
	t.Helper()
	n := &node{t: t, options: log.Options{
		Dir: t.TempDir(), Site: storetest.Site, CommitEvery: time.Millisecond, AckEvery: time.Millisecond,
	}}
	for _, c := range change {
		c(&n.options)
	}
	if testing.Verbose() {
		n.options.Logger = slog.New(slog.NewTextHandler(t.Output(), nil))
	}
	n.open()
	t.Cleanup(func() { _ = n.close() })
	return n
}

func (n *node) open() {
	n.t.Helper()
	l, err := log.Open(n.options)
	if err != nil {
		n.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- l.Run(ctx) }()
	n.Log = l
	n.stop = sync.OnceValue(func() error {
		cancel()
		return errors.Join(<-ended, l.Close())
	})
}

func (n *node) close() error { return n.stop() }

// restart stops the log in order and opens it again.
func (n *node) restart() {
	n.t.Helper()
	if err := n.close(); err != nil {
		n.t.Fatal(err)
	}
	n.open()
}

func (n *node) append(b *tag.Batch) {
	n.t.Helper()
	if err := n.Append(n.t.Context(), b); err != nil {
		n.t.Fatal(err)
	}
}

func (n *node) appendSync(b *tag.Batch) tag.Identity {
	n.t.Helper()
	ctx, cancel := context.WithTimeout(n.t.Context(), patience)
	defer cancel()
	id, err := n.AppendSync(ctx, b)
	if err != nil {
		n.t.Fatal(err)
	}
	return id
}

func (n *node) cursor(name string, options log.CursorOptions) *log.Cursor {
	n.t.Helper()
	c, err := n.Cursor(name, options)
	if err != nil {
		n.t.Fatal(err)
	}
	return c
}

// next returns the next entry of a cursor, which must come.
func next(t testing.TB, c *log.Cursor) log.Entry {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	e, err := c.Next(ctx)
	if err != nil {
		t.Fatalf("next entry of %s: %v", c.Name(), err)
	}
	return e
}

// take returns n entries and acknowledges them.
func take(t testing.TB, c *log.Cursor, n int) []log.Entry {
	t.Helper()
	entries := make([]log.Entry, n)
	for i := range entries {
		entries[i] = next(t, c)
		if !c.Ack(entries[i]) {
			t.Fatalf("entry %d was not awaited", entries[i].Position)
		}
	}
	return entries
}

// mustBeEmpty fails if a cursor has anything more to deliver.
func mustBeEmpty(t testing.TB, c *log.Cursor) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	for range 3 {
		if e, err := c.Next(ctx); err == nil {
			t.Fatalf("an entry too many: position %d, lane %s, %d rows", e.Position, e.Lane, e.Rows())
		}
	}
}

// eventually waits until a condition holds.
func eventually(t testing.TB, what string, holds func() bool) {
	t.Helper()
	deadline := time.NewTimer(patience)
	defer deadline.Stop()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for !holds() {
		select {
		case <-tick.C:
		case <-deadline.C:
			t.Fatalf("%s: not within %s", what, patience)
		}
	}
}

// number returns the number that the first row of a batch carries.
func number(e log.Entry) int {
	f, _ := e.Batch.Row(0)[0].Float()
	return int(f)
}

func batch(stream string, number int) *tag.Batch {
	return storetest.Rows(storetest.Stream(stream, 2), number, 1, int64(number)*1e9)
}

// rounds returns n, or fewer where tests are to be short.
func rounds(n int) int {
	if testing.Short() {
		return (n + 4) / 5
	}
	return n
}
