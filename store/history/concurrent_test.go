package history_test

import (
	"io"
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

// TestEveryOneOfSeveralBackupsHasAllFiles opens more files than are mapped at a
// time from several goroutines, so that one closes what another has just opened.
func TestEveryOneOfSeveralBackupsHasAllFiles(t *testing.T) {
	const files = 24
	a := start(t, func(o *history.Options) { o.ShardWidth = time.Minute })
	a.give(storetest.Rows(storetest.Stream("boiler", 1), 0, 60*files, epoch))
	a.flushed()
	whole := handedOver(t, a)
	var backups sync.WaitGroup
	for range 4 {
		backups.Go(func() {
			for range 20 {
				if found := handedOver(t, a); found != whole {
					t.Errorf("a backup of %d files, want %d", found, whole)
					return
				}
			}
		})
	}
	backups.Wait()
	if whole < files {
		t.Errorf("%d files, want %d", whole, files)
	}
}

// handedOver returns how many files a backup has.
func handedOver(t *testing.T, a *archive) (files int) {
	err := a.Backup(t.Context(), func(string, int64, io.Reader) error {
		files++
		return nil
	})
	if err != nil {
		t.Error(err)
	}
	return files
}
