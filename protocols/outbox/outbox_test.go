package outbox_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"

	"github.com/holdfast-edge/holdfast/protocols"
	"github.com/holdfast-edge/holdfast/protocols/outbox"
	"github.com/holdfast-edge/holdfast/supervisor"
	"github.com/holdfast-edge/holdfast/tag"
)

// number is an int of a tag.
func number(group, slot int, v, at int64, origin tag.Origin) outbox.Value {
	return outbox.Value{Group: group, Slot: slot, Value: tag.IntOf(v), Stamp: at, Origin: origin}
}

// put puts values, one call of Fill each.
func put(o *outbox.Outbox, values ...outbox.Value) (dropped int) {
	for _, v := range values {
		dropped += o.Fill(func(rows *outbox.Rows) { rows.Put(v) })
	}
	return dropped
}

// drawn empties an outbox, and writes its rows as group:values, with - for what is absent and ~ before what is past.
func drawn(t *testing.T, o *outbox.Outbox) (text string) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	go o.PutPast(ctx, -1, protocols.Row{})
	if err := o.Empty(ctx, func(group int, row protocols.Row) {
		if group < 0 {
			cancel()
			return
		}
		text += map[tag.Origin]string{tag.Live: "", tag.Backfill: "~"}[row.Origin] + fmt.Sprint(group, ":")
		for i, v := range row.Values {
			if v.Kind() == tag.Absent {
				text += " -"
				continue
			}
			text += fmt.Sprintf(" %s@%d", tag.AppendJSON(nil, v), row.Stamps[i])
		}
		text += "\n"
	}); err != nil {
		t.Fatal(err)
	}
	return text
}

func TestValuesWaitInOneRowOfTheirGroup(t *testing.T) {
	o := outbox.New([]int{3, 1})
	put(o, number(0, 0, 1, 10, tag.Live), number(1, 0, 3, 11, tag.Live), number(0, 2, 2, 12, tag.Live))
	if got, want := drawn(t, o), "0: 1@10 - 2@12\n1: 3@11\n"; got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
	put(o, number(0, 1, 4, 13, tag.Live))
	if got, want := drawn(t, o), "0: - 4@13 -\n"; got != want {
		t.Errorf("then\n%swant\n%s", got, want)
	}
}

func TestATagThatChangedTwiceIsInTwoRowsInOrder(t *testing.T) {
	o := outbox.New([]int{2, 1})
	put(o, number(0, 0, 1, 10, tag.Live), number(0, 0, 2, 11, tag.Live), number(1, 0, 7, 11, tag.Live), number(0, 1, 9, 11, tag.Live), number(0, 0, 3, 12, tag.Live))
	if got, want := drawn(t, o), "0: 1@10 -\n0: 2@11 9@11\n1: 7@11\n0: 3@12 -\n"; got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

func TestARowOfThePastIsOfOneInstant(t *testing.T) {
	o := outbox.New([]int{2})
	put(o, number(0, 0, 1, 10, tag.Backfill), number(0, 1, 2, 10, tag.Backfill), number(0, 0, 3, 11, tag.Backfill),
		number(0, 1, 4, 12, tag.Backfill), number(0, 0, 5, 0, tag.Live), number(0, 1, 6, 13, tag.Live))
	if got, want := drawn(t, o), "~0: 1@10 2@10\n~0: 3@11 -\n~0: - 4@12\n0: 5@0 6@13\n"; got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

func TestAFullOutboxDropsItsOldestAndCounts(t *testing.T) {
	o := outbox.New([]int{1, 1, 2})
	put(o, number(2, 0, 0, 1, tag.Live))
	for i := range int64(outbox.Capacity + 9) {
		if dropped := put(o, number(0, 0, i, 1, tag.Live)); (dropped == 1) != (i >= outbox.Capacity-1) {
			t.Fatalf("row %d: %d dropped", i, dropped)
		}
	}
	put(o, number(1, 0, 1, 1, tag.Live), number(2, 1, 2, 1, tag.Live)) // whose rows are gone, or never were
	got := drawn(t, o)
	first, last := fmt.Sprintf("0: %d@1\n", 11), fmt.Sprintf("0: %d@1\n1: 1@1\n2: - 2@1\n", outbox.Capacity+8)
	if len(got) < len(first)+len(last) || got[:len(first)] != first || got[len(got)-len(last):] != last {
		t.Errorf("from %q to %q, want %q to %q", got[:20], got[len(got)-40:], first, last)
	}
}

func TestLiveRowsGoBeforeThePast(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := outbox.New([]int{1, 1, 1})
		ctx, cancel := context.WithCancel(t.Context())
		put(o, number(1, 0, 1, 1, tag.Live))
		go o.PutPast(ctx, 2, protocols.NewRow(1))
		synctest.Wait()
		taken, ended := make(chan int), make(chan error, 1)
		go func() { ended <- o.Empty(ctx, func(group int, _ protocols.Row) { taken <- group }) }()
		synctest.Wait()
		put(o, number(0, 0, 1, 1, tag.Live))
		for _, want := range []int{1, 0, 2} {
			if got := <-taken; got != want {
				t.Errorf("%d came where %d was due", got, want)
			}
		}
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		if o.PutPast(ctx, 2, protocols.NewRow(1)) {
			t.Error("taken after the end")
		}
	})
}

func TestAPanicOfTheTakerIsAnError(t *testing.T) {
	o := outbox.New([]int{1})
	put(o, number(0, 0, 1, 1, tag.Live))
	err := o.Empty(t.Context(), func(int, protocols.Row) { panic("valve stuck") })
	if _, panicked := errors.AsType[*supervisor.PanicError](err); !panicked {
		t.Errorf("got %v", err)
	}
}
