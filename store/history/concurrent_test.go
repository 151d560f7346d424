package history_test

import (
	"sync"
	"testing"
	"time"

	"github.com/holdfast-edge/holdfast/store/history"
	"github.com/holdfast-edge/holdfast/store/storetest"
	"github.com/holdfast-edge/holdfast/tag"
)

// TestQueriesSeeEveryRowOnceWhileItMoves asks all the time, while rows come in,
// are written and sealed: what was seen once is seen again, and never twice.
func TestQueriesSeeEveryRowOnceWhileItMoves(t *testing.T) {
	a := start(t, func(o *history.Options) { o.ShardWidth, o.FlushValues = time.Minute, 70 })
	const rows = 3000
	var readers sync.WaitGroup
	for range 3 {
		readers.Go(func() {
			for seen := 0; seen < rows; {
				found := count(t, a)
				if found < seen || found > rows {
					t.Errorf("%d rows after %d", found, seen)
					return
				}
				seen = found
			}
		})
	}
	boiler := storetest.Stream("boiler", 1)
	for i := range rows / 10 {
		a.give(storetest.Rows(boiler, i*10, 10, epoch+int64(i)*10*second))
	}
	readers.Wait()
	mustBeNumbers(t, a.all("boiler", "f0", epoch, epoch+hour), 0, rows, epoch)
	if s := a.Stats(); s.Sealed == 0 || s.Flushes == 0 {
		t.Errorf("nothing moved: %+v", s)
	}
}

func count(t *testing.T, a *archive) int {
	n := 0
	_, err := a.Range(t.Context(), "boiler", "f0", epoch, epoch+hour, func(int64, tag.Value) error {
		n++
		return nil
	})
	if err != nil {
		t.Error(err)
	}
	return n
}
