package log_test

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/holdfast-edge/holdfast/store/log"
)

// TestASegmentWhoseNameIsNotDurableHidesNothing lets the process have no more
// files just when a segment has got its name: the directory cannot be synced.
func TestASegmentWhoseNameIsNotDurableHidesNothing(t *testing.T) {
	var before syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &before); err != nil {
		t.Fatal(err)
	}
	relieve := func() { _ = syscall.Setrlimit(syscall.RLIMIT_NOFILE, &before) }
	t.Cleanup(relieve)
	var scarce atomic.Bool
	n := start(t, small, func(o *log.Options) {
		o.OpenFile = func(name string, flag int, mode fs.FileMode) (*os.File, error) {
			f, err := os.OpenFile(name, flag, mode)
			if err == nil && strings.HasSuffix(name, ".new") && filepath.Base(name) != "0000000000000001.seg.new" && !scarce.Swap(true) {
				err = syscall.Setrlimit(syscall.RLIMIT_NOFILE, &syscall.Rlimit{Cur: 3, Max: before.Max})
			}
			return f, err
		}
	})
	n.cursor("line", log.CursorOptions{SingleLane: true})
	rows := uint64(0)
	for number := 0; !scarce.Load(); number++ {
		if _, err := n.AppendSync(t.Context(), noise("boiler", number)); err == nil {
			rows += noiseRows
		}
	}
	for number := range 3 { // in whichever of the two
		if _, err := n.AppendSync(t.Context(), noise("boiler", 1000+number)); err == nil {
			rows += noiseRows
		}
	}
	relieve()
	last := n.appendAfter(t, noise("boiler", 2000))
	if last.Sequence != rows+1 {
		t.Errorf("sequence %d after %d rows", last.Sequence, rows)
	}
	rows += noiseRows
	n.restart()
	if id := n.appendSync(noise("boiler", 3000)); id.Sequence != rows+1 {
		t.Errorf("sequence %d after %d rows, when the log was opened again", id.Sequence, rows)
	}
	rows += noiseRows
	c := n.cursor("line", log.CursorOptions{SingleLane: true})
	if accounted, gaps := consume(t, c, "boiler", rows); accounted != rows || gaps != 0 {
		t.Errorf("%d of %d records, %d by gaps", accounted, rows, gaps)
	}
}

// TestStateThatIsLargerThanASegmentTurnsNoFiles has a checkpoint that fills a
// segment alone: to begin another would not help.
func TestStateThatIsLargerThanASegmentTurnsNoFiles(t *testing.T) {
	n := start(t, small)
	c := n.cursor("line", log.CursorOptions{SingleLane: true})
	for i := range 4 {
		before := n.Stats().Commits
		n.Checkpoint("large", bytes.Repeat([]byte{byte(i)}, 3<<20))
		eventually(t, "it is committed", func() bool { return n.Stats().Commits > before })
	}
	for number := range 10 {
		n.appendSync(batch("boiler", number))
	}
	if s := n.Stats(); s.Segments > 3 || s.Written > 60<<20 {
		t.Errorf("%d segments, %d octets written", s.Segments, s.Written)
	}
	for i, e := range take(t, c, 10) {
		if number(e) != i {
			t.Errorf("entry %d is %d", i, number(e))
		}
	}
	n.restart()
	if state, err := n.LoadCheckpoint("large"); err != nil || len(state) != 3<<20 || state[0] != 3 {
		t.Errorf("a checkpoint of %d octets, %v", len(state), err)
	}
	if id := n.appendSync(batch("boiler", 10)); id.Sequence != 11 {
		t.Errorf("sequence %d after ten", id.Sequence)
	}
}
