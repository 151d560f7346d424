package history_test

import (
	"context"
	"errors"
	"math"
	"testing"
	"time"

	"github.com/holdfast-edge/holdfast/store/history"
	"github.com/holdfast-edge/holdfast/store/log"
	"github.com/holdfast-edge/holdfast/store/storetest"
	"github.com/holdfast-edge/holdfast/tag"
)

func TestRowsAreSeenInMemoryAndInFiles(t *testing.T) {
	a := start(t)
	boiler := storetest.Stream("boiler", 3)
	a.give(storetest.Rows(boiler, 0, 50, epoch))
	a.settled(50)
	mustBeNumbers(t, a.all("boiler", "f1", epoch, epoch+hour), 0, 50, epoch)
	a.flushed()
	mustBeNumbers(t, a.all("boiler", "f1", epoch, epoch+hour), 0, 50, epoch)
	a.give(storetest.Rows(boiler, 50, 50, epoch+50*second))
	a.settled(50)
	mustBeNumbers(t, a.all("boiler", "f2", epoch, epoch+hour), 0, 100, epoch)
	mustBeNumbers(t, a.all("boiler", "f0", epoch+10*second, epoch+20*second), 10, 10, epoch+10*second)
	if found := a.all("boiler", "no such field", epoch, epoch+hour); len(found) != 0 {
		t.Errorf("a field that is not there has %d samples", len(found))
	}
	if found := a.all("no such stream", "f0", epoch, epoch+hour); len(found) != 0 {
		t.Errorf("a stream that is not there has %d samples", len(found))
	}
}

func TestRowsThatComeInAnyOrderAreOrderedByTime(t *testing.T) {
	a := start(t)
	boiler := storetest.Stream("boiler", 1)
	for _, i := range []int{3, 1} {
		a.give(storetest.Rows(boiler, i*10, 10, epoch+int64(i)*10*second))
	}
	a.flushed()
	for _, i := range []int{0, 2} {
		a.give(storetest.Rows(boiler, i*10, 10, epoch+int64(i)*10*second))
	}
	a.flushed()
	mustBeNumbers(t, a.all("boiler", "f0", epoch, epoch+hour), 0, 40, epoch)
}

func TestAQueryGoesAcrossShards(t *testing.T) {
	a := start(t, func(o *history.Options) { o.ShardWidth = time.Minute })
	a.give(storetest.Rows(storetest.Stream("boiler", 1), 0, 600, epoch))
	a.flushed()
	if n := a.Stats().Shards; n != 10 {
		t.Errorf("%d shards", n)
	}
	mustBeNumbers(t, a.all("boiler", "f0", epoch+30*second, epoch+570*second), 30, 540, epoch+30*second)
}

func TestTheWidthOfShardsMayChange(t *testing.T) {
	a := start(t, func(o *history.Options) { o.ShardWidth = time.Hour })
	boiler := storetest.Stream("boiler", 1)
	a.give(storetest.Rows(boiler, 0, 100, epoch))
	a.flushed()
	a.stop()
	a.options.ShardWidth = 24 * time.Hour
	a.open()
	a.give(storetest.Rows(boiler, 100, 3600, epoch+100*second))
	a.flushed()
	a.stop()
	a.options.ShardWidth = time.Minute
	a.open()
	mustBeNumbers(t, a.all("boiler", "f0", epoch, epoch+2*hour), 0, 3700, epoch)
}

func TestEveryKindIsKeptWithQualityAndOwnTime(t *testing.T) {
	a := start(t)
	schema := storetest.Stream("mixed", 1)
	object, err := tag.NewObject([]string{"a"}, []tag.Value{tag.IntOf(1)})
	if err != nil {
		t.Fatal(err)
	}
	values := []tag.Value{
		tag.BoolOf(true), tag.IntOf(-5), tag.UintOf(math.MaxUint64), tag.FloatOf(0.1), tag.StringOf("open"),
		tag.BytesOf([]byte{1, 2}), tag.NanosOf(epoch), tag.NullOf(tag.BadTimeout), tag.ArrayOf([]tag.Value{tag.IntOf(1)}),
		tag.ObjectOf(object), tag.FloatOf(20).WithQuality(tag.BadSensorFailure),
	}
	b := tag.NewBuilder(schema, len(values))
	for i, v := range values {
		b.Row(epoch + int64(i)*second)[0] = v
		b.Stamp(0, epoch+int64(i)*second-5)
	}
	a.give(b.Batch())
	for _, state := range []string{"in memory", "in a file"} {
		a.settled(0)
		eventually(t, "rows are seen", func() bool { return len(a.all("mixed", "f0", epoch, epoch+hour)) == len(values) })
		for i, s := range a.all("mixed", "f0", epoch, epoch+hour) {
			if !s.v.Equal(values[i]) || s.at != epoch+int64(i)*second-5 {
				t.Errorf("%s: value %d came back as %s at %d", state, i, tag.AppendJSON(nil, s.v), s.at-epoch)
			}
		}
		a.flushed()
	}
}

func TestAFieldThatAppearsLaterIsAbsentBefore(t *testing.T) {
	a := start(t)
	narrow := storetest.Stream("boiler", 1)
	wide, err := narrow.Extend(tag.Field{Name: "added", Kind: tag.Float, Unit: "bar"})
	if err != nil {
		t.Fatal(err)
	}
	a.give(storetest.Rows(narrow, 0, 10, epoch))
	a.give(storetest.Rows(wide, 10, 10, epoch+10*second))
	a.flushed()
	a.give(storetest.Rows(narrow, 20, 10, epoch+20*second))
	a.settled(10)
	mustBeNumbers(t, a.all("boiler", "added", epoch, epoch+hour), 10, 10, epoch+10*second)
	mustBeNumbers(t, a.all("boiler", "f0", epoch, epoch+hour), 0, 30, epoch)
	_, err = a.Scan(t.Context(), history.Query{Stream: "boiler", From: epoch, To: epoch + hour}, func(c history.Chunk) error {
		if len(c.Fields) != 2 || c.Fields[1].Unit != "bar" || c.Values[1][0].Kind() != tag.Absent {
			t.Errorf("fields %v", c.Fields)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

func TestWhatTheLogDeliversAgainIsInTheHistoryOnce(t *testing.T) {
	a := start(t)
	boiler := storetest.Stream("boiler", 1)
	first := a.give(storetest.Rows(boiler, 0, 10, epoch))
	a.flushed()
	a.entries <- first // as after a crash between the write and the acknowledgement
	a.settled(10)
	mustBeNumbers(t, a.all("boiler", "f0", epoch, epoch+hour), 0, 10, epoch)
	a.flushed()
	mustBeNumbers(t, a.all("boiler", "f0", epoch, epoch+hour), 0, 10, epoch)
}

func TestEntriesAreAcknowledgedWhenTheyAreWrittenAndNotBefore(t *testing.T) {
	a := start(t, func(o *history.Options) { o.FlushValues = 100 })
	boiler := storetest.Stream("boiler", 1)
	a.give(storetest.Rows(boiler, 0, 10, epoch))
	a.settled(10)
	if a.acked != 0 || a.Stats().Waiting != 10 {
		t.Errorf("%d acknowledged, %d wait", a.acked, a.Stats().Waiting)
	}
	a.give(storetest.Rows(boiler, 10, 90, epoch+10*second))
	<-a.ackedNew
	eventually(t, "flushed", func() bool { return a.Stats().Waiting == 0 && a.Stats().Flushes == 1 })
	mustBeNumbers(t, a.all("boiler", "f0", epoch, epoch+hour), 0, 100, epoch)
}

func TestLateRowsAreCountedOutsideTheirWindow(t *testing.T) {
	a := start(t, func(o *history.Options) { o.LateWithin = 2 * time.Hour })
	boiler := storetest.Stream("boiler", 1)
	a.give(storetest.Rows(boiler, 0, 5, epoch-5*hour))
	a.give(storetest.Rows(boiler, 5, 5, epoch))
	a.settled(10)
	if s := a.Stats(); s.Late != 5 || s.Rows != 5 {
		t.Errorf("%d late, %d let in", s.Late, s.Rows)
	}
}

func TestAQueryEndsWithItsContextAndWithItsReceiver(t *testing.T) {
	a := start(t)
	a.give(storetest.Rows(storetest.Stream("boiler", 1), 0, 10, epoch))
	a.settled(10)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	query := history.Query{Stream: "boiler", From: epoch, To: epoch + hour}
	if _, err := a.Scan(ctx, query, func(history.Chunk) error { return nil }); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	enough := errors.New("enough")
	if _, err := a.Scan(t.Context(), query, func(history.Chunk) error { return enough }); !errors.Is(err, enough) {
		t.Errorf("got %v", err)
	}
}

func TestBucketsSumUp(t *testing.T) {
	a := start(t)
	schema := storetest.Stream("boiler", 1)
	b := tag.NewBuilder(schema, 8)
	for i, v := range []tag.Value{
		tag.IntOf(4), tag.FloatOf(2), tag.FloatOf(6).WithQuality(tag.UncertainLastUsable),
		tag.FloatOf(99).WithQuality(tag.BadSensorFailure), // minute 0
		tag.NullOf(tag.BadTimeout),                        // minute 1
		tag.StringOf("running"),                           // minute 3
	} {
		at := []int64{0, 10, 20, 30, 60, 180}[i]
		b.Row(epoch + at*second)[0] = v
	}
	a.give(b.Batch())
	a.settled(6)
	buckets, mark, err := a.Buckets(t.Context(), "boiler", "f0", epoch, epoch+hour, minute)
	if err != nil || len(buckets) != 3 {
		t.Fatalf("%d buckets, %v", len(buckets), err)
	}
	if mark.Newest != epoch+180*second {
		t.Errorf("watermark %d", mark.Newest-epoch)
	}
	if first := buckets[0]; first.Start != epoch || first.Min != 2 || first.Max != 6 || first.Avg != 4 || first.Count != 4 || first.Good != 0.5 || first.Last.Quality() != tag.BadSensorFailure {
		t.Errorf("first: %+v", first)
	}
	if second := buckets[1]; second.Start != epoch+minute || !math.IsNaN(second.Avg) || !math.IsNaN(second.Min) || second.Count != 1 || second.Good != 0 {
		t.Errorf("second: %+v", second)
	}
	if third := buckets[2]; third.Start != epoch+3*minute || third.Last.Str() != "running" || third.Good != 1 {
		t.Errorf("third: %+v", third)
	}
}

func TestRetentionRemovesTheOldestShards(t *testing.T) {
	a := start(t, func(o *history.Options) {
		o.ShardWidth, o.MaxAge, o.LateWithin = time.Minute, 30*time.Minute, 24*time.Hour
	})
	a.give(storetest.Rows(storetest.Stream("boiler", 1), 0, 3600, epoch))
	a.flushed()
	a.give(storetest.Rows(storetest.Stream("boiler", 1), 3600, 1, epoch+3600*second))
	a.flushed()
	found := a.all("boiler", "f0", epoch, epoch+2*hour)
	if len(found) == 0 || found[0].at != epoch+30*minute {
		t.Fatalf("%d samples from %d", len(found), (found[0].at-epoch)/second)
	}
}

func TestRetentionBoundsTheBytes(t *testing.T) {
	a := start(t, func(o *history.Options) { o.ShardWidth, o.MaxBytes = time.Minute, 1<<20 })
	a.give(storetest.Rows(storetest.Stream("boiler", 1), 0, 7200, epoch-hour))
	a.flushed()
	if s := a.Stats(); s.Bytes > 1<<20 || s.Shards < 2 {
		t.Errorf("%d octets in %d shards", s.Bytes, s.Shards)
	}
}

func TestWhatIsDeliveredAgainInPiecesIsNotAppliedAgain(t *testing.T) {
	a := start(t, func(o *history.Options) { o.FlushValues = 40 })
	boiler := storetest.Stream("boiler", 1)
	var entries []log.Entry
	for i := range 10 {
		entries = append(entries, a.give(storetest.Rows(boiler, i*10, 10, epoch+int64(i)*10*second)))
	}
	a.flushed()
	for _, e := range entries { // after a crash, in several flushes
		a.entries <- e
	}
	a.flushed()
	mustBeNumbers(t, a.all("boiler", "f0", epoch, epoch+hour), 0, 100, epoch)
}
