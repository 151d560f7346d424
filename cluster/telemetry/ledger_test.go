package telemetry

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/holdfast-edge/holdfast/cluster/link"
	"github.com/holdfast-edge/holdfast/tag"
)

func TestALedgerCountsEveryRecordOnceWhateverTheOrder(t *testing.T) {
	stream := tag.NewStreamID("plant-7", "x")
	rapid.Check(t, func(t *rapid.T) {
		l, came, twice := NewLedger(), map[uint64]bool{}, uint64(0)
		for range rapid.IntRange(1, 60).Draw(t, "records") {
			from, n := rapid.Uint64Range(1, 80).Draw(t, "from"), rapid.Uint64Range(1, 12).Draw(t, "count")
			l.Take(link.Record{Gap: &tag.Gap{First: tag.Identity{Site: "plant-7", Stream: stream, Incarnation: 1, Sequence: from}, Count: n, Cause: tag.Overflow}})
			for s := range n {
				if came[from+s] {
					twice++
				}
				came[from+s] = true
			}
		}
		got := l.Streams("plant-7")[0]
		missing := got.Next - got.First - uint64(len(came))
		if got.Twice != twice || got.Gaps[tag.Overflow.String()] != uint64(len(came)) || got.Missing != missing {
			t.Fatalf("got %+v, want %d came, %d twice, %d missing", got, len(came), twice, missing)
		}
	})
}

func TestALedgerStaysSmall(t *testing.T) {
	a := &account{}
	for i := range uint64(3 * mostSpans) {
		a.add(span{10 * i, 10*i + 1})
	}
	if len(a.spans) > mostSpans {
		t.Errorf("%d spans", len(a.spans))
	}
}
