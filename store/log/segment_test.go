package log_test

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/holdfast-edge/holdfast/store/log"
	"github.com/holdfast-edge/holdfast/store/storetest"
	"github.com/holdfast-edge/holdfast/tag"
)

// small makes segments of a megabyte.
func small(o *log.Options) {
	o.SegmentBytes, o.QueueBytes, o.RecentBytes = 1<<20, 1<<20, 1
}

const noiseRows = 200

// noise returns the batch of a number, of some 50 KB that do not compress.
func noise(stream string, number int) *tag.Batch {
	return storetest.Noise(storetest.Stream(stream, 32), number*noiseRows, noiseRows, int64(number)*1e12)
}

// fill appends noise until the log has a number of segments, and returns how
// many batches that were, from first on.
func (n *node) fill(stream string, first, segments int) int {
	n.t.Helper()
	for i := 0; ; i++ {
		if n.Stats().Segments >= segments {
			return i
		}
		n.appendSync(noise(stream, first+i))
	}
}

// segments returns the segment files in order.
func (n *node) segments(pattern string) []string {
	n.t.Helper()
	files, err := filepath.Glob(filepath.Join(n.options.Dir, pattern))
	if err != nil {
		n.t.Fatal(err)
	}
	slices.Sort(files)
	return files
}

func TestSegmentsAreRemovedWhenAllHavePassed(t *testing.T) {
	n := start(t, small)
	quick, slow := n.cursor("quick", log.CursorOptions{}), n.cursor("slow", log.CursorOptions{})
	batches := n.fill("boiler", 0, 5)
	take(t, quick, batches)
	if files := n.segments("*.seg"); len(files) < 5 {
		t.Errorf("%d segments, and one cursor has not passed them", len(files))
	}
	for i, e := range take(t, slow, batches) {
		if number(e) != i*noiseRows {
			t.Fatalf("entry %d is %d", i, number(e))
		}
	}
	eventually(t, "segments are removed", func() bool { return n.Stats().Segments == 1 && len(n.segments("*.seg")) == 1 })
}

func TestARemovedCursorHoldsNothingBack(t *testing.T) {
	n := start(t, small)
	gone := n.cursor("gone", log.CursorOptions{})
	n.fill("boiler", 0, 4)
	n.RemoveCursor("gone")
	if _, err := gone.Next(t.Context()); err == nil {
		t.Error("a removed cursor reads")
	}
	eventually(t, "segments are removed", func() bool { return n.Stats().Segments == 1 })
	n.restart()
	if s := n.Stats(); len(s.Cursors) != 0 {
		t.Errorf("it is back: %+v", s.Cursors)
	}
}

func TestStateIsCarriedFromSegmentToSegment(t *testing.T) {
	n := start(t, small)
	c := n.cursor("line", log.CursorOptions{SingleLane: true})
	n.Checkpoint("rule", []byte("state of the rule"))
	n.appendSync(batch("pump", 0)) // never again: its sequence must not be forgotten
	n.fill("boiler", 0, 4)
	take(t, c, 3)
	n.restart()
	if state, err := n.LoadCheckpoint("rule"); err != nil || string(state) != "state of the rule" {
		t.Errorf("checkpoint %q, %v", state, err)
	}
	if id := n.appendSync(batch("pump", 1)); id.Sequence != 2 {
		t.Errorf("sequence %d", id.Sequence)
	}
	if e := next(t, n.cursor("line", log.CursorOptions{SingleLane: true})); number(e) != 2*noiseRows {
		t.Errorf("goes on with %d", number(e))
	}
}

func TestACheckpointIsReplacedAndRemoved(t *testing.T) {
	n := start(t)
	for _, state := range []string{"one", "two"} {
		n.Checkpoint("rule", []byte(state))
		n.restart()
		if got, err := n.LoadCheckpoint("rule"); err != nil || string(got) != state {
			t.Errorf("%q, %v", got, err)
		}
	}
	n.Checkpoint("rule", nil)
	n.restart()
	if got, err := n.LoadCheckpoint("rule"); err != nil || got != nil {
		t.Errorf("removed, and %q, %v", got, err)
	}
}

func TestALaggardIsAdvancedAndGetsGapsThatAccountForEveryRecord(t *testing.T) {
	n := start(t, small)
	full := n.cursor("full", log.CursorOptions{SingleLane: true})
	quota := log.CursorOptions{Streams: []string{"boiler"}, SingleLane: true, Quota: log.Quota{Bytes: 4 << 20}}
	laggard := n.cursor("laggard", quota)
	n.appendSync(noise("boiler", 0))
	total := uint64(noiseRows)
	next(t, laggard) // on the way when it is advanced
	for i := 1; n.Stats().Bytes < 12<<20; i++ {
		n.append(batch("pump", i)) // not the laggard's
		n.appendSync(noise("boiler", i))
		total += noiseRows
	}
	n.appendSync(batch("pump", 0)) // what the commit before it had the cursors give up is given up now
	eventually(t, "the laggard is within its quota", func() bool {
		for _, c := range n.Stats().Cursors {
			if c.Name == "laggard" {
				return c.LagBytes <= 5<<20 && c.Skipped > 0
			}
		}
		return false
	})
	accounted, gaps := consume(t, laggard, "boiler", total)
	if gaps == 0 || accounted != total {
		t.Errorf("%d of %d records accounted for, %d of them by gaps", accounted, total, gaps)
	}
	for range 10 {
		if e := next(t, full); e.Gap != nil {
			t.Fatalf("the other cursor lost something: %v", e.Gap)
		}
	}
	if dropped := n.Stats().Dropped[log.Drop{Stream: "boiler", Cause: tag.QuotaExceeded}]; dropped != gaps {
		t.Errorf("%d counted, %d in gaps", dropped, gaps)
	}
}

// consume takes entries until all records up to a sequence are accounted for,
// each by a row or by a gap, and returns how many and how many by gaps.
func consume(t *testing.T, c *log.Cursor, stream string, total uint64) (accounted, gaps uint64) {
	t.Helper()
	seen := make([]bool, total+1)
	for accounted < total {
		e := next(t, c)
		c.Ack(e)
		if e.Stream() != tag.NewStreamID(storetest.Site, stream) {
			t.Fatalf("an entry of another stream: %s", e.Stream())
		}
		first := e.First().Sequence
		for s := first; s < first+e.Rows(); s++ {
			if !seen[s] {
				accounted++
			}
			seen[s] = true
		}
		if e.Gap != nil {
			gaps += e.Rows()
		}
	}
	return accounted, gaps
}

func TestGapsOfACursorAreKeptUntilTheyAreAcknowledged(t *testing.T) {
	n := start(t, small)
	options := log.CursorOptions{SingleLane: true, Quota: log.Quota{Bytes: 4 << 20}}
	n.cursor("laggard", options).Close()
	for i := 0; n.Stats().Dropped == nil; i++ {
		n.appendSync(noise("boiler", i))
	}
	n.restart()
	c := n.cursor("laggard", options)
	gap := next(t, c)
	if gap.Gap == nil || gap.Gap.Cause != tag.QuotaExceeded || gap.Gap.First.Sequence != 1 {
		t.Fatalf("got %+v", gap)
	}
	n.restart()
	c = n.cursor("laggard", options)
	again := next(t, c)
	if again.Gap == nil || *again.Gap != *gap.Gap {
		t.Fatalf("not acknowledged, and it came back as %v", again.Gap)
	}
	c.Ack(again)
	after := next(t, c)
	if after.Batch == nil || after.Batch.Identity(0).Sequence != gap.Gap.Count+1 {
		t.Fatalf("after the gap of %d came %+v", gap.Gap.Count, after)
	}
	n.restart()
	if e := next(t, n.cursor("laggard", options)); e.Gap != nil {
		t.Errorf("acknowledged, and it came back: %v", e.Gap)
	}
}

func TestWhatIsTooOldIsGivenUp(t *testing.T) {
	now := newClock()
	n := start(t, func(o *log.Options) { o.Now = now.Now })
	options := log.CursorOptions{SingleLane: true, Quota: log.Quota{Age: time.Hour}}
	c := n.cursor("line", options)
	n.appendSync(storetest.Rows(storetest.Stream("boiler", 1), 0, 10, 0))
	now.advance(2 * time.Hour)
	n.appendSync(batch("boiler", 10))
	eventually(t, "the old are given up", func() bool { return n.Stats().Cursors[0].Skipped == 10 })
	gap := next(t, c).Gap
	if gap == nil || gap.Cause != tag.Expired || gap.Count != 10 || gap.First.Sequence != 1 {
		t.Fatalf("gap %v", gap)
	}
	if e := next(t, c); number(e) != 10 {
		t.Errorf("then %d", number(e))
	}
}

func TestADirectoryThatWasRestoredBeginsANewIncarnation(t *testing.T) {
	n := start(t)
	n.cursor("line", log.CursorOptions{})
	before := n.appendSync(batch("boiler", 0))
	if err := n.close(); err != nil {
		t.Fatal(err)
	}
	copied := t.TempDir()
	for _, file := range n.segments("*.seg") {
		image, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(copied, filepath.Base(file)), image, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	restored := start(t, func(o *log.Options) { o.Dir = copied })
	after := restored.appendSync(batch("boiler", 1))
	if after.Incarnation <= before.Incarnation || after.Sequence != 1 {
		t.Errorf("%s after %s", after, before)
	}
	c := restored.cursor("line", log.CursorOptions{})
	for i, want := range []tag.Identity{before, after} {
		if e := next(t, c); number(e) != i || e.Batch.Identity(0) != want {
			t.Errorf("entry %d: %s, want %s", i, e.Batch.Identity(0), want)
		}
	}
}

func TestAnotherSiteBeginsANewIncarnation(t *testing.T) {
	n := start(t)
	before := n.appendSync(batch("boiler", 0))
	n.options.Site = "plant-8"
	n.restart()
	if after := n.appendSync(batch("boiler", 1)); after.Site != "plant-8" || after.Incarnation <= before.Incarnation {
		t.Errorf("%s after %s", after, before)
	}
}

func TestOfABlockThatIsHalfReadTheOtherHalfIsGivenUp(t *testing.T) {
	now := newClock()
	n := start(t, func(o *log.Options) { o.Now, o.CommitEvery, o.RecentBytes = now.Now, time.Hour, 1 })
	c := n.cursor("line", log.CursorOptions{SingleLane: true, Quota: log.Quota{Age: time.Hour}})
	boiler := storetest.Stream("boiler", 1)
	for i := range 3 {
		n.append(storetest.Rows(boiler, i*10, 10, 0))
	}
	n.appendSync(storetest.Rows(boiler, 30, 10, 0)) // all four in one block
	take(t, c, 1)
	next(t, c) // on the way
	now.advance(2 * time.Hour)
	n.appendSync(batch("pump", 0))
	eventually(t, "the rest is given up", func() bool { return n.Stats().Cursors[0].Skipped == 30 })
	gap := next(t, c).Gap
	if gap == nil || gap.First.Sequence != 11 || gap.Count != 30 {
		t.Fatalf("gap %v", gap)
	}
	if s := n.Stats().Cursors[0]; s.Lag != 1 {
		t.Errorf("a lag of %d", s.Lag)
	}
}

func TestABatchThatMovesToTheNextSegmentIsReadThere(t *testing.T) {
	node := start(t, func(o *log.Options) {
		o.SegmentBytes, o.StateBytes, o.QueueBytes, o.RecentBytes, o.CommitEvery = 1<<20, 1<<20, 64<<10, 1, time.Hour
	})
	c := node.cursor("line", log.CursorOptions{})
	const before = 17
	for i := range before {
		node.appendSync(noise("boiler", i))
	}
	node.Checkpoint("rule", make([]byte, 700<<10)) // beside what is there, it is more than the file may have
	node.appendSync(noise("boiler", before))
	if s := node.Stats(); s.Segments != 2 {
		t.Fatalf("%d segments: the last batch has not moved", s.Segments)
	}
	for i, e := range take(t, c, before+1) {
		if e.Batch == nil || number(e) != i*noiseRows {
			t.Errorf("entry %d: %+v", i, e)
		}
	}
}
