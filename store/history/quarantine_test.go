package history_test

import (
	"sync/atomic"
	"testing"
	"time"

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
