package history_test

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/holdfast-edge/holdfast/store/history"
	"github.com/holdfast-edge/holdfast/store/log"
	"github.com/holdfast-edge/holdfast/store/storetest"
	"github.com/holdfast-edge/holdfast/tag"
)

// epoch is where the time of these tests begins: at the beginning of a shard.
var epoch = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC).UnixNano()

const (
	second = int64(time.Second)
	minute = int64(time.Minute)
	hour   = int64(time.Hour)
)

// feed is a source that a test fills.
type feed struct {
	entries  chan log.Entry
	mu       sync.Mutex
	position uint64
	acked    int
	given    int64 // rows, since the history was opened
	ackedNew chan struct{}
}

func newFeed() *feed {
	return &feed{entries: make(chan log.Entry, 1<<16), ackedNew: make(chan struct{}, 1)}
}

func (f *feed) Next(ctx context.Context) (log.Entry, error) {
	select {
	case e := <-f.entries:
		return e, nil
	default:
	}
	select {
	case e := <-f.entries:
		return e, nil
	case <-ctx.Done():
		return log.Entry{}, ctx.Err()
	}
}

func (f *feed) AckThrough(log.Entry) {
	f.mu.Lock()
	f.acked++
	f.mu.Unlock()
	select {
	case f.ackedNew <- struct{}{}:
	default:
	}
}

// give commits a batch at the next position.
func (f *feed) give(b *tag.Batch) log.Entry {
	f.mu.Lock()
	f.position++
	f.given += int64(b.Len())
	e := log.Entry{Position: f.position, Batch: b.Committed(tag.Identity{
		Site: storetest.Site, Stream: b.Schema().Stream(), Incarnation: 1, Sequence: f.position * 1000,
	})}
	f.mu.Unlock()
	f.entries <- e
	return e
}

// archive is a history that is being filled.
type archive struct {
	*history.History
	*feed
	t       testing.TB
	options history.Options
	stop    func()
}

// start opens a history whose clock stands at epoch plus an hour, or nearly, and
// runs it. Late rows are merged at once.
func start(t testing.TB, change ...func(*history.Options)) *archive {
	t.Helper()
	var ticks atomic.Int64
	a := &archive{t: t, feed: newFeed(), options: history.Options{
		Dir: t.TempDir(), FlushEvery: time.Hour, MergeAfter: 1,
		Now: func() time.Time { return time.Unix(0, epoch+hour+ticks.Add(1)) },
	}}
	for _, c := range change {
		c(&a.options)
	}
	a.open()
	t.Cleanup(func() { a.stop() })
	return a
}

func (a *archive) open() {
	a.t.Helper()
	h, err := history.Open(a.options)
	if err != nil {
		a.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- h.Run(ctx, a.feed) }()
	a.History = h
	a.given = 0
	a.stop = sync.OnceFunc(func() {
		cancel()
		<-ended
		if err := h.Close(); err != nil {
			a.t.Error(err)
		}
	})
}

// settled waits until everything given has come in.
func (a *archive) settled(rows int64) {
	a.t.Helper()
	eventually(a.t, "rows have come in", func() bool { s := a.Stats(); return s.Rows+s.Late+s.Future >= rows })
}

// flushed stops and starts the history, so that everything is in its files.
func (a *archive) flushed() {
	a.t.Helper()
	eventually(a.t, "entries are taken", func() bool { return len(a.entries) == 0 })
	a.stop()
	a.open()
}

func eventually(t testing.TB, what string, holds func() bool) {
	t.Helper()
	deadline := time.NewTimer(time.Minute)
	defer deadline.Stop()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for !holds() {
		select {
		case <-tick.C:
		case <-deadline.C:
			t.Fatalf("%s: not within a minute", what)
		}
	}
}

// sample is what Range gives.
type sample struct {
	at int64
	v  tag.Value
}

func (a *archive) all(stream, field string, from, to int64) []sample {
	a.t.Helper()
	var found []sample
	_, err := a.Range(a.t.Context(), stream, field, from, to, func(at int64, v tag.Value) error {
		found = append(found, sample{at, v})
		return nil
	})
	if err != nil {
		a.t.Fatal(err)
	}
	return found
}

// mustBeNumbers fails unless the samples are the numbers from first on, a
// second apart from start on.
func mustBeNumbers(t testing.TB, found []sample, first, n int, start int64) {
	t.Helper()
	if len(found) != n {
		t.Fatalf("%d samples, want %d", len(found), n)
	}
	for i, s := range found {
		f, _ := s.v.Float()
		if int(f) != first+i || s.at != start+int64(i)*second {
			t.Fatalf("sample %d is %v at %d, want %d at %d", i, f, s.at, first+i, start+int64(i)*second)
		}
	}
}
