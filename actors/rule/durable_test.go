package rule_test

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/holdfast-edge/holdfast/actors/rule"
	"github.com/holdfast-edge/holdfast/actors/write"
	"github.com/holdfast-edge/holdfast/broker"
	"github.com/holdfast-edge/holdfast/store/log"
	"github.com/holdfast-edge/holdfast/streamsql"
	"github.com/holdfast-edge/holdfast/supervisor"
	"github.com/holdfast-edge/holdfast/tag"
)

// patience bounds waits that end as soon as what they wait for has come.
const patience = time.Minute

// life is a node's log and one durable rule, from the start of a process to its
// end.
type life struct {
	*plant
	store    *log.Log
	running  sync.WaitGroup
	end      context.CancelFunc
	mu       sync.Mutex
	commands []write.Command
}

// recorder is the log as the bus sees it.
type recorder struct{ *log.Log }

func (r recorder) Commit(ctx context.Context, b *tag.Batch) error {
	_, err := r.AppendSync(ctx, b)
	return err
}

func begin(t *testing.T, dir string) *life {
	t.Helper()
	store, err := log.Open(log.Options{Dir: filepath.Join(dir, "log"), Site: "plant-7", CommitEvery: time.Millisecond, AckEvery: time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	l := &life{store: store}
	_, groups := schemas(t)
	l.plant = &plant{
		t: t, system: supervisor.New(supervisor.Options{}), bus: broker.New(recorder{store}),
		schema: groups[0], rows: tag.NewBuilder(groups[0], 1), meters: map[string]*rule.Meter{},
	}
	l.env = rule.Env{
		Site: "plant-7", System: l.system, Bus: l.bus, Log: store, Now: time.Now, Meter: l.meter,
		Write: func(c write.Command) {
			l.mu.Lock()
			defer l.mu.Unlock()
			l.commands = append(l.commands, c)
		},
		Failed: func(rule string, err error) { t.Logf("%s: %v", rule, err) },
	}
	l.env.Evaluators = rule.NewEvaluators(l.env)
	ctx, cancel := context.WithCancel(context.Background())
	l.end = cancel
	l.running.Go(func() { _ = store.Run(ctx) })
	l.bus.Stream("boiler.climate").SetLogged(true)
	return l
}

// stop ends the life in order.
func (l *life) stop() {
	l.t.Helper()
	l.plant.stop()
	l.end()
	l.running.Wait()
	if err := l.store.Close(); err != nil {
		l.t.Error(err)
	}
}

// written is how many commands were given.
func (l *life) written() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.commands)
}

// durably makes a rule durable, in event time.
func durably(c *rule.Config) {
	c.Durable, c.EventTime, c.Checkpoint = true, true, time.Hour
}

func until(t *testing.T, what string, holds func() bool) {
	t.Helper()
	deadline := time.After(patience)
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for !holds() {
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatalf("waited for %s", what)
		}
	}
}

// runs waits until a rule takes rows.
func (l *life) runs(name string) {
	l.t.Helper()
	until(l.t, name, func() bool { r, _ := l.system.Subtree("/" + name); return r.State == "running" })
}

// gives waits until a stream has given a row, and returns all that it has given.
func gives(t *testing.T, output *broker.Subscription, row string) (given []string) {
	t.Helper()
	until(t, row, func() bool {
		given = append(given, lines(output)...)
		return slices.Contains(given, row)
	})
	return given
}

// commit publishes rows of a second each, numbered, and returns when they are on
// the disk.
func (l *life) commit(from, to int) {
	l.t.Helper()
	for i := from; i < to; i++ {
		row := l.rows.Row(int64(i) * 1e9)
		row[0], row[1] = tag.IntOf(int64(i)), tag.IntOf(1)
		if err := l.bus.Stream("boiler.climate").Commit(context.Background(), l.rows.Batch()); err != nil {
			l.t.Fatal(err)
		}
	}
}

const perTenSeconds = `SELECT window_end() AS till, count(*) AS n, sum(temperature) AS s FROM boiler.climate GROUP BY TUMBLINGWINDOW(ss, 10)`

func TestADurableRuleGoesOnWhereItWasStoppedAndMissesNothing(t *testing.T) {
	dir := t.TempDir()
	var rows []string
	for n := range 3 {
		l := begin(t, dir)
		output := l.follow("r")
		if n > 0 {
			l.commit(20*n, 20*n+5) // before the rule is there
		}
		l.rule("r", perTenSeconds, durably)
		l.runs("r")
		l.commit(20*n+5*min(n, 1), 20*n+20)
		until(t, "the rows", func() bool { return l.meter("r").RowsIn.Load() == 20 })
		l.stop()
		rows = append(rows, lines(output)...)
	}
	var all []string
	for w := 1; w <= 5; w++ {
		all = append(all, fmt.Sprintf(`{"till":%d,"n":10,"s":%d}`, w*10_000, (w-1)*100+45))
	}
	want(t, rows, all...)
}

func TestADurableRuleReadsAgainWhatItsCheckpointHasNotSeenAndWritesNothingForIt(t *testing.T) {
	dir := t.TempDir()
	always := func(c *rule.Config) {
		durably(c)
		c.EventTime = false
		c.Writes = []rule.Write{{Device: "boiler", Mode: write.Always, Deadline: 200 * 365 * 24 * time.Hour}}
	}
	l := begin(t, dir)
	l.rule("r", `SELECT temperature AS valve, acc_count(temperature) AS n FROM boiler.climate`, always)
	l.runs("r")
	l.commit(0, 10)
	until(t, "2 commands for each of 10 live rows", func() bool { return l.written() == 20 })
	if err := l.system.Restart(context.Background(), "/r"); err != nil { // in order: the state is kept
		t.Fatal(err)
	}
	l.runs("r")
	l.commit(10, 20)
	until(t, "the rows", func() bool { return l.meter("r").RowsIn.Load() == 20 })
	l.stop()
	if n := l.written(); n != 40 {
		t.Fatalf("%d commands for 20 rows", n)
	}

	// The state is lost, but not the input: as after a crash before the first checkpoint.
	l = begin(t, dir)
	l.commit(20, 25) // in the log before the rule is there
	output := l.follow("r")
	l.rule("r", `SELECT temperature AS valve, acc_count(temperature) AS n FROM boiler.climate`, always)
	l.runs("r")
	l.commit(25, 26)
	until(t, "the rows", func() bool { return l.meter("r").RowsIn.Load() == 6 })
	l.stop()
	rows := lines(output)
	want(t, []string{rows[0], rows[5]}, `{"valve":20,"n":21}`, `{"valve":25,"n":26}`)
	if n := l.written(); n != 2 {
		t.Errorf("%d commands for one live row of 2 columns: what was in the log is replayed", n)
	}
}

func TestADurableRuleThatKeepsFailingAtARowGetsBehindIt(t *testing.T) {
	l := begin(t, t.TempDir())
	l.rule("r", `SELECT boom(temperature) AS t FROM boiler.climate`, durably)
	l.runs("r")
	output := l.follow("r")
	for i := range 2 {
		for k := range 20 {
			l.rows.Row(int64(i*20+k) * 1e9)[0] = tag.IntOf(-1)
		}
		if err := l.bus.Stream("boiler.climate").Commit(context.Background(), l.rows.Batch()); err != nil {
			t.Fatal(err)
		}
	}
	l.commit(100, 102) // the second lets the first go on its way, in event time
	until(t, "a row behind", func() bool { return output.Waiting() > 0 })
	if m := l.meter("r"); m.Failed.Load() != 40 {
		t.Errorf("%d rows failed of 40", m.Failed.Load())
	}
	l.stop()
}

// In virtual time: the window may not be over before the first life is.
func TestAWindowOfADurableRuleThatTheClockHasClosedIsNotClosedAgain(t *testing.T) {
	dir := t.TempDir()
	byTheClock := func(c *rule.Config) {
		durably(c)
		c.EventTime = false
	}
	const sql = `SELECT count(*) AS n FROM boiler.climate GROUP BY SESSIONWINDOW(ss, 100, 1)`
	synctest.Test(t, func(t *testing.T) {
		var rows []string
		for n := range 3 {
			l := begin(t, dir)
			output := l.follow("r")
			l.rule("r", sql, byTheClock)
			l.runs("r")
			switch n {
			case 0:
				l.commit(0, 5)
				until(t, "the rows", func() bool { return l.meter("r").RowsIn.Load() == 5 })
			case 1:
				until(t, "the window", func() bool { return output.Waiting() > 0 })
			}
			l.stop()
			rows = append(rows, lines(output)...)
		}
		want(t, rows, `{"n":5}`)
	})
}

// Who stops a rule that waits for its readers stops it with a row in hand.
func TestWhatADurableRuleCouldNotGiveWhenItWasStoppedItGivesWhenItIsBack(t *testing.T) {
	dir := t.TempDir()
	alwaysKept := func(c *rule.Config) { c.Durable, c.Checkpoint = true, time.Hour }
	l := begin(t, dir)
	blocked := l.bus.Stream("r").Subscribe(1, broker.Block, func() {})
	l.rule("r", `SELECT temperature AS t FROM boiler.climate`, alwaysKept)
	l.runs("r")
	l.commit(0, 1)
	until(t, "the first row", func() bool { return blocked.Waiting() == 1 })
	l.commit(1, 2)
	until(t, "the second row in hand", func() bool { return l.meter("r").RowsOut.Load() == 2 })
	l.stop()
	given := lines(blocked)
	l = begin(t, dir)
	output := l.follow("r")
	l.rule("r", `SELECT temperature AS t FROM boiler.climate`, alwaysKept)
	l.runs("r")
	l.commit(2, 3)
	given = append(given, gives(t, output, `{"t":2}`)...) // the last
	l.stop()
	for _, row := range []string{`{"t":0}`, `{"t":1}`} {
		if !slices.Contains(given, row) {
			t.Errorf("given %v: %s is missing", given, row)
		}
	}
}

// What is known of a slow group is part of the state: a row that is read again
// after a crash is as wide as it was.
func TestADurableRuleKnowsOfASlowGroupWhatItKnewBeforeItsRestart(t *testing.T) {
	dir := t.TempDir()
	whole, groups := schemas(t)
	query, err := streamsql.Compile("SELECT temperature, pump FROM boiler", streamsql.Sources{"boiler": {Schema: whole}})
	if err != nil {
		t.Fatal(err)
	}
	ofBoth := func(c *rule.Config) {
		c.Query, c.Durable, c.Checkpoint = query, true, time.Hour
		c.Inputs = []broker.Input{{Streams: []string{"boiler.climate", "boiler.state"}, Schema: whole, Groups: groups}}
	}
	var rows []string
	for n := range 2 {
		l := begin(t, dir)
		l.bus.Stream("boiler.state").SetLogged(true)
		output := l.follow("r")
		l.rule("r", "SELECT temperature FROM boiler.climate", ofBoth)
		l.runs("r")
		if n == 0 {
			b := tag.NewBuilder(groups[1], 1)
			b.Row(1)[0] = tag.BoolOf(true)
			if err := l.bus.Stream("boiler.state").Commit(context.Background(), b.Batch()); err != nil {
				t.Fatal(err)
			}
			until(t, "the slow group", func() bool { return l.meter("r").RowsOut.Load() == 1 })
		}
		before := l.meter("r").RowsOut.Load()
		l.commit(n+5, n+6)
		until(t, "the row", func() bool { return l.meter("r").RowsOut.Load() == before+1 })
		l.stop()
		rows = append(rows, lines(output)...)
	}
	want(t, rows, `{"pump":true}`, `{"temperature":5,"pump":true}`, `{"temperature":6,"pump":true}`)
}
