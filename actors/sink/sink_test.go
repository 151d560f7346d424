package sink_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/holdfast-edge/holdfast/actors/sink"
	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/sinks"
	"github.com/holdfast-edge/holdfast/store/log"
	"github.com/holdfast-edge/holdfast/supervisor"
	"github.com/holdfast-edge/holdfast/tag"
)

const patience = time.Minute

// far is a far end in memory, which is lost, refuses and panics as it is told.
type far struct {
	mu     sync.Mutex
	away   error // what opening meets
	got    []uint64
	gaps   []tag.Gap
	opened int
	lose   int             // after so many deliveries the connection is lost
	refuse map[uint64]bool // sequences that are refused for good
	unfit  map[uint64]bool // sequences that cannot even be sent
	ends   error           // how the next Send ends the connection
	panics bool
}

func newFar() *far {
	return &far{refuse: map[uint64]bool{}}
}

func (f *far) Spec() config.SinkType { return config.SinkType{Name: "far", Doc: "in memory"} }

func (f *far) Open(context.Context, sinks.Target) (sinks.Writer, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.opened++
	if f.away != nil {
		return nil, f.away
	}
	return &connection{far: f, lost: make(chan struct{})}, nil
}

func (f *far) change(do func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	do()
}

// await waits until the far end is as wanted.
func (f *far) await(t *testing.T, what string, holds func() bool) {
	t.Helper()
	deadline := time.After(patience)
	tick := time.NewTicker(time.Millisecond) // what is waited for may be of the sink, which tells nobody
	defer tick.Stop()
	for {
		held, came, opened := false, 0, 0
		f.change(func() { held, came, opened = holds(), len(f.got), f.opened })
		if held {
			return
		}
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatalf("waited for %s; got %d deliveries in %d connections", what, came, opened)
		}
	}
}

type connection struct {
	far  *far
	once sync.Once
	lost chan struct{}
}

func (c *connection) Send(_ context.Context, d sinks.Delivery, done func(error)) error {
	f := c.far
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.panics {
		f.panics = false
		panic("a sink's defect")
	}
	if d.Gap != nil {
		f.gaps = append(f.gaps, *d.Gap)
		go done(nil)
		return nil
	}
	if why := f.ends; why != nil {
		f.ends = nil
		c.once.Do(func() { close(c.lost) })
		return why
	}
	if f.unfit[d.Batch.Identity(0).Sequence] {
		return &sinks.Failure{Permanent: true, Err: errors.New("cannot be encoded")}
	}
	var no []sinks.Rows
	for i := range d.Batch.Len() {
		sequence := d.Batch.Identity(i).Sequence
		if f.refuse[sequence] {
			no = append(no, sinks.Rows{From: i, To: i + 1})
			continue
		}
		f.got = append(f.got, sequence)
	}
	if no != nil {
		go done(&sinks.Failure{Permanent: true, Err: errors.New("too large"), Rows: no})
		return nil
	}
	if f.lose > 0 {
		if f.lose--; f.lose == 0 {
			c.once.Do(func() { close(c.lost) })
			go done(errors.New("connection lost"))
			return nil
		}
	}
	go done(nil)
	return nil
}

func (c *connection) Lost() <-chan struct{}       { return c.lost }
func (c *connection) Close(context.Context) error { return nil }

// bench is a sink over a log that commits at once.
type bench struct {
	t      *testing.T
	far    *far
	log    *log.Log
	system *supervisor.System
	meter  sink.Meter
	rows   *tag.Builder
	buried chan *tag.Batch
}

func start(t *testing.T, change ...func(*config.Sink)) *bench {
	t.Helper()
	b := &bench{t: t, far: newFar(), buried: make(chan *tag.Batch, 100)}
	var err error
	if b.log, err = log.Open(log.Options{Dir: t.TempDir(), Site: "plant-7", CommitEvery: time.Millisecond}); err != nil {
		t.Fatal(err)
	}
	schema, err := tag.NewSchema(tag.NewStreamID("plant-7", "r"), "r", tag.Field{Name: "n", Kind: tag.Int})
	if err != nil {
		t.Fatal(err)
	}
	b.rows = tag.NewBuilder(schema, 1)
	b.system = supervisor.New(supervisor.Options{Random: func() float64 { return 0 }})
	if _, err := b.system.Spawn(supervisor.Spec{Name: "log", New: supervisor.Service(b.log.Run)}); err != nil {
		t.Fatal(err)
	}
	env := sink.Env{
		Site: "plant-7", System: b.system, Log: b.log, Logger: slog.New(slog.DiscardHandler), Now: time.Now,
		Meter: func(string) *sink.Meter { return &b.meter },
		Bury: func(_ context.Context, stream string, letters *tag.Batch) error {
			if stream != letters.Schema().Name() {
				return errors.New("the letters are of another stream")
			}
			b.buried <- letters
			return nil
		},
	}
	c := sink.Config{Sink: b.far, Streams: []string{"r"}, Config: &config.Sink{
		Name: "line", Type: "far", OnError: config.OnError{MinWait: time.Millisecond, MaxWait: time.Second, DeadLetter: "letters"},
	}}
	for _, do := range change {
		do(c.Config)
	}
	if _, err := b.system.Spawn(sink.Spec(env, c)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := errors.Join(b.system.Shutdown(context.Background()), b.log.Close()); err != nil {
			t.Error(err)
		}
	})
	return b
}

// put commits n rows.
func (b *bench) put(n int) {
	b.t.Helper()
	for range n {
		b.rows.Row(time.Now().UnixNano())[0] = tag.IntOf(1)
		if _, err := b.log.AppendSync(b.t.Context(), b.rows.Batch()); err != nil {
			b.t.Fatal(err)
		}
	}
}

// putTogether commits n rows in one batch.
func (b *bench) putTogether(n int) {
	b.t.Helper()
	for range n {
		b.rows.Row(time.Now().UnixNano())[0] = tag.IntOf(1)
	}
	if _, err := b.log.AppendSync(b.t.Context(), b.rows.Batch()); err != nil {
		b.t.Fatal(err)
	}
}

// seen waits until the far end has every sequence up to n.
func (b *bench) seen(n uint64) {
	b.t.Helper()
	b.far.await(b.t, fmt.Sprintf("all %d records", n), func() bool {
		got := map[uint64]bool{}
		for _, s := range b.far.got {
			got[s] = true
		}
		for s := range n {
			if !got[s+1] && !b.far.refuse[s+1] && !b.far.unfit[s+1] {
				return false
			}
		}
		return true
	})
}

func TestWhatIsCommittedIsDelivered(t *testing.T) {
	b := start(t)
	b.put(50)
	b.seen(50)
}

func TestALostConnectionIsOpenedAgainAndTheRestDeliveredAgain(t *testing.T) {
	b := start(t)
	for range 5 {
		b.far.change(func() { b.far.lose = 3 })
		b.put(20)
	}
	b.seen(100)
	b.far.await(t, "another connection", func() bool { return b.far.opened > 1 })
}

func TestWhatWasCommittedWhileTheFarEndWasAwayIsDelivered(t *testing.T) {
	b := start(t)
	b.put(1)
	b.seen(1)
	b.far.change(func() { b.far.away, b.far.lose = errors.New("no route"), 1 })
	b.put(100)
	b.far.await(t, "attempts", func() bool { return b.far.opened >= 3 })
	b.far.change(func() { b.far.away = nil })
	b.seen(101)
}

func TestADeliveryThatIsRefusedForGoodHoldsUpNobody(t *testing.T) {
	b := start(t)
	b.far.change(func() { b.far.refuse[3] = true })
	b.put(10)
	b.seen(10)
	b.far.await(t, "the refusal to be counted", func() bool { return b.meter.Rejected.Load() == 1 })
	if err := b.meter.LastRejection(); err == nil || err.Error() != "too large" {
		t.Errorf("the reason is %v", err)
	}
	b.far.await(t, "the gap", func() bool { return len(b.far.gaps) == 1 })
	if g := b.far.gaps[0]; g.First.Sequence != 3 || g.Count != 1 || g.Cause != tag.Rejected {
		t.Errorf("the gap is %v", g)
	}
}

func TestADeliveryThatCannotBeSentAtAllIsRefusedAndEndsNoConnection(t *testing.T) {
	b := start(t, func(c *config.Sink) {
		c.OnError.Refused, c.OnError.DeadLetter = config.RefusedDeadLetter, "letters"
	})
	b.far.change(func() { b.far.unfit = map[uint64]bool{3: true} })
	b.put(10)
	b.seen(10)
	b.far.await(t, "the refusal to be counted", func() bool { return b.meter.Rejected.Load() == 1 && b.meter.DeadLetters.Load() == 1 })
	b.far.await(t, "the gap", func() bool { return len(b.far.gaps) == 1 })
	if b.far.opened != 1 || b.far.gaps[0].First.Sequence != 3 {
		t.Errorf("%d connections, gaps %v", b.far.opened, b.far.gaps)
	}
}

func TestAConnectionThatEndsForGoodRefusesNoDelivery(t *testing.T) {
	b := start(t)
	b.far.change(func() { b.far.ends = &sinks.Failure{Permanent: true, Err: errors.New("the account was removed")} })
	b.put(10)
	b.far.await(t, "the connection to end", func() bool { return b.far.ends == nil })
	if err := b.system.Restart(t.Context(), "/line"); err != nil {
		t.Fatal(err)
	}
	b.seen(10)
	if n := b.meter.Rejected.Load(); n != 0 {
		t.Errorf("%d records were refused", n)
	}
}

func TestOnlyTheRowsThatAreRefusedAreLost(t *testing.T) {
	b := start(t)
	b.far.change(func() { b.far.refuse[2], b.far.refuse[4] = true, true })
	b.putTogether(5)
	b.seen(5)
	b.far.await(t, "the gaps", func() bool { return len(b.far.gaps) == 2 })
	b.far.await(t, "all to be counted", func() bool { return b.meter.Rejected.Load() == 2 && b.meter.Acked.Load() == 3 })
	tree, _ := b.system.Subtree("/line")
	for deadline := time.Now().Add(patience); tree.Detail == "" && time.Now().Before(deadline); <-time.After(time.Millisecond) {
		tree, _ = b.system.Subtree("/line")
	}
	if !strings.Contains(tree.Detail, "too large") {
		t.Errorf("the tree says %q", tree.Detail)
	}
}

func TestARefusedRowIsPutOnTheDeadLetterStreamWithItsReason(t *testing.T) {
	b := start(t, func(c *config.Sink) { c.OnError.Refused = config.RefusedDeadLetter })
	b.far.change(func() { b.far.refuse[2] = true })
	b.putTogether(3)
	letters := <-b.buried
	if letters.Len() != 1 || letters.Hops() != 1 {
		t.Fatalf("%d letters, %d hops", letters.Len(), letters.Hops())
	}
	text := string(tag.AppendRowJSON(nil, letters, 0))
	for _, want := range []string{`"sink":"line"`, `"stream":"r"`, `/2"`, `"reason":"too large"`, `"row":"{\"n\":1}"`} {
		if !strings.Contains(text, want) {
			t.Errorf("%s lacks %s", text, want)
		}
	}
	b.far.await(t, "the gap", func() bool { return len(b.far.gaps) == 1 })
	if b.meter.DeadLetters.Load() != 1 {
		t.Errorf("%d counted", b.meter.DeadLetters.Load())
	}
}

func TestASinkThatHoldsAtARefusalLosesNothing(t *testing.T) {
	b := start(t, func(c *config.Sink) { c.OnError.Refused = config.RefusedHold })
	b.far.change(func() { b.far.refuse[1] = true })
	b.put(1)
	for deadline := time.Now().Add(patience); ; <-time.After(time.Millisecond) {
		tree, _ := b.system.Subtree("/line")
		if tree.State == supervisor.Held.String() {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("the sink is %s", tree.State)
		}
	}
	b.far.change(func() { delete(b.far.refuse, 1) })
	if err := b.system.Restart(t.Context(), "/line"); err != nil {
		t.Fatal(err)
	}
	b.seen(1)
	if b.meter.Rejected.Load() != 0 || b.meter.LastRejection() == nil {
		t.Error("the refusal is counted as a loss, or not told")
	}
}

func TestAThousandPanicsInASinkLoseNothing(t *testing.T) {
	panics := 1000
	if testing.Short() {
		panics = 100
	}
	b := start(t)
	for i := range panics {
		b.far.change(func() { b.far.panics = true })
		b.put(1)
		b.far.await(t, "the panic", func() bool { return !b.far.panics })
		if err := b.system.Restart(t.Context(), "/line"); err != nil {
			t.Fatalf("panic %d: %v", i, err)
		}
	}
	b.seen(uint64(panics))
	tree, _ := b.system.Subtree("/line")
	if tree.LastFailure == nil || tree.LastFailure.Stack == "" {
		t.Errorf("the panic left no stack: %+v", tree.LastFailure)
	}
}

func TestRefusedCredentialsAreNotTriedHot(t *testing.T) {
	b := start(t)
	b.put(1)
	b.seen(1)
	b.far.change(func() {
		b.far.away = &sinks.Failure{Permanent: true, Err: errors.New("bad user name or password")}
		b.far.lose = 1
	})
	b.put(1)
	b.far.await(t, "the refusal", func() bool { return b.far.opened >= 2 })
	for deadline := time.Now().Add(patience); ; <-time.After(time.Millisecond) {
		tree, _ := b.system.Subtree("/line")
		if tree.State == supervisor.Held.String() {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("the sink is %s", tree.State)
		}
	}
}

func TestAPausedSinkDeliversNothingAndTheLogKeepsItAll(t *testing.T) {
	b := start(t, func(c *config.Sink) { c.Paused = true })
	for deadline := time.Now().Add(patience); ; <-time.After(time.Millisecond) {
		if tree, ok := b.system.Subtree("/line"); ok && tree.State == "paused" {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("it does not say that it is paused")
		}
	}
	b.put(20)
	if s := b.log.Stats().Cursors; len(s) != 1 || s[0].Lag != 20 || s[0].Delivered != 0 {
		t.Errorf("the log keeps %+v", s)
	}
	b.far.change(func() {
		if b.far.opened != 0 {
			t.Error("the far end was reached")
		}
	})
}
