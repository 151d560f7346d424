package mqtt

import (
	"context"
	"errors"
	"maps"
	"slices"
	"sync"
	"testing"
	"testing/synctest"

	"pgregory.net/rapid"

	"github.com/holdfast-edge/holdfast/sinks"
)

var errNo = errors.New("no")

func noFlush() error { return nil }

// Deliveries of any number of messages, answered in any order, some with no,
// some abandoned, the connection lost at any time: done is called once for each
// that was handed over, and never for the others.
func TestEveryDeliveryIsDoneOnceWhateverHappens(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := newWindow(rapid.IntRange(1, 8).Draw(t, "window"))
		type call struct {
			times int
			err   error
		}
		calls := map[int]*call{}
		handed := map[int]bool{}
		refused := map[int]bool{}
		out := map[uint16]int{} // identifier to delivery
		lost := false
		n := 0
		t.Repeat(map[string]func(*rapid.T){
			"send": func(t *rapid.T) {
				n++
				me, c := n, &call{}
				calls[me] = c
				d := &delivery{done: func(err error) { c.times++; c.err = err }}
				w.hold(d)
				var err error
				for range rapid.IntRange(0, len(w.free)).Draw(t, "messages") {
					var id uint16
					if id, err = w.take(context.Background(), d, sinks.Rows{}, noFlush); err != nil {
						break
					}
					out[id] = me
				}
				if err == nil && rapid.IntRange(0, 4).Draw(t, "fails") == 0 {
					err = errNo
				}
				if lost && err == nil {
					err = w.cause()
				}
				handed[me] = w.release(d, err) == nil
			},
			"answer": func(t *rapid.T) {
				if len(out) == 0 {
					return
				}
				id := rapid.SampledFrom(slices.Sorted(maps.Keys(out))).Draw(t, "id")
				var answer error
				if rapid.IntRange(0, 3).Draw(t, "no") == 0 {
					answer = errNo
					refused[out[id]] = true
				}
				delete(out, id)
				w.settle(id, answer)
				w.settle(id, answer) // a second answer is nobody's
			},
			"lose": func(t *rapid.T) {
				if rapid.IntRange(0, 9).Draw(t, "really") > 0 {
					return
				}
				for _, me := range out {
					refused[me] = true
				}
				clear(out)
				lost = true
				w.close(errNo)
			},
		})
		for _, me := range out {
			refused[me] = true
		}
		w.close(errNo)
		for me, c := range calls {
			switch {
			case handed[me] && c.times != 1, !handed[me] && c.times != 0:
				t.Fatalf("delivery %d, handed over %t, was done %d times", me, handed[me], c.times)
			case handed[me] && (c.err != nil) != refused[me]:
				t.Fatalf("delivery %d, refused %t, was done with %v", me, refused[me], c.err)
			}
		}
		if _, waiting := w.oldest(); waiting {
			t.Fatal("something is still on the way")
		}
	})
}

func TestAnswersFromAnotherGoroutineAndALossBetweenThemLeaveNothingOpen(t *testing.T) {
	const n = 2000
	w := newWindow(16)
	var mu sync.Mutex
	times, handed := map[int]int{}, map[int]bool{}
	ids := make(chan uint16, 16)
	var all sync.WaitGroup
	all.Go(func() {
		answered := 0
		for id := range ids {
			w.settle(id, nil)
			if answered++; answered == n {
				w.close(errNo)
			}
		}
	})
	for i := range n {
		d := &delivery{done: func(error) { mu.Lock(); defer mu.Unlock(); times[i]++ }}
		w.hold(d)
		var err error
		for range 3 {
			var id uint16
			if id, err = w.take(t.Context(), d, sinks.Rows{}, noFlush); err != nil {
				break
			}
			ids <- id
		}
		handed[i] = w.release(d, err) == nil
	}
	close(ids)
	all.Wait()
	w.close(errNo)
	mu.Lock()
	defer mu.Unlock()
	for i := range n {
		if want := map[bool]int{true: 1}[handed[i]]; times[i] != want {
			t.Errorf("delivery %d, handed over %t, was done %d times", i, handed[i], times[i])
		}
	}
}

func TestWhatIsGatheredIsFlushedBeforeTheWindowIsWaitedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWindow(1)
		d := &delivery{}
		if _, err := w.take(t.Context(), d, sinks.Rows{}, noFlush); err != nil {
			t.Fatal(err)
		}
		flushed := false
		go func() {
			synctest.Wait()
			if !flushed {
				t.Error("it waits without having flushed")
			}
			w.settle(1, nil)
		}()
		if id, err := w.take(t.Context(), d, sinks.Rows{}, func() error { flushed = true; return nil }); err != nil || id != 1 {
			t.Errorf("got %d, %v", id, err)
		}
	})
}
