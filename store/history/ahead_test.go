package history_test

import (
	"fmt"
	"os"
	"testing"

	"github.com/holdfast-edge/holdfast/store/history"
	"github.com/holdfast-edge/holdfast/store/log"
	"github.com/holdfast-edge/holdfast/store/storetest"
)

// Of a plant whose rows take several portions: streams and rows of each.
const manyStreams, manyRows = 20, 500

func streamName(i int) string { return fmt.Sprintf("s%02d", i) }

// complete returns how many streams have all rows, and fails where one has another
// number than all or none.
func (a *archive) complete() (n int) {
	a.t.Helper()
	for i := range manyStreams {
		switch found := a.all(streamName(i), "f0", epoch, epoch+hour); len(found) {
		case 0:
		case manyRows:
			mustBeNumbers(a.t, found, 0, manyRows, epoch)
			n++
		default:
			a.t.Fatalf("%s has %d rows", streamName(i), len(found))
		}
	}
	return n
}

func TestOfAFlushThatBreaksOffTheLogDeliversNothingTwice(t *testing.T) {
	disk := storetest.SmallDisk(t, 4)
	a := start(t, func(o *history.Options) { o.Dir = disk.Dir })
	var entries []log.Entry
	for i := range manyStreams {
		entries = append(entries, a.give(storetest.Noise(storetest.Stream(streamName(i), 64), 0, manyRows, epoch)))
	}
	a.settled(manyStreams * manyRows)
	a.stop() // which writes some of it, and then there is no room
	moved := t.TempDir()
	if err := os.CopyFS(moved, os.DirFS(disk.Dir)); err != nil {
		t.Fatal(err)
	}
	a.options.Dir = moved
	a.open()
	switch n := a.complete(); n {
	case manyStreams:
		t.Skip("files may be as large as they like here")
	case 0:
		t.Fatal("no stream is written: it is all or nothing")
	}
	for _, what := range []string{"delivered again", "and once more, when all was written"} {
		for _, e := range entries {
			a.entries <- e
		}
		a.settled(manyStreams * manyRows)
		if n := a.complete(); n != manyStreams {
			t.Errorf("%s: %d streams are there in memory and files, want %d", what, n, manyStreams)
		}
		a.flushed()
		if n := a.complete(); n != manyStreams {
			t.Errorf("%s: %d streams are there in files, want %d", what, n, manyStreams)
		}
	}
}
