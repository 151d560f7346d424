package walk_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/holdfast-edge/holdfast/store/history/historytest"
	"github.com/holdfast-edge/holdfast/store/walk"
	"github.com/holdfast-edge/holdfast/tag"
)

var noon = time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC)

// rows is a history of rows that are dense, then sparse, then dense: their number is
// their value.
func rows(t *testing.T) (source walk.Source, times []int64) {
	t.Helper()
	schema, err := tag.NewSchema(tag.NewStreamID("s", "s"), "s", tag.Field{Name: "n"}, tag.Field{Name: "none"})
	if err != nil {
		t.Fatal(err)
	}
	at := noon.Add(-20 * 24 * time.Hour).UnixNano()
	b := tag.NewBuilder(schema, 1000)
	var batches []*tag.Batch
	for i := range 60_000 {
		step := 50 * time.Millisecond
		if i/20_000 == 1 {
			step = time.Minute
		}
		at += int64(step)
		times = append(times, at)
		b.Row(at)[0] = tag.IntOf(int64(i))
		if b.Len() == 1000 {
			batches = append(batches, b.Batch())
		}
	}
	return historytest.Filled(t, noon, batches[:50], batches[50:]), times
}

func TestAWalkSeesEveryRowOnceForthAndBack(t *testing.T) {
	source, times := rows(t)
	w := walk.New(source, "s", []string{"n"})
	end := times[len(times)-1] + 1
	seen, widest := 0, 0
	for at := times[0]; at < end; {
		win, err := w.From(t.Context(), at)
		if err != nil {
			t.Fatal(err)
		}
		for i, at := range win.Times {
			if n, _ := win.Values[0][i].Int(); at != times[seen] || n != int64(seen) {
				t.Fatalf("row %d at %d is %d", seen, at, n)
			}
			seen++
		}
		widest = max(widest, len(win.Times))
		at = win.To
	}
	if seen != len(times) || widest > 200_000 {
		t.Errorf("%d rows of %d, %d at once", seen, len(times), widest)
	}
	for to := end; to > times[0]; {
		win, err := w.Until(t.Context(), to)
		if err != nil {
			t.Fatal(err)
		}
		for i := len(win.Times) - 1; i >= 0 && win.Times[i] < to; i-- {
			seen--
			if win.Times[i] != times[seen] {
				t.Fatalf("back: row %d at %d", seen, win.Times[i])
			}
		}
		to = win.From
	}
	if seen != 0 {
		t.Errorf("%d rows were not seen on the way back", seen)
	}
}

func TestAWindowHasTheTimeThatItWasAskedFor(t *testing.T) {
	source, times := rows(t)
	w := walk.New(source, "s", []string{walk.NoFields})
	for range 200 {
		at := times[rand.IntN(len(times))] + rand.Int64N(3) - 1
		win, err := w.From(t.Context(), at)
		if err != nil || !win.Has(at) {
			t.Fatalf("from %d: [%d, %d), %v", at, win.From, win.To, err)
		}
		if win, err = w.Until(t.Context(), at); err != nil || !win.Has(at-1) {
			t.Fatalf("until %d: [%d, %d), %v", at, win.From, win.To, err)
		}
	}
}
