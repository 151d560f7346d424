package log_test

import (
	"testing"

	"github.com/holdfast-edge/holdfast/store/log"
	"github.com/holdfast-edge/holdfast/tag"
)

func TestRowsThatTheFarEndRefusesBecomeGapsInTheirPlace(t *testing.T) {
	n := start(t)
	c := n.cursor("line", log.CursorOptions{})
	n.appendSync(rowsOf(5))
	e := next(t, c)
	if !c.Reject(e, tag.Rejected, log.Rows{From: 1, To: 2}, log.Rows{From: 3, To: 5}) {
		t.Fatal("the entry was not awaited")
	}
	if c.Reject(e, tag.Rejected) || c.Ack(e) {
		t.Error("an entry is settled twice")
	}
	for _, want := range []struct{ first, count uint64 }{{2, 1}, {4, 2}} {
		g := next(t, c)
		if g.Gap == nil || g.Gap.First.Sequence != want.first || g.Gap.Count != want.count || g.Gap.Cause != tag.Rejected {
			t.Fatalf("got %+v, want %+v", g, want)
		}
		c.Ack(g)
	}
	if s := n.Log.Stats(); s.Cursors[0].Skipped != 3 || s.Cursors[0].Lag != 0 || s.Dropped[log.Drop{Stream: "boiler", Cause: tag.Rejected}] != 3 {
		t.Errorf("%+v", s)
	}
}

func TestAGapOfRejectedRowsSurvivesARestart(t *testing.T) {
	n := start(t)
	c := n.cursor("line", log.CursorOptions{})
	n.appendSync(rowsOf(2))
	c.Reject(next(t, c), tag.Withheld)
	n.restart()
	c = n.cursor("line", log.CursorOptions{})
	e := next(t, c)
	if e.Gap == nil || e.Gap.Count != 2 || e.Gap.Cause != tag.Withheld {
		t.Errorf("got %+v", e)
	}
	if c.Reject(e, tag.Rejected); n.Log.Stats().Cursors[0].Skipped != 0 {
		t.Error("a gap became a gap")
	}
}

// rowsOf is one batch of n rows.
func rowsOf(n int) *tag.Batch {
	b := tag.NewBuilder(batch("boiler", 0).Schema(), n)
	for i := range n {
		b.Row(int64(i + 1))[0] = tag.IntOf(int64(i))
	}
	return b.Batch()
}
