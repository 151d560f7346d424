package history_test

import (
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/holdfast-edge/holdfast/store/bolt"
	"github.com/holdfast-edge/holdfast/store/history"
	"github.com/holdfast-edge/holdfast/store/storetest"
)

// withClock lets a test move the clock of the history.
func withClock(now *atomic.Int64) func(*history.Options) {
	now.Store(epoch + hour)
	return func(o *history.Options) {
		o.FlushValues = 100
		o.Now = func() time.Time { return time.Unix(0, now.Load()) }
	}
}

func TestARowFromTheFutureHoldsUpNobody(t *testing.T) {
	var now atomic.Int64
	a := start(t, withClock(&now))
	boiler := storetest.Stream("boiler", 1)
	a.give(storetest.Rows(boiler, 1000, 10, epoch+1000*hour))
	a.give(storetest.Rows(boiler, 0, 100, epoch))
	a.settled(110)
	if s := a.Stats(); s.Future != 10 || s.Rows != 100 {
		t.Errorf("%+v", s)
	}
	mustBeNumbers(t, a.all("boiler", "f0", epoch, epoch+2000*hour), 0, 100, epoch)
}

func TestRowsFromTheFutureAreLetInWhenTheirTimeHasCome(t *testing.T) {
	var now atomic.Int64
	a := start(t, withClock(&now))
	boiler := storetest.Stream("boiler", 2)
	a.give(storetest.Rows(boiler, 0, 10, epoch+5*hour))
	a.give(storetest.Rows(boiler, 10, 10, epoch+50*hour))
	a.settled(20)
	a.flushed() // they survive a restart
	if found := a.all("boiler", "f0", epoch, epoch+100*hour); len(found) != 0 {
		t.Fatalf("%d rows before their time", len(found))
	}
	now.Store(epoch + 5*hour)
	a.flushNow()
	eventually(t, "let in", func() bool { return a.Stats().Released == 10 })
	mustBeNumbers(t, a.all("boiler", "f1", epoch, epoch+100*hour), 0, 10, epoch+5*hour)
	now.Store(epoch + 50*hour)
	a.flushNow()
	eventually(t, "let in", func() bool { return a.Stats().Released == 20 })
	mustBeNumbers(t, a.all("boiler", "f1", epoch+10*hour, epoch+100*hour), 10, 10, epoch+50*hour)
}

func TestTheQuarantineIsBounded(t *testing.T) {
	var now atomic.Int64
	a := start(t, withClock(&now), func(o *history.Options) { o.FutureRows = 15 })
	a.give(storetest.Rows(storetest.Stream("boiler", 1), 0, 40, epoch+100*hour))
	a.settled(40)
	if s := a.Stats(); s.Future != 40 || s.Overflow != 25 {
		t.Errorf("%d quarantined or dropped, %d dropped", s.Future, s.Overflow)
	}
}

func TestARowThatIsHeldInMemoryIsLetInAfterOthersWere(t *testing.T) {
	var now atomic.Int64
	a := start(t, withClock(&now), func(o *history.Options) { o.UpkeepEvery, o.FlushEvery = time.Millisecond, 1000*time.Hour })
	boiler := storetest.Stream("boiler", 1)
	a.give(storetest.Rows(boiler, 0, 10, epoch+5*hour))
	a.settled(10)
	a.flushed()
	a.flushNow() // the file is known
	a.give(storetest.Rows(boiler, 10, 10, epoch+50*hour))
	eventually(t, "held", func() bool { return a.Stats().Future == 10 })
	now.Store(epoch + 5*hour)
	eventually(t, "let in", func() bool { return a.Stats().Released == 10 })
	now.Store(epoch + 50*hour)
	a.flushNow()
	eventually(t, "let in, too", func() bool { return a.Stats().Released == 20 })
	mustBeNumbers(t, a.all("boiler", "f0", epoch+10*hour, epoch+100*hour), 10, 10, epoch+50*hour)
}

func TestRowsThatAreLetInWhileTheDiskIsFullAreNotLost(t *testing.T) {
	disk := storetest.SmallDisk(t, 8)
	var now atomic.Int64
	a := start(t, withClock(&now), func(o *history.Options) { o.Dir, o.UpkeepEvery = disk.Dir, time.Millisecond })
	boiler := storetest.Stream("boiler", 8)
	a.give(storetest.Noise(boiler, 0, 1000, epoch+5*hour))
	a.give(storetest.Noise(boiler, 1000, 1000, epoch+50*hour))
	a.settled(2000)
	a.flushed()
	a.flushNow() // the file is known
	disk.Fill(t)
	now.Store(epoch + 5*hour)
	eventually(t, "let in", func() bool { return a.Stats().Released == 1000 })
	a.stop() // nothing can be written
	disk.Relieve(t)
	a.open()
	a.flushNow()
	eventually(t, "let in again", func() bool { return a.Stats().Released == 1000 })
	mustBeNumbers(t, a.all("boiler", "f0", epoch, epoch+10*hour), 0, 1000, epoch+5*hour)
	now.Store(epoch + 50*hour)
	a.flushNow()
	eventually(t, "let in, too", func() bool { return a.Stats().Released == 2000 })
	mustBeNumbers(t, a.all("boiler", "f0", epoch+10*hour, epoch+100*hour), 1000, 1000, epoch+50*hour)
}

func TestAQuarantineThatIsDamagedIsPutAsideAndTold(t *testing.T) {
	var now atomic.Int64
	a := start(t, withClock(&now))
	boiler := storetest.Stream("boiler", 1)
	a.give(storetest.Rows(boiler, 0, 10, epoch+5*hour))
	a.settled(10)
	a.stop()
	rewriteFile(t, filepath.Join(a.options.Dir, "quarantine"))
	a.open()
	a.flushNow()
	if n := a.Stats().Quarantined; n != 1 {
		t.Errorf("%d files put aside", n)
	}
	a.give(storetest.Rows(boiler, 10, 10, epoch+50*hour))
	a.settled(110)
	a.flushed()
	a.flushNow()
	now.Store(epoch + 50*hour)
	a.flushNow()
	eventually(t, "let in", func() bool { return a.Stats().Released == 10 })
	mustBeNumbers(t, a.all("boiler", "f0", epoch, epoch+100*hour), 10, 10, epoch+50*hour)
}

// rewriteFile makes each page of a file but the first two call itself another one.
func rewriteFile(t *testing.T, path string) {
	t.Helper()
	image, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for page := 2 * bolt.PageSize; page < len(image); page += bolt.PageSize {
		image[page] ^= 0x80
	}
	if err := os.WriteFile(path, image, 0o600); err != nil {
		t.Fatal(err)
	}
}
