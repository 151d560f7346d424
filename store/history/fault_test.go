package history_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"go.etcd.io/bbolt"

	"github.com/holdfast-edge/holdfast/store/history"
	"github.com/holdfast-edge/holdfast/store/storetest"
)

// ticking is a clock that runs, from epoch plus half a day on, ten times as fast.
func ticking(o *history.Options) {
	began := time.Now()
	o.FlushValues = 1000
	o.Now = func() time.Time { return time.Unix(0, epoch+12*hour).Add(10 * time.Since(began)) }
}

func TestAFullDiskHoldsTheHistoryAndLosesNothing(t *testing.T) {
	disk := storetest.SmallDisk(t, 8)
	a := start(t, ticking, func(o *history.Options) { o.Dir = disk.Dir })
	boiler := storetest.Stream("boiler", 8)
	a.give(storetest.Noise(boiler, 0, 1000, epoch))
	eventually(t, "written", func() bool { return a.Stats().Flushes >= 1 && a.Stats().Waiting == 0 })
	disk.Fill(t)
	for i := 1; i < 40; i++ {
		a.give(storetest.Noise(boiler, i*1000, 1000, epoch+int64(i)*1000*second))
	}
	eventually(t, "it takes no more than it can hold", func() bool { s := a.Stats(); return s.Waiting >= 8000 && len(a.entries) > 0 })
	if found := len(a.all("boiler", "f0", epoch, epoch+24*hour)); found < 2000 {
		t.Errorf("%d rows are seen", found)
	}
	disk.Relieve(t)
	eventually(t, "all is written", func() bool { s := a.Stats(); return len(a.entries) == 0 && s.Rows == 40_000 })
	a.flushed()
	mustBeNumbers(t, a.all("boiler", "f0", epoch, epoch+24*hour), 0, 40_000, epoch)
}

func TestADamagedShardIsPutAsideAndTheOthersAreRead(t *testing.T) {
	a := start(t, func(o *history.Options) {
		o.ShardWidth = time.Minute
		o.Now = func() time.Time { return time.Unix(0, epoch+200*second) } // no shard is sealed yet
	})
	a.give(storetest.Rows(storetest.Stream("boiler", 1), 0, 180, epoch))
	a.flushed()
	a.stop()
	files, err := filepath.Glob(filepath.Join(a.options.Dir, "*.hist"))
	if err != nil || len(files) != 3 {
		t.Fatalf("%v, %v", files, err)
	}
	if err := os.Truncate(files[1], 5000); err != nil {
		t.Fatal(err)
	}
	a.open()
	found := a.all("boiler", "f0", epoch, epoch+hour)
	mustBeNumbers(t, found[:60], 0, 60, epoch)
	mustBeNumbers(t, found[60:], 120, 60, epoch+120*second)
	if s := a.Stats(); s.Quarantined != 1 {
		t.Errorf("%d put aside", s.Quarantined)
	}
	a.give(storetest.Rows(storetest.Stream("boiler", 1), 60, 60, epoch+60*second)) // delivered again
	a.flushed()
	mustBeNumbers(t, a.all("boiler", "f0", epoch, epoch+hour), 0, 180, epoch)
}

func TestAShardOfAnotherFormatIsPutAside(t *testing.T) {
	a := start(t)
	a.give(storetest.Rows(storetest.Stream("boiler", 1), 0, 10, epoch))
	a.flushed()
	a.stop()
	files, err := filepath.Glob(filepath.Join(a.options.Dir, "*.hist"))
	if err != nil || len(files) != 1 {
		t.Fatalf("%v, %v", files, err)
	}
	db, err := bbolt.Open(files[0], 0o600, nil)
	if err != nil {
		t.Fatal(err)
	}
	err = db.Update(func(tx *bbolt.Tx) error { return tx.Bucket([]byte("life")).Put([]byte("format"), []byte{1}) })
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
	a.open()
	if found := a.all("boiler", "f0", epoch, epoch+hour); len(found) != 0 || a.Stats().Quarantined != 1 {
		t.Errorf("%d samples, %d files put aside", len(found), a.Stats().Quarantined)
	}
	a.give(storetest.Rows(storetest.Stream("boiler", 1), 0, 10, epoch))
	a.flushed()
	mustBeNumbers(t, a.all("boiler", "f0", epoch, epoch+hour), 0, 10, epoch)
}

func TestAFileThatIsFullHoldsUpNobody(t *testing.T) {
	a := start(t, ticking, func(o *history.Options) { o.ShardBytes = 1 << 20 })
	boiler := storetest.Stream("boiler", 8)
	const rows = 60_000 // of 64 octets of noise each
	for i := range rows / 1000 {
		a.give(storetest.Noise(boiler, i*1000, 1000, epoch+int64(i)*200*second))
	}
	a.give(storetest.Rows(storetest.Stream("pump", 1), 0, 10, epoch+7*hour))
	eventually(t, "all is taken", func() bool { return a.Stats().Rows == rows+10 })
	a.flushed()
	mustBeNumbers(t, a.all("pump", "f0", epoch+6*hour, epoch+24*hour), 0, 10, epoch+7*hour)
	if kept := len(a.all("boiler", "f0", epoch, epoch+6*hour)); kept == 0 || kept == rows {
		t.Errorf("%d of %d rows are kept", kept, rows)
	}
}
