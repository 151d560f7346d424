package log_test

import (
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
