package history_test

import (
	"testing"
	"time"

	"github.com/holdfast-edge/holdfast/store/history"
	"github.com/holdfast-edge/holdfast/store/storetest"
	"github.com/holdfast-edge/holdfast/tag"
)

// flushNow makes the history write what waits, by a batch of another stream.
func (a *archive) flushNow() {
	a.t.Helper()
	a.give(storetest.Rows(storetest.Stream("flush", 1), 0, 100, epoch-hour))
	eventually(a.t, "written", func() bool { s := a.Stats(); return s.Rows >= a.given && s.Waiting == 0 })
}

func TestAShardWhoseTimeIsOverIsSealedAndReadsAsBefore(t *testing.T) {
	a := start(t, func(o *history.Options) { o.ShardWidth, o.FlushValues = 10*time.Minute, 100 })
	boiler := storetest.Stream("boiler", 2)
	for i := range 40 {
		a.give(storetest.Rows(boiler, i*10, 10, epoch+int64(i)*10*second))
	}
	stamped := tag.NewBuilder(storetest.Stream("stamped", 1), 3)
	for i := range int64(3) {
		stamped.Row(epoch + i*second)[0] = tag.StringOf("open").WithQuality(tag.UncertainLastUsable)
		stamped.Stamp(0, epoch+i*second+7)
	}
	a.give(stamped.Batch())
	for range 4 {
		a.flushNow()
	}
	eventually(t, "sealed", func() bool { return a.Stats().Sealed >= 1 })
	for range 2 {
		mustBeNumbers(t, a.all("boiler", "f1", epoch, epoch+hour), 0, 400, epoch)
		if found := a.all("stamped", "f0", epoch, epoch+hour); len(found) != 3 || found[2].at != epoch+2*second+7 ||
			found[2].v.Str() != "open" || found[2].v.Quality() != tag.UncertainLastUsable {
			t.Errorf("%v", found)
		}
		a.flushed()
	}
}

func TestLateRowsOpenASealedShardAgain(t *testing.T) {
	a := start(t, func(o *history.Options) { o.ShardWidth, o.FlushValues = 10*time.Minute, 100 })
	boiler := storetest.Stream("boiler", 1)
	a.give(storetest.Rows(boiler, 0, 100, epoch))
	a.give(storetest.Rows(boiler, 200, 100, epoch+200*second))
	a.flushNow()
	a.flushNow()
	eventually(t, "sealed", func() bool { return a.Stats().Sealed >= 2 })
	a.give(storetest.Rows(boiler, 100, 100, epoch+100*second))
	a.flushNow()
	a.flushNow()
	eventually(t, "sealed again", func() bool { return a.Stats().Sealed >= 3 })
	mustBeNumbers(t, a.all("boiler", "f0", epoch, epoch+hour), 0, 300, epoch)
}

func TestWhatASealedShardHasAppliedIsNotAppliedAgain(t *testing.T) {
	a := start(t, func(o *history.Options) { o.ShardWidth, o.FlushValues = 10*time.Minute, 100 })
	e := a.give(storetest.Rows(storetest.Stream("boiler", 1), 0, 100, epoch))
	a.flushNow()
	a.flushNow()
	eventually(t, "sealed", func() bool { return a.Stats().Sealed >= 2 })
	a.entries <- e
	a.flushed()
	mustBeNumbers(t, a.all("boiler", "f0", epoch, epoch+hour), 0, 100, epoch)
}
