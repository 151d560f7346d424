package broker_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/holdfast-edge/holdfast/broker"
	"github.com/holdfast-edge/holdfast/tag"
)

func batch(t testing.TB, n int64) *tag.Batch {
	t.Helper()
	return derived(t, n, 0)
}

func derived(t testing.TB, n int64, hops int) *tag.Batch {
	t.Helper()
	schema, err := tag.NewSchema(tag.NewStreamID("site", "s"), "s", tag.Field{Name: "n", Kind: tag.Int})
	if err != nil {
		t.Fatal(err)
	}
	b := tag.NewBuilder(schema, 1)
	b.Row(n)[0] = tag.IntOf(n)
	return b.Derived(tag.Live, hops)
}

func drain(sub *broker.Subscription) (got []int64) {
	for b := sub.Next(); b != nil; b = sub.Next() {
		got = append(got, b.Time(0))
	}
	return got
}

func wantTimes(t *testing.T, got []int64, want ...int64) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("got %v, want %v", got, want)
	}
	for i := range got {
		if got[i] != want[i] {
			t.Fatalf("got %v, want %v", got, want)
		}
	}
}

func silent() {}

func TestEverySubscriptionGetsEveryBatchInOrder(t *testing.T) {
	s := broker.New(nil).Stream("s")
	a, b := s.Subscribe(4, broker.Block, silent), s.Subscribe(4, broker.Block, silent)
	for n := range int64(4) {
		if err := s.Publish(t.Context(), batch(t, n)); err != nil {
			t.Fatal(err)
		}
	}
	wantTimes(t, drain(a), 0, 1, 2, 3)
	wantTimes(t, drain(b), 0, 1, 2, 3)
	if got := s.Last().Time(0); got != 3 {
		t.Errorf("last batch is %d, want 3", got)
	}
	if st := s.Stats(); st != (broker.Stats{Batches: 4, Rows: 4}) {
		t.Errorf("stats %+v", st)
	}
}

func TestASubscriptionIsToldOnceForEachTimeItWasIdle(t *testing.T) {
	s := broker.New(nil).Stream("s")
	told := 0
	sub := s.Subscribe(4, broker.DropOldest, func() { told++ })
	for range 2 {
		_ = s.Offer(batch(t, 1))
		_ = s.Offer(batch(t, 2))
		drain(sub)
	}
	if told != 2 {
		t.Errorf("told %d times, want 2", told)
	}
}

func TestAnOfferDropsTheOldestAndCountsIt(t *testing.T) {
	s := broker.New(nil).Stream("s")
	sub := s.Subscribe(2, broker.Block, silent)
	for n := range int64(5) {
		_ = s.Offer(batch(t, n))
	}
	wantTimes(t, drain(sub), 3, 4)
	if sub.Dropped() != 3 || s.Stats().Dropped != 3 {
		t.Errorf("dropped %d of the subscription, %d of the stream, want 3", sub.Dropped(), s.Stats().Dropped)
	}
}

func TestAPublisherWaitsForItsOnlySubscription(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := broker.New(nil).Stream("s")
		sub := s.Subscribe(1, broker.Block, silent)
		done := false
		go func() {
			_ = s.Publish(t.Context(), batch(t, 1))
			_ = s.Publish(t.Context(), batch(t, 2))
			done = true
		}()
		synctest.Wait()
		if done {
			t.Fatal("the publisher did not wait for a full ring")
		}
		wantTimes(t, []int64{sub.Next().Time(0)}, 1)
		synctest.Wait()
		if !done || sub.Next().Time(0) != 2 || sub.Dropped() != 0 {
			t.Fatal("the publisher did not go on, or something was lost")
		}
	})
}

func TestAPublisherThatWaitsCanBeCancelled(t *testing.T) {
	s := broker.New(nil).Stream("s")
	s.Subscribe(1, broker.Block, silent)
	_ = s.Publish(t.Context(), batch(t, 1))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.Publish(ctx, batch(t, 2)); !errors.Is(err, context.Canceled) {
		t.Fatalf("got %v, want context canceled", err)
	}
}

func TestALaggardIsCutLooseAndTheOthersMissNothing(t *testing.T) {
	s := broker.New(nil).Stream("s")
	quick, slow := s.Subscribe(2, broker.Block, silent), s.Subscribe(2, broker.Block, silent)
	var got []int64
	for n := range int64(6) {
		if err := s.Publish(t.Context(), batch(t, n)); err != nil {
			t.Fatal(err)
		}
		got = append(got, drain(quick)...)
	}
	wantTimes(t, got, 0, 1, 2, 3, 4, 5)
	wantTimes(t, drain(slow), 4, 5)
	if slow.Dropped() != 4 || quick.Dropped() != 0 {
		t.Errorf("dropped %d and %d, want 4 and 0", slow.Dropped(), quick.Dropped())
	}
}

func TestAllFullMeansBackpressureAndNobodyIsCutLoose(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := broker.New(nil).Stream("s")
		a, b := s.Subscribe(1, broker.Block, silent), s.Subscribe(1, broker.Block, silent)
		_ = s.Publish(t.Context(), batch(t, 1))
		go func() { _ = s.Publish(t.Context(), batch(t, 2)) }()
		synctest.Wait()
		if a.Dropped()+b.Dropped() != 0 || a.Waiting() != 1 || b.Waiting() != 1 {
			t.Fatal("a ring was overrun although all were full")
		}
		drain(a) // a is through: b now lags it by more than its ring
		synctest.Wait()
		wantTimes(t, drain(a), 2)
		wantTimes(t, drain(b), 2)
		if b.Dropped() != 1 {
			t.Errorf("b dropped %d, want 1", b.Dropped())
		}
	})
}

func TestClosingASubscriptionLetsItsPublisherGoOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := broker.New(nil).Stream("s")
		sub := s.Subscribe(1, broker.Block, silent)
		_ = s.Publish(t.Context(), batch(t, 1))
		done := false
		go func() {
			done = s.Publish(t.Context(), batch(t, 2)) == nil
		}()
		synctest.Wait()
		sub.Close()
		synctest.Wait()
		if !done {
			t.Fatal("the publisher still waits for a closed subscription")
		}
	})
}

func TestDataThatGoesRoundIsRefusedAndCounted(t *testing.T) {
	s := broker.New(nil).Stream("s")
	sub := s.Subscribe(4, broker.Block, silent)
	if err := s.Offer(derived(t, 1, tag.MaxHops)); err != nil {
		t.Fatal(err)
	}
	if err := s.Offer(derived(t, 2, tag.MaxHops+1)); !errors.Is(err, broker.ErrCycle) {
		t.Fatalf("got %v, want ErrCycle", err)
	}
	wantTimes(t, drain(sub), 1)
	if s.Stats().Refused != 1 {
		t.Errorf("refused %d, want 1", s.Stats().Refused)
	}
}

// shelf is a recorder that remembers how each batch came.
type shelf struct {
	mu   sync.Mutex
	got  []string
	fail error
}

func (s *shelf) put(how string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.got = append(s.got, how)
	return s.fail
}
func (s *shelf) Offer(*tag.Batch) error                   { return s.put("offer") }
func (s *shelf) Append(context.Context, *tag.Batch) error { return s.put("append") }
func (s *shelf) Commit(context.Context, *tag.Batch) error { return s.put("commit") }

func TestALoggedStreamIsRecordedAsItsPublisherAsks(t *testing.T) {
	log := &shelf{}
	s := broker.New(log).Stream("s")
	_ = s.Offer(batch(t, 0)) // not logged yet
	s.SetLogged(true)
	_ = s.Offer(batch(t, 1))
	_ = s.Publish(t.Context(), batch(t, 2))
	_ = s.Commit(t.Context(), batch(t, 3))
	if len(log.got) != 3 || log.got[0] != "offer" || log.got[1] != "append" || log.got[2] != "commit" {
		t.Errorf("recorded %v", log.got)
	}
}

func TestWhatTheLogRefusesIsNotCommittedButOfferedDataStillFlows(t *testing.T) {
	full := errors.New("disk full")
	s := broker.New(&shelf{fail: full}).Stream("s")
	s.SetLogged(true)
	sub := s.Subscribe(4, broker.Block, silent)
	if err := s.Commit(t.Context(), batch(t, 1)); !errors.Is(err, full) {
		t.Fatalf("commit: got %v, want disk full", err)
	}
	wantTimes(t, drain(sub))
	if err := s.Offer(batch(t, 2)); !errors.Is(err, full) {
		t.Fatalf("offer: got %v, want disk full", err)
	}
	wantTimes(t, drain(sub), 2)
}

func TestManyPublishersAndReadersLoseNothingUnderBlock(t *testing.T) {
	const publishers, each = 4, 500
	s := broker.New(nil).Stream("s")
	wake := make(chan struct{}, 1)
	sub := s.Subscribe(3, broker.Block, func() {
		select {
		case wake <- struct{}{}:
		default:
		}
	})
	var all sync.WaitGroup
	for range publishers {
		all.Go(func() {
			for n := range int64(each) {
				_ = s.Publish(t.Context(), batch(t, n))
			}
		})
	}
	got := 0
	for got < publishers*each {
		<-wake
		got += len(drain(sub))
	}
	all.Wait()
	if sub.Dropped() != 0 {
		t.Errorf("dropped %d", sub.Dropped())
	}
}

func BenchmarkOfferToTenReaders(b *testing.B) {
	s := broker.New(nil).Stream("s")
	subs := make([]*broker.Subscription, 10)
	for i := range subs {
		subs[i] = s.Subscribe(8, broker.DropOldest, silent)
	}
	in := batch(b, 1)
	b.ReportAllocs()
	for b.Loop() {
		_ = s.Offer(in)
		for _, sub := range subs {
			sub.Next()
		}
	}
}
