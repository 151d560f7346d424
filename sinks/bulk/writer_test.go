package bulk

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/holdfast-edge/holdfast/internal/leak"
	"github.com/holdfast-edge/holdfast/sinks"
	"github.com/holdfast-edge/holdfast/tag"
)

func TestMain(m *testing.M) { leak.Main(m) }

// far is a far end in memory that answers as a test says.
type far struct {
	mu       sync.Mutex
	requests [][]int64                                  // numbers of the rows, by request
	answer   func(ctx context.Context, n []int64) error // nil: takes all
	closed   bool
	inFlight int
	most     int
}

func (f *far) Post(ctx context.Context, ds []sinks.Delivery) error {
	var numbers []int64
	for _, d := range ds {
		if d.Gap != nil {
			numbers = append(numbers, -1)
			continue
		}
		for i := range d.Batch.Len() {
			n, _ := d.Batch.Row(i)[0].Int()
			numbers = append(numbers, n)
		}
	}
	f.mu.Lock()
	f.inFlight++
	f.most = max(f.most, f.inFlight)
	answer := f.answer
	f.mu.Unlock()
	defer func() { f.mu.Lock(); f.inFlight--; f.mu.Unlock() }()
	if answer != nil {
		if err := answer(ctx, numbers); err != nil {
			return err
		}
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.requests = append(f.requests, numbers)
	return nil
}

func (f *far) Close() error { f.closed = true; return nil }

func (f *far) got() (all []int64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, r := range f.requests {
		all = append(all, r...)
	}
	return all
}

// sizes are the numbers of rows, by request.
func (f *far) sizes() (all []int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, r := range f.requests {
		all = append(all, len(r))
	}
	return all
}

// rows is a batch of a stream with these numbers.
func rows(t *testing.T, stream string, numbers ...int64) sinks.Delivery {
	t.Helper()
	schema, err := tag.NewSchema(tag.NewStreamID("s", stream), stream, tag.Field{Name: "n", Kind: tag.Int})
	if err != nil {
		t.Fatal(err)
	}
	b := tag.NewBuilder(schema, len(numbers))
	for _, n := range numbers {
		b.Row(n)[0] = tag.IntOf(n)
	}
	return sinks.Delivery{Batch: b.Batch()}
}

// answers collects what done was called with.
type answers struct {
	mu  sync.Mutex
	all map[int][]error
}

func (a *answers) of(i int) func(error) {
	return func(err error) {
		a.mu.Lock()
		defer a.mu.Unlock()
		if a.all == nil {
			a.all = map[int][]error{}
		}
		a.all[i] = append(a.all[i], err)
	}
}

func send(t *testing.T, w sinks.Writer, a *answers, i int, d sinks.Delivery) {
	t.Helper()
	if err := w.Send(t.Context(), d, a.of(i)); err != nil {
		t.Fatal(err)
	}
}

func TestDeliveriesThatComeTogetherGoTogether(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, a := &far{}, &answers{}
		w := NewWriter(Options{Batch: 4, Linger: time.Second, Window: 1, Timeout: time.Minute}, f)
		for i := range 6 {
			send(t, w, a, i, rows(t, "r", int64(i)))
		}
		synctest.Wait()
		if got := f.sizes(); !slices.Equal(got, []int{4}) {
			t.Errorf("before the linger: %v", got)
		}
		<-time.After(2 * time.Second) // of the bubble
		synctest.Wait()
		if got := f.sizes(); !slices.Equal(got, []int{4, 2}) {
			t.Errorf("after it: %v", got)
		}
		if err := w.Close(t.Context()); err != nil || !f.closed {
			t.Errorf("close: %v", err)
		}
	})
}

func TestALargeDeliveryIsDividedAndDoneOnce(t *testing.T) {
	f, a := &far{}, &answers{}
	w := NewWriter(Options{Batch: 3, Window: 2, Timeout: time.Minute}, f)
	send(t, w, a, 0, rows(t, "r", 0, 1, 2, 3, 4, 5, 6))
	if err := w.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := f.got(); !slices.Equal(got, []int64{0, 1, 2, 3, 4, 5, 6}) || len(a.all[0]) != 1 || a.all[0][0] != nil {
		t.Errorf("%v, %v", got, a.all)
	}
}

func TestTheRowsThatARequestIsRefusedForAreFoundAndTheOthersArrive(t *testing.T) {
	poison := []int64{3, 8, 9}
	f, a := &far{answer: func(_ context.Context, n []int64) error {
		for _, one := range n {
			if slices.Contains(poison, one) {
				return &sinks.Failure{Permanent: true, Err: errors.New("no such column")}
			}
		}
		return nil
	}}, &answers{}
	w := NewWriter(Options{Batch: 100, Linger: time.Minute, Window: 1, Timeout: time.Minute}, f)
	send(t, w, a, 0, rows(t, "r", 0, 1))
	send(t, w, a, 1, rows(t, "r", 2, 3, 4, 5, 6, 7, 8, 9))
	send(t, w, a, 2, rows(t, "r", 10))
	if err := w.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := f.got(); !slices.Equal(got, []int64{0, 1, 2, 4, 5, 6, 7, 10}) {
		t.Errorf("arrived: %v", got)
	}
	refusal, ok := errors.AsType[*sinks.Failure](a.all[1][0])
	if !ok || !refusal.Permanent || !slices.Equal(refusal.Rows, []sinks.Rows{{From: 1, To: 2}, {From: 6, To: 8}}) {
		t.Errorf("refused: %+v", a.all[1])
	}
	if a.all[0][0] != nil || a.all[2][0] != nil || len(a.all[1]) != 1 {
		t.Errorf("others: %v", a.all)
	}
}

func TestAFarEndThatAsksForPeaceGetsItAndTheRequestAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begun, tries := time.Now(), 0
		f, a := &far{}, &answers{}
		f.answer = func(context.Context, []int64) error {
			if tries++; tries < 3 {
				return &sinks.Failure{Err: errors.New("too many requests"), After: 10 * time.Second}
			}
			return nil
		}
		w := NewWriter(Options{Batch: 1, Window: 1, Timeout: time.Minute}, f)
		send(t, w, a, 0, rows(t, "r", 1))
		if err := w.Close(t.Context()); err != nil || a.all[0][0] != nil {
			t.Errorf("%v, %v", err, a.all)
		}
		if took := time.Since(begun); took != 20*time.Second {
			t.Errorf("took %s", took)
		}
	})
}

func TestAnyOtherErrorLosesTheConnectionAndAllThatIsOnTheWay(t *testing.T) {
	f, a := &far{answer: func(context.Context, []int64) error { return errors.New("no route") }}, &answers{}
	w := NewWriter(Options{Batch: 1, Window: 1, Timeout: time.Minute}, f)
	sent := 0
	for i := range 10 {
		if err := w.Send(t.Context(), rows(t, "r", int64(i)), a.of(i)); err != nil {
			break
		}
		sent++
	}
	<-w.Lost()
	if err := w.Close(t.Context()); err == nil && len(a.all) < sent {
		t.Error("close says that all went well")
	}
	for i := range sent {
		if len(a.all[i]) != 1 || a.all[i][0] == nil {
			t.Errorf("delivery %d of %d: %v", i, sent, a.all[i])
		}
	}
	if err := w.Send(t.Context(), rows(t, "r", 1), nil); err == nil {
		t.Error("a lost connection takes deliveries")
	}
}

func TestARequestThatHangsIsGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, a := &far{answer: func(ctx context.Context, _ []int64) error { <-ctx.Done(); return ctx.Err() }}, &answers{}
		w := NewWriter(Options{Batch: 1, Window: 1, Timeout: 7 * time.Second}, f)
		begun := time.Now()
		send(t, w, a, 0, rows(t, "r", 1))
		<-w.Lost()
		if took := time.Since(begun); took != 7*time.Second {
			t.Errorf("given up after %s", took)
		}
		_ = w.Close(t.Context())
	})
}

func TestEachStreamStaysInOrderWhileSeveralAreOnTheWay(t *testing.T) {
	for _, order := range []string{ByStream, ByLog} {
		synctest.Test(t, func(t *testing.T) {
			f, a := &far{answer: func(context.Context, []int64) error { <-time.After(time.Second); return nil }}, &answers{}
			w := NewWriter(Options{Batch: 10, Window: 8, Timeout: time.Minute, Order: order}, f)
			for i := range 400 {
				send(t, w, a, i, rows(t, string(rune('a'+i%10)), int64(i)))
			}
			if err := w.Close(t.Context()); err != nil {
				t.Fatal(err)
			}
			last := map[int64]int64{}
			for _, n := range f.got() {
				if n < last[n%10] {
					t.Fatalf("%s: stream %d: %d after %d", order, n%10, n, last[n%10])
				}
				last[n%10] = n
			}
			if len(f.got()) != 400 || order == ByLog && f.most != 1 || order == ByStream && f.most < 2 {
				t.Errorf("%s: %d rows, %d requests at a time", order, len(f.got()), f.most)
			}
		})
	}
}

func TestAPanicInASinkLosesTheConnectionAndNothingElse(t *testing.T) {
	f, a := &far{answer: func(context.Context, []int64) error { panic("a defect") }}, &answers{}
	w := NewWriter(Options{Batch: 1, Window: 1, Timeout: time.Minute}, f)
	failed := w.Send(t.Context(), rows(t, "r", 1), a.of(0)) // which says so itself where the panic is quicker
	<-w.Lost()
	_ = w.Close(t.Context())
	if failed == nil && (len(a.all[0]) != 1 || a.all[0][0] == nil) || failed != nil && len(a.all) > 0 {
		t.Errorf("sent: %v, done: %v", failed, a.all)
	}
}

func TestCloseGivesUpWithItsContext(t *testing.T) {
	f, a := &far{answer: func(ctx context.Context, _ []int64) error { <-ctx.Done(); return ctx.Err() }}, &answers{}
	w := NewWriter(Options{Batch: 1, Window: 1, Timeout: time.Hour}, f)
	send(t, w, a, 0, rows(t, "r", 1))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := w.Close(ctx); !errors.Is(err, errClosed) {
		t.Errorf("close: %v", err)
	}
	if len(a.all[0]) != 1 || a.all[0][0] == nil {
		t.Errorf("done with %v", a.all)
	}
}

func TestAGapGoesInItsPlace(t *testing.T) {
	f, a := &far{}, &answers{}
	w := NewWriter(Options{Batch: 10, Linger: time.Minute, Window: 4, Timeout: time.Minute}, f)
	first := rows(t, "r", 1)
	send(t, w, a, 0, first)
	send(t, w, a, 1, sinks.Delivery{Gap: &tag.Gap{First: tag.Identity{Stream: first.Batch.Schema().Stream()}}})
	send(t, w, a, 2, rows(t, "r", 2))
	if err := w.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := f.got(); !slices.Equal(got, []int64{1, -1, 2}) {
		t.Errorf("%v", got)
	}
}

func TestAFullQueueWaitsForRoomAndEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, a := &far{answer: func(ctx context.Context, _ []int64) error { <-ctx.Done(); return ctx.Err() }}, &answers{}
		w := NewWriter(Options{Batch: 1, Window: 1, Timeout: time.Hour}, f)
		send(t, w, a, 0, rows(t, "r", 0))
		synctest.Wait() // it is in a request, and leaves the queue to the others
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel) // of the bubble: when Send waits
		taken := 1
		for w.Send(ctx, rows(t, "r", int64(taken)), a.of(taken)) == nil {
			taken++
		}
		if taken != queueMax+1 {
			t.Errorf("%d were taken", taken)
		}
		if err := w.Close(ctx); !errors.Is(err, errClosed) || len(a.all) != taken {
			t.Errorf("%d taken, %d done: %v", taken, len(a.all), err)
		}
	})
}
