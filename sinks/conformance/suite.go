package conformance

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/holdfast-edge/holdfast/internal/leak"
	"github.com/holdfast-edge/holdfast/sinks"
	"github.com/holdfast-edge/holdfast/tag"
)

// Run holds a sink against the suite.
func Run(t *testing.T, s Subject) {
	t.Helper()
	for _, c := range []struct {
		name string
		run  func(*bench)
	}{
		{"what is sent arrives with its identity and its values", (*bench).delivers},
		{"a gap is told", (*bench).tellsGaps},
		{"what is sent again after a restart of the node is not lost and, where promised, there once", (*bench).sendsAgain},
		{"a far end that is away is worth another attempt", (*bench).isAway},
		{"a cut while records are on the way loses none", (*bench).isCut},
		{"a far end that falls silent is given up", (*bench).isHalfOpen},
		{"a slow far end gets everything", (*bench).isSlow},
		{"a far end that is restarted gets everything", (*bench).isRestarted},
		{"a row that is refused for good is told alone, and the others arrive", (*bench).isRefused},
		{"refused credentials are permanent, and no error tells the secret", (*bench).isLocked},
		{"close leaves nothing behind, whatever is on the way", (*bench).closes},
	} {
		t.Run(c.name, func(t *testing.T) {
			leak.None(t)
			c.run(newBench(t, s))
		})
	}
}

// bench is a far end and the way to it.
type bench struct {
	*testing.T
	Subject
	far   Far
	relay *Relay // nil where there is no network
	base  int64
	dir   string // of the sink's own, which outlives a restart of the node
}

func newBench(t *testing.T, s Subject) *bench {
	t.Helper()
	b := &bench{T: t, Subject: s, dir: filepath.Join(t.TempDir(), "sink"), base: time.Now().Add(-20 * time.Minute).Truncate(time.Second).UnixNano()}
	b.far = s.Start(t, b.base)
	if at := b.far.Address(); at != "" {
		b.relay = NewRelay(t, at)
	}
	return b
}

// keys are those of a sink that goes through the relay.
func (b *bench) keys(more ...string) string {
	at := ""
	if b.relay != nil {
		at = b.relay.Address()
	}
	return strings.TrimSuffix(b.far.Keys(at), "\n") + "\n" + strings.Join(more, "\n")
}

func (b *bench) needsNetwork() {
	b.Helper()
	if b.relay == nil {
		b.Skip("there is no network between the sink and its far end")
	}
}

// batches are n deliveries of one to seven rows of a stream, and the sequence
// behind the last of them.
func (b *bench) batches(stream string, n int) (all []sinks.Delivery, end uint64) {
	b.Helper()
	first := uint64(1)
	for i := range n {
		size := 1 + i%7
		all = append(all, sinks.Delivery{Batch: Rows(b, b.base, stream, first, size)})
		first += uint64(size)
	}
	return all, first
}

// complete wants every record of a stream from 1 up to end, each right and in
// order, and each once where that is promised.
func (b *bench) complete(stream string, end uint64, except ...uint64) {
	b.Helper()
	counts, last := map[uint64]int{}, uint64(0)
	for _, r := range b.far.Seen(b.T) {
		if r.Stream != stream || r.Gap > 0 {
			continue
		}
		counts[r.Sequence]++
		if r.Sequence < last && counts[r.Sequence] == 1 {
			b.Errorf("%s: %d arrived after %d", stream, r.Sequence, last)
		}
		last = max(last, r.Sequence)
		if err := isRight(r); err != nil {
			b.Error(err)
		}
	}
	for _, s := range except {
		if counts[s] > 0 {
			b.Errorf("%s: %d arrived and was refused", stream, s)
		}
		counts[s] = 1
	}
	for s := uint64(1); s < end; s++ {
		if n := counts[s]; n == 0 || n > 1 && b.Idempotent {
			b.Errorf("%s: %d is there %d times", stream, s, n)
		}
	}
}

func isRight(r Record) error {
	humidity := fmt.Sprint(r.Sequence)
	if r.Sequence%5 == 0 {
		humidity = ""
	}
	if want := float64(r.Sequence) / 10; r.Temperature != want || r.Humidity != humidity {
		return fmt.Errorf("%s: %d has temperature %v and humidity %q, want %v and %q", r.Stream, r.Sequence, r.Temperature, r.Humidity, want, humidity)
	}
	return nil
}

func (b *bench) delivers() {
	one, endOne := b.batches("one", 20)
	two, endTwo := b.batches("two", 20)
	var all []sinks.Delivery
	for i := range one {
		all = append(all, one[i], two[i])
	}
	newCourier(b, b.keys()).deliver(all...)
	b.complete("one", endOne)
	b.complete("two", endTwo)
}

func (b *bench) tellsGaps() {
	all, end := b.batches("one", 3)
	all = append(all, sinks.Delivery{Gap: gapOf(b, b.base, "one", end, 12)})
	c := newCourier(b, b.keys())
	c.deliver(all...)
	for i, err := range c.settled {
		if err != nil {
			b.Errorf("delivery %d: %v", i, err)
		}
	}
	b.complete("one", end)
	if b.GapsUntold {
		return
	}
	told := 0
	for _, r := range b.far.Seen(b.T) {
		if r.Gap > 0 {
			told++
			if r.Sequence != end || r.Gap != 12 {
				b.Errorf("told: %+v", r)
			}
		}
	}
	if told != 1 {
		b.Errorf("%d gaps are told", told)
	}
}

func (b *bench) sendsAgain() {
	all, end := b.batches("one", 15)
	for range 2 {
		newCourier(b, b.keys()).deliver(all...)
	}
	b.complete("one", end)
}

func (b *bench) isAway() {
	b.needsNetwork()
	b.relay.Stop()
	c := newCourier(b, b.keys())
	ctx, cancel := context.WithTimeout(b.Context(), patience)
	defer cancel()
	all, end := b.batches("one", 2)
	if w, err := c.once(ctx); err == nil { // one that has nothing to open learns it at the first request
		if err := w.Send(ctx, all[0], func(error) {}); err == nil {
			<-w.Lost()
		}
		closeIn(b.T, w, time.Second)
	} else if isPermanent(err) {
		b.Errorf("it is permanent: %v", err)
	}
	b.relay.Listen(b.T)
	c.deliver(all...)
	b.complete("one", end)
}

func (b *bench) isCut() {
	b.needsNetwork()
	all, end := b.batches("one", 40)
	b.relay.CutAfter(1500)
	c := newCourier(b, b.keys())
	c.deliver(all...)
	b.complete("one", end)
}

func (b *bench) isHalfOpen() {
	b.needsNetwork()
	all, end := b.batches("one", 5)
	w := newCourier(b, b.keys(b.Impatient)).open()
	b.relay.Freeze()
	answers := make(chan error, len(all))
	sent := 0
	for _, d := range all {
		if w.Send(b.Context(), d, func(err error) { answers <- err }) != nil {
			break
		}
		sent++
	}
	select {
	case <-w.Lost():
	case <-time.After(patience):
		b.Fatal("a silent far end is never given up")
	}
	b.relay.Cut()
	b.relay.Thaw()
	closeIn(b.T, w, patience/4)
	for range sent {
		if err := <-answers; err == nil || isPermanent(err) {
			b.Errorf("a delivery into the void is done with %v", err)
		}
	}
	newCourier(b, b.keys()).deliver(all...) // as patient as ever: within a second, a busy machine may answer nothing
	b.complete("one", end)
}

func (b *bench) isSlow() {
	b.needsNetwork()
	all, end := b.batches("one", 20)
	c := newCourier(b, b.keys())
	func() {
		defer b.relay.stutter()()
		c.deliver(all...)
	}()
	if c.opened != 1 {
		b.Errorf("it took %d connections", c.opened)
	}
	b.complete("one", end)
}

func (b *bench) isRestarted() {
	r, ok := b.far.(Restarter)
	if !ok {
		b.Skip("the far end cannot be restarted here")
	}
	c := newCourier(b, b.keys())
	all, end := b.batches("one", 20)
	c.deliver(all[:10]...)
	r.Restart(b.T)
	again := newCourier(b, b.keys())
	again.deliver(all[10:]...)
	b.complete("one", end)
}

func (b *bench) isRefused() {
	r, ok := b.far.(Refuser)
	if !ok {
		b.Skip("the far end takes every row")
	}
	batch := rows(b, b.base, "one", 1, 9, func(i int, row []tag.Value) {
		if i == 3 {
			r.Spoil(row)
		}
	})
	c := newCourier(b, b.keys())
	after := Rows(b, b.base, "one", 10, 2)
	c.deliver(sinks.Delivery{Batch: batch}, sinks.Delivery{Batch: after})
	f, ok := errors.AsType[*sinks.Failure](c.settled[0])
	if !ok || !f.Permanent || len(f.Rows) != 1 || f.Rows[0] != (sinks.Rows{From: 3, To: 4}) {
		b.Errorf("the refusal is %+v", c.settled[0])
	}
	if c.settled[1] != nil || c.opened != 1 {
		b.Errorf("what follows: %v, in %d connections", c.settled[1], c.opened)
	}
	b.complete("one", 12, 4)
}

func (b *bench) isLocked() {
	l, ok := b.far.(Locked)
	if !ok {
		b.Skip("the far end has no credentials here")
	}
	at := ""
	if b.relay != nil {
		at = b.relay.Address()
	}
	keys, secret := l.WrongKeys(b.T, at)
	c := newCourier(b, keys)
	w, err := c.once(b.Context())
	if err == nil {
		all, _ := b.batches("one", 1)
		answer := make(chan error, 1)
		if err = w.Send(b.Context(), all[0], func(err error) { answer <- err }); err == nil {
			err = <-answer
		}
		closeIn(b.T, w, time.Second)
	} else if !isPermanent(err) {
		b.Errorf("it would be tried hot: %v", err)
	}
	if err == nil || strings.Contains(err.Error(), secret) {
		b.Errorf("the error is %v", err)
	}
}

func (b *bench) closes() {
	all, _ := b.batches("one", 10)
	for _, patient := range []bool{true, false} {
		w := newCourier(b, b.keys()).open()
		answers := make(chan error, len(all))
		for _, d := range all {
			if err := w.Send(b.Context(), d, func(err error) { answers <- err }); err != nil {
				b.Fatal(err)
			}
		}
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		if !patient {
			cancel()
		}
		err := w.Close(ctx)
		cancel()
		if patient && err != nil {
			b.Errorf("close: %v", err)
		}
		for range all {
			if err := <-answers; patient && err != nil || isPermanent(err) {
				b.Errorf("patient %v: done with %v", patient, err)
			}
		}
		if err := w.Send(b.Context(), all[0], func(error) { b.Error("done is called for what was not sent") }); err == nil {
			b.Error("a closed connection takes deliveries")
		}
	}
}
