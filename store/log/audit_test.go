package log_test

import (
	"os"
	"strings"
	"testing"

	"github.com/holdfast-edge/holdfast/store/log"
	"github.com/holdfast-edge/holdfast/store/storetest"
	"github.com/holdfast-edge/holdfast/tag"
)

func TestAnAuditSaysWhatIsHeldAndWhatIsNotAcknowledged(t *testing.T) {
	n := start(t)
	line := n.cursor("line", log.CursorOptions{Streams: []string{"boiler"}})
	for i := range 10 {
		n.appendSync(batch("boiler", i))
	}
	n.Drop(storetest.Rows(storetest.Stream("boiler", 2), 0, 3, 0), tag.DiskFull)
	n.appendSync(batch("boiler", 10))
	n.appendSync(batch("pump", 1))
	take(t, line, 4)
	check := func(a *log.Audit, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		if len(a.Held) != 2 || a.Held[0].Stream != "boiler" || a.Held[0].Count != 14 || a.Held[0].First.Sequence != 1 || a.Held[1].Count != 1 {
			t.Errorf("held: %+v", a.Held)
		}
		if len(a.Gaps) != 1 || a.Gaps[0].Count != 3 || a.Gaps[0].Cause != tag.DiskFull || a.Gaps[0].First.Sequence != 11 {
			t.Errorf("gaps: %+v", a.Gaps)
		}
		if len(a.Damaged) != 0 || len(a.Cursors) != 1 {
			t.Fatalf("%+v", a)
		}
		if w := a.Cursors[0].Waiting; len(w) != 1 || w[0].First.Sequence != 5 || w[0].Count != 10 || w[0].Stream != "boiler" {
			t.Errorf("waiting: %+v", w)
		}
	}
	check(n.Audit(t.Context()))
	if _, err := log.AuditDirectory(t.Context(), n.options.Dir); err == nil {
		t.Error("a log that is in use was audited from outside")
	}
	if err := n.close(); err != nil {
		t.Fatal(err)
	}
	before := files(t, n.options.Dir)
	check(log.AuditDirectory(t.Context(), n.options.Dir))
	if after := files(t, n.options.Dir); before != after {
		t.Errorf("an audit changed %s to %s", before, after)
	}
}

func TestAnAuditFromOutsideTellsOfDamageAndLeavesItWhereItIs(t *testing.T) {
	n := start(t, func(o *log.Options) { o.SegmentBytes = 1 })
	n.cursor("keeps it", log.CursorOptions{})
	for i := 0; len(n.segments("*.seg")) < 3; i++ {
		n.appendSync(storetest.Noise(storetest.Stream("boiler", 20), i*500, 500, 0))
	}
	if err := n.close(); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(n.segments("*.seg")[1], 9000); err != nil {
		t.Fatal(err)
	}
	before := files(t, n.options.Dir)
	a, err := log.AuditDirectory(t.Context(), n.options.Dir)
	if err != nil {
		t.Fatal(err)
	}
	if len(a.Damaged) == 0 || len(a.Held) != 2 {
		t.Errorf("damage %q, held %+v", a.Damaged, a.Held)
	}
	if after := files(t, n.options.Dir); before != after {
		t.Errorf("an audit changed %s to %s", before, after)
	}
}

// files lists a directory with the sizes.
func files(t *testing.T, dir string) string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	for _, e := range entries {
		info, err := e.Info()
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, e.Name()+" "+info.ModTime().String())
	}
	return strings.Join(list, ", ")
}

func TestWhatARemovedCursorDidNotGetIsCounted(t *testing.T) {
	n := start(t)
	line := n.cursor("line", log.CursorOptions{Streams: []string{"boiler"}})
	for i := range 5 {
		n.appendSync(batch("boiler", i))
		n.appendSync(batch("pump", i))
	}
	take(t, line, 2)
	lost := n.RemoveCursor("line")
	if len(lost) != 1 || lost[0].Stream != "boiler" || lost[0].Count != 3 || lost[0].First.Sequence != 3 {
		t.Errorf("%+v", lost)
	}
	if dropped := n.Stats().Dropped[log.Drop{Stream: "boiler", Cause: tag.Withdrawn}]; dropped != 3 {
		t.Errorf("%d are counted", dropped)
	}
	if again := n.RemoveCursor("line"); again != nil {
		t.Errorf("a cursor that is gone loses %+v", again)
	}
}
