package log_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/holdfast-edge/holdfast/store/log"
	"github.com/holdfast-edge/holdfast/store/storetest"
	"github.com/holdfast-edge/holdfast/tag"
)

func TestWhatIsAppendedIsDeliveredInOrderUnderItsIdentity(t *testing.T) {
	n := start(t)
	c := n.cursor("line", log.CursorOptions{})
	for i := range 100 {
		n.append(storetest.Rows(storetest.Stream("boiler", 3), i*10, 10, int64(i)))
	}
	for i := range 100 {
		e := next(t, c)
		want := tag.Identity{
			Site: storetest.Site, Stream: tag.NewStreamID(storetest.Site, "boiler"),
			Incarnation: n.Incarnation(), Sequence: uint64(i*10 + 1),
		}
		if number(e) != i*10 || e.Batch.Identity(0) != want || e.Lane != log.LiveLane {
			t.Fatalf("entry %d has %d under %s in lane %s", i, number(e), e.Batch.Identity(0), e.Lane)
		}
		c.Ack(e)
	}
	mustBeEmpty(t, c)
}

func TestAStreamHasItsOwnSequence(t *testing.T) {
	n := start(t)
	for i := range 5 {
		if a, b := n.appendSync(batch("boiler", i)), n.appendSync(batch("pump", i)); a.Sequence != b.Sequence || a.Stream == b.Stream {
			t.Fatalf("identities %s and %s", a, b)
		}
	}
}

func TestWhatWasNotAcknowledgedComesAgainAfterARestart(t *testing.T) {
	n := start(t)
	c := n.cursor("line", log.CursorOptions{})
	for i := range 20 {
		n.append(batch("boiler", i))
	}
	first := take(t, c, 10)
	next(t, c) // on the way
	n.restart()
	again := n.cursor("line", log.CursorOptions{})
	for i := 10; i < 20; i++ {
		e := next(t, again)
		if number(e) != i || e.Batch.Identity(0).Sequence != uint64(i+1) {
			t.Fatalf("entry %d came as %d under %s", i, number(e), e.Batch.Identity(0))
		}
		if e.Batch.Identity(0).Incarnation != first[0].Batch.Identity(0).Incarnation {
			t.Fatal("a restart began a new incarnation")
		}
		again.Ack(e)
	}
	mustBeEmpty(t, again)
}

func TestAcknowledgementsMayComeInAnyOrder(t *testing.T) {
	n := start(t)
	c := n.cursor("line", log.CursorOptions{SingleLane: true})
	for i := range 5 {
		n.append(batch("boiler", i))
	}
	var entries []log.Entry
	for range 5 {
		entries = append(entries, next(t, c))
	}
	for _, i := range []int{4, 1, 3, 0} {
		if !c.Ack(entries[i]) || c.Ack(entries[i]) {
			t.Fatalf("entry %d is not awaited exactly once", i)
		}
	}
	n.restart()
	again := n.cursor("line", log.CursorOptions{SingleLane: true})
	for want := 2; want < 5; want++ {
		if e := next(t, again); number(e) != want {
			t.Fatalf("%d comes again, want %d", number(e), want)
		}
	}
}

func TestTheWindowHoldsBackWhatIsNotAcknowledged(t *testing.T) {
	n := start(t)
	c := n.cursor("line", log.CursorOptions{Window: 3})
	for i := range 10 {
		n.appendSync(batch("boiler", i))
	}
	first := next(t, c)
	next(t, c)
	next(t, c)
	mustBeEmpty(t, c)
	c.Ack(first)
	if e := next(t, c); number(e) != 3 {
		t.Errorf("got %d", number(e))
	}
}

func TestACursorDeliversTheStreamsThatItSelects(t *testing.T) {
	n := start(t)
	one := n.cursor("one", log.CursorOptions{Streams: []string{"pump"}})
	some := n.cursor("some", log.CursorOptions{Streams: []string{"boiler.*"}})
	for i := range 4 {
		n.append(batch("boiler.climate", i))
		n.append(batch("pump", i))
		n.append(batch("boiler.valve", i))
	}
	for i, e := range take(t, one, 4) {
		if e.Batch.Schema().Name() != "pump" || number(e) != i {
			t.Errorf("%s %d", e.Batch.Schema().Name(), number(e))
		}
	}
	for _, e := range take(t, some, 8) {
		if e.Batch.Schema().Name() == "pump" {
			t.Error("the pump was not selected")
		}
	}
	mustBeEmpty(t, one)
	mustBeEmpty(t, some)
}

func TestANewCursorBeginsWhereItIsTold(t *testing.T) {
	n := start(t)
	n.cursor("keeps the log", log.CursorOptions{})
	n.appendSync(batch("boiler", 0))
	fromNow := n.cursor("from now", log.CursorOptions{FromNow: true})
	fromStart := n.cursor("from start", log.CursorOptions{})
	n.appendSync(batch("boiler", 1))
	if e := next(t, fromNow); number(e) != 1 {
		t.Errorf("from now: %d", number(e))
	}
	if e := next(t, fromStart); number(e) != 0 {
		t.Errorf("from the start: %d", number(e))
	}
}

func TestACursorHasOneReader(t *testing.T) {
	n := start(t)
	c := n.cursor("line", log.CursorOptions{})
	if _, err := n.Cursor("line", log.CursorOptions{}); !errors.Is(err, log.ErrHeld) {
		t.Errorf("opened twice: %v", err)
	}
	n.appendSync(batch("boiler", 0))
	stale := next(t, c)
	c.Close()
	if _, err := c.Next(t.Context()); !errors.Is(err, log.ErrClosed) {
		t.Errorf("a closed cursor reads: %v", err)
	}
	again := n.cursor("line", log.CursorOptions{})
	e := next(t, again)
	if again.Ack(stale) {
		t.Error("the acknowledgement of an entry from before counts")
	}
	if !again.Ack(e) {
		t.Error("the entry is not awaited")
	}
}

func TestNextEndsWithItsContext(t *testing.T) {
	n := start(t)
	c := n.cursor("line", log.CursorOptions{})
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() {
		_, err := c.Next(ctx)
		ended <- err
	}()
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("ended with %v", err)
	}
}

func TestABatchWaitsASecondForOthersAndAPublisherDoesNot(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		l, err := log.Open(log.Options{Dir: dir, Site: storetest.Site})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- l.Run(ctx) }()
		c, err := l.Cursor("line", log.CursorOptions{})
		if err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		if err := l.Append(ctx, batch("boiler", 0)); err != nil {
			t.Fatal(err)
		}
		c.Ack(next(t, c))
		if waited := time.Since(began); waited != time.Second {
			t.Errorf("a batch that nobody waits for was committed after %s", waited)
		}
		began = time.Now()
		if _, err := l.AppendSync(ctx, batch("boiler", 1)); err != nil {
			t.Fatal(err)
		}
		if waited := time.Since(began); waited != 0 {
			t.Errorf("a publisher waited %s", waited)
		}
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	})
}

func TestNothingIsAcceptedAfterTheEnd(t *testing.T) {
	n := start(t)
	if err := n.close(); err != nil {
		t.Fatal(err)
	}
	if err := n.Append(t.Context(), batch("boiler", 0)); !errors.Is(err, log.ErrClosed) {
		t.Errorf("append: %v", err)
	}
	if err := n.Offer(batch("boiler", 0)); !errors.Is(err, log.ErrClosed) {
		t.Errorf("offer: %v", err)
	}
}

func TestWhatWaitsIsCommittedAtTheEnd(t *testing.T) {
	n := start(t, func(o *log.Options) { o.CommitEvery = time.Hour })
	n.append(batch("boiler", 7))
	n.restart()
	if e := next(t, n.cursor("line", log.CursorOptions{})); number(e) != 7 {
		t.Errorf("got %d", number(e))
	}
}

func TestTwoProcessesCannotHaveOneLog(t *testing.T) {
	n := start(t)
	if _, err := log.Open(n.options); err == nil {
		t.Error("opened twice")
	}
}
