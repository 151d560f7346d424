package history_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"sync/atomic"
	"testing"
	"time"

	"github.com/holdfast-edge/holdfast/store/history"
	"github.com/holdfast-edge/holdfast/store/storetest"
)

// plantOf is how many streams the shard of these tests has, and rowsOf how many
// rows each.
const plantOf, rowsOf = 40, 500

// afterwards starts a history with one sealed shard of many streams, by a clock
// that a test moves.
func afterwards(t *testing.T, change ...func(*history.Options)) (*archive, *atomic.Int64) {
	t.Helper()
	now := &atomic.Int64{}
	now.Store(epoch + 2*hour)
	base := func(o *history.Options) {
		o.ShardWidth, o.FlushValues, o.UpkeepEvery, o.MergeAfter = 10*time.Minute, plantOf*rowsOf, time.Millisecond, time.Hour
		o.Now = func() time.Time { return time.Unix(0, now.Load()) }
	}
	a := start(t, append([]func(*history.Options){base}, change...)...)
	for i := range plantOf {
		a.give(storetest.Noise(storetest.Stream(streamOf(i), 1), 0, rowsOf, epoch))
	}
	now.Add(minute)
	eventually(t, "sealed and summed up", func() bool { now.Add(second); return a.Stats().Summed == 1 })
	return a, now
}

func streamOf(i int) string { return fmt.Sprint("machine ", i) }

// bringLate gives a late row of one stream and has it flushed.
func (a *archive) bringLate(now *atomic.Int64, number int) {
	a.t.Helper()
	a.bring(now, epoch+int64(number)*second+1)
}

// bring gives a row of a time and has it flushed, an hour later.
func (a *archive) bring(now *atomic.Int64, at int64) {
	a.t.Helper()
	s := a.Stats()
	flushes, rows := s.Flushes, s.Rows
	a.give(storetest.Rows(storetest.Stream(streamOf(0), 1), 0, 1, at))
	eventually(a.t, "taken", func() bool { return a.Stats().Rows > rows })
	now.Add(hour + 1)
	eventually(a.t, "flushed", func() bool { return a.Stats().Flushes > flushes })
}

func TestLateRowsWaitBesideASealedShardUntilNoMoreCome(t *testing.T) {
	a, now := afterwards(t, func(o *history.Options) { o.MergeAfter, o.MergeWithin = 2*time.Hour, 100*time.Hour })
	for i := range 5 {
		a.bringLate(now, i)
		if found := a.all(streamOf(0), "f0", epoch, epoch+hour); len(found) != rowsOf+i+1 {
			t.Fatalf("%d rows are seen after %d late ones", len(found), i+1)
		}
	}
	if s := a.Stats(); s.Sealed != 1 || s.Summed != 1 {
		t.Errorf("sealed %d times: late rows were not waited for", s.Sealed)
	}
	now.Add(2 * hour)
	eventually(t, "merged", func() bool { return a.Stats().Summed == 2 })
	if found := a.all(streamOf(0), "f0", epoch, epoch+hour); len(found) != rowsOf+5 || found[1].at != epoch+1 {
		t.Errorf("%d rows, the second at %d", len(found), found[1].at-epoch)
	}
	if found := a.all(streamOf(1), "f0", epoch, epoch+hour); len(found) != rowsOf {
		t.Errorf("%d rows of a stream that had none late", len(found))
	}
}

func TestLateRowsAreMergedInTheEndThoughMoreAndMoreCome(t *testing.T) {
	a, now := afterwards(t, func(o *history.Options) { o.MergeAfter, o.MergeWithin = 24*time.Hour, 6*time.Hour })
	for i := 0; a.Stats().Sealed == 1; i++ {
		if a.bringLate(now, i); i > 7 {
			t.Fatal("late rows of nine hours have not been merged")
		}
	}
	eventually(t, "merged", func() bool { return a.Stats().Summed == 2 })
}

func TestARestartDoesNotMakeLateRowsWaitLonger(t *testing.T) {
	a, now := afterwards(t, func(o *history.Options) { o.MergeAfter, o.MergeWithin = 24*time.Hour, 6*time.Hour })
	a.bringLate(now, 1)
	a.flushed()
	if s := a.Stats(); s.Sealed != 0 {
		t.Error("a restart has the late rows merged")
	}
	now.Add(6 * hour)
	eventually(t, "merged", func() bool { return a.Stats().Summed == 1 })
	if found := a.all(streamOf(0), "f0", epoch, epoch+hour); len(found) != rowsOf+1 {
		t.Errorf("%d rows", len(found))
	}
}

func TestRowsThatComeLateWriteTheirOwnStreamAgainAndNotTheOthers(t *testing.T) {
	a, now := afterwards(t, func(o *history.Options) { o.MergeAfter = 2 * time.Hour })
	before, size := a.Stats().Written, a.Stats().Bytes
	const flushes = 10
	for i := range flushes {
		a.bringLate(now, i)
	}
	now.Add(2 * hour)
	eventually(t, "merged", func() bool { return a.Stats().Summed >= 2 })
	written := a.Stats().Written - before
	t.Logf("%d late rows in %d flushes: %d KB written, beside files of %d KB", flushes, flushes, written>>10, size>>10)
	if perFlush := written / flushes; perFlush > 2*size/3 { // a flush alone writes five pages and a leaf
		t.Errorf("%d KB are written for a flush of one late row", perFlush>>10)
	}
}

func TestRetentionGoesOnWhereNothingComesIn(t *testing.T) {
	a, now := afterwards(t, func(o *history.Options) { o.MaxAge, o.LateWithin = 30*time.Hour, 100*time.Hour })
	a.bring(now, now.Load())
	if s := a.Stats(); s.Shards != 2 || s.Removed != 0 {
		t.Fatalf("%d shards, %d removed", s.Shards, s.Removed)
	}
	now.Add(31 * hour)
	eventually(t, "removed", func() bool { return a.Stats().Removed >= 1 })
}

// refusals counts what is logged of a history that cannot seal.
type refusals struct{ atomic.Int64 }

func (r *refusals) Write(line []byte) (int, error) {
	if bytes.Contains(line, []byte("seal history")) {
		r.Add(1)
	}
	return len(line), nil
}

func TestAMergeThatTheDiskRefusesIsMadeLater(t *testing.T) {
	disk, refused := storetest.SmallDisk(t, 8), &refusals{}
	a, now := afterwards(t, func(o *history.Options) {
		o.Dir, o.MergeAfter = disk.Dir, 2*time.Hour
		o.Logger = slog.New(slog.NewTextHandler(refused, nil))
	})
	for i := range 4 {
		a.bringLate(now, 100*i)
	}
	disk.Fill(t)
	now.Add(3 * hour)
	eventually(t, "refused", func() bool { now.Add(minute); return refused.Load() > 1 })
	if found := a.all(streamOf(0), "f0", epoch, epoch+hour); len(found) != rowsOf+4 {
		t.Errorf("%d rows while the disk is full", len(found))
	}
	disk.Relieve(t)
	eventually(t, "merged", func() bool { now.Add(minute); return a.Stats().Summed == 2 })
	if found := a.all(streamOf(0), "f0", epoch, epoch+hour); len(found) != rowsOf+4 {
		t.Errorf("%d rows", len(found))
	}
	a.flushed()
	if found := a.all(streamOf(0), "f0", epoch, epoch+hour); len(found) != rowsOf+4 {
		t.Errorf("%d rows after a restart", len(found))
	}
}
