package log_test

import (
	"context"
	"errors"
	"testing"

	"github.com/holdfast-edge/holdfast/store/log"
	"github.com/holdfast-edge/holdfast/store/storetest"
	"github.com/holdfast-edge/holdfast/tag"
)

// stopped opens a log that does not commit until the test says so.
func stopped(t *testing.T, options log.Options) *log.Log {
	t.Helper()
	l, err := log.Open(options)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// finish commits what waits and closes the log.
func finish(t *testing.T, l *log.Log) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := l.Run(ctx); err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestWhatIsRefusedLeavesAGapInItsPlace(t *testing.T) {
	options := log.Options{Dir: t.TempDir(), Site: storetest.Site, QueueBytes: 40}
	l := stopped(t, options)
	accepted, refused := 0, 0
	for i := range 10 {
		switch err := l.Offer(storetest.Rows(storetest.Stream("boiler", 1), i, 3, 0)); {
		case err == nil:
			accepted++
		case errors.Is(err, log.ErrFull):
			refused++
		default:
			t.Fatal(err)
		}
	}
	if accepted == 0 || refused == 0 {
		t.Fatalf("%d accepted, %d refused", accepted, refused)
	}
	if dropped := l.Stats().Dropped[log.Drop{Stream: "boiler", Cause: tag.Overflow}]; dropped != uint64(refused*3) {
		t.Errorf("%d rows counted as dropped, want %d", dropped, refused*3)
	}
	finish(t, l)

	n := start(t, func(o *log.Options) { o.Dir = options.Dir })
	c := n.cursor("line", log.CursorOptions{})
	sequence := uint64(1)
	for range accepted {
		e := next(t, c)
		if e.Batch.Identity(0).Sequence != sequence {
			t.Fatalf("sequence %d, want %d", e.Batch.Identity(0).Sequence, sequence)
		}
		sequence += e.Rows()
	}
	gap := next(t, c).Gap
	if gap == nil || gap.First.Sequence != sequence || gap.Count != uint64(refused*3) || gap.Cause != tag.Overflow {
		t.Fatalf("gap %v, want %d rows from %d on", gap, refused*3, sequence)
	}
	id := n.appendSync(batch("boiler", 99))
	if id.Sequence != sequence+gap.Count {
		t.Errorf("the next record has sequence %d, want %d", id.Sequence, sequence+gap.Count)
	}
}

func TestAppendWaitsForRoomUntilItsContextEnds(t *testing.T) {
	l := stopped(t, log.Options{Dir: t.TempDir(), Site: storetest.Site, QueueBytes: 20})
	if err := l.Append(t.Context(), batch("boiler", 0)); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- l.Append(ctx, batch("boiler", 1)) }()
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("ended with %v", err)
	}
	go func() { ended <- l.Append(t.Context(), batch("boiler", 2)) }()
	running, stop := context.WithCancel(t.Context())
	ran := make(chan error)
	go func() { ran <- l.Run(running) }()
	if err := <-ended; err != nil {
		t.Errorf("room was made, and append ended with %v", err)
	}
	stop()
	if err := errors.Join(<-ran, l.Close()); err != nil {
		t.Error(err)
	}
}

func TestABatchLargerThanTheQueueIsRefusedAndCounted(t *testing.T) {
	n := start(t, func(o *log.Options) { o.QueueBytes = 100 })
	large := storetest.Rows(storetest.Stream("boiler", 1), 0, 1000, 0)
	if err := n.Append(t.Context(), large); !errors.Is(err, log.ErrTooLarge) {
		t.Errorf("append: %v", err)
	}
	if err := n.Offer(large); !errors.Is(err, log.ErrTooLarge) {
		t.Errorf("offer: %v", err)
	}
	if gap := next(t, n.cursor("line", log.CursorOptions{})).Gap; gap == nil || gap.Count != 1000 || gap.Cause != tag.Rejected {
		t.Errorf("gap %v", gap)
	}
}

func TestALossBeforeTheLogIsRecordedInIt(t *testing.T) {
	n := start(t)
	n.appendSync(batch("boiler", 0))
	n.Drop(storetest.Rows(storetest.Stream("boiler", 2), 1, 4, 0), tag.Overflow)
	n.appendSync(batch("boiler", 5))
	c := n.cursor("line", log.CursorOptions{})
	entries := take(t, c, 3)
	if gap := entries[1].Gap; gap == nil || gap.First.Sequence != 2 || gap.Count != 4 {
		t.Errorf("gap %v", gap)
	}
	if id := entries[2].Batch.Identity(0); id.Sequence != 6 {
		t.Errorf("the record after the gap is %s", id)
	}
	if s := n.Stats(); len(s.Cursors) != 1 || s.Cursors[0].Lag != 0 || s.Cursors[0].Acked != 6 {
		t.Errorf("%+v", s.Cursors)
	}
}
