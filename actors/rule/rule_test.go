package rule_test

import (
	"context"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/holdfast-edge/holdfast/actors/rule"
	"github.com/holdfast-edge/holdfast/actors/write"
	"github.com/holdfast-edge/holdfast/broker"
	"github.com/holdfast-edge/holdfast/streamsql"
	"github.com/holdfast-edge/holdfast/supervisor"
	"github.com/holdfast-edge/holdfast/tag"
)

// bench is one rule over the groups of a device, in virtual time.
type bench struct {
	t      *testing.T
	system *supervisor.System
	bus    *broker.Bus
	meter  rule.Meter
	log    *shelf
	groups []*tag.Schema

	mu       sync.Mutex
	commands []write.Command
	failures []error
}

// climate and state are the groups of the device that rules read.
func schemas(t *testing.T) (device *tag.Schema, groups []*tag.Schema) {
	t.Helper()
	schema := func(name string, fields ...string) *tag.Schema {
		var all []tag.Field
		for _, f := range fields {
			all = append(all, tag.Field{Name: f})
		}
		s, err := tag.NewSchema(tag.NewStreamID("plant-7", name), name, all...)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	return schema("boiler", "temperature", "humidity", "pump"),
		[]*tag.Schema{schema("boiler.climate", "temperature", "humidity"), schema("boiler.state", "pump")}
}

// on runs a test with one rule.
func on(t *testing.T, sql string, writes []rule.Write, test func(b *bench)) {
	synctest.Test(t, func(t *testing.T) {
		device, groups := schemas(t)
		b := &bench{t: t, groups: groups, bus: broker.New(nil), log: newShelf()}
		query, err := streamsql.Compile(sql, streamsql.Sources{
			"boiler": {Schema: device}, "boiler.climate": {Schema: groups[0]}, "sensors": {},
		})
		if err != nil {
			t.Fatal(err)
		}
		c := rule.Config{Name: "r", Query: query, Writes: writes}
		for _, use := range query.Sources() {
			in := broker.Input{Streams: []string{use.Name}, Overflow: broker.DropOldest}
			if use.Name == "boiler" {
				in.Streams, in.Schema, in.Groups = []string{"boiler.climate", "boiler.state"}, device, groups
			}
			c.Inputs = append(c.Inputs, in)
		}
		b.system = supervisor.New(supervisor.Options{Random: func() float64 { return 0.5 }})
		env := rule.Env{
			Site: "plant-7", System: b.system, Bus: b.bus, Log: b.log, Now: time.Now, Write: b.command,
			Meter: func(string) *rule.Meter { return &b.meter }, Failed: func(_ string, err error) { b.failed(err) },
		}
		env.Evaluators = rule.NewEvaluators(env)
		if _, err := b.system.Spawn(env.Evaluators.Spec()); err != nil {
			t.Fatal(err)
		}
		if _, err := b.system.Spawn(rule.Spec(env, c)); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		test(b)
		if err := b.system.Shutdown(context.Background()); err != nil {
			t.Error(err)
		}
	})
}

func (b *bench) command(c write.Command) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.commands = append(b.commands, c)
}

func (b *bench) failed(err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.failures = append(b.failures, err)
}

// scan publishes a row of a group, and waits until the rule has seen it.
func (b *bench) scan(group int, values ...tag.Value) {
	b.t.Helper()
	b.publish(b.row(group, values...))
}

func (b *bench) row(group int, values ...tag.Value) *tag.Batch {
	rows := tag.NewBuilder(b.groups[group], 1)
	copy(rows.Row(time.Now().UnixNano()), values)
	return rows.Batch()
}

func (b *bench) publish(batch *tag.Batch) {
	b.t.Helper()
	if err := b.bus.Stream(batch.Schema().Name()).Offer(batch); err != nil {
		b.t.Fatal(err)
	}
	synctest.Wait()
}

// follow collects the rule's output as JSON.
func (b *bench) follow() func() []string {
	sub := b.bus.Stream("r").Subscribe(1000, broker.DropOldest, func() {})
	return func() (rows []string) {
		for batch := sub.Next(); batch != nil; batch = sub.Next() {
			for i := range batch.Len() {
				rows = append(rows, string(tag.AppendRowJSON(nil, batch, i)))
			}
		}
		return rows
	}
}

func (b *bench) written() (values []int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, c := range b.commands {
		v, _ := c.Value.Int()
		values = append(values, v)
	}
	return values
}

func want[T comparable](t *testing.T, got []T, want ...T) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func celsius(f float64) tag.Value { return tag.FloatOf(f) }

func TestARuleForwardsWhatItsQuerySelects(t *testing.T) {
	on(t, `SELECT temperature AS t FROM boiler.climate WHERE humidity > 50`, nil, func(b *bench) {
		output := b.follow()
		b.scan(0, celsius(21.5), tag.IntOf(55))
		b.scan(0, celsius(22), tag.IntOf(45))
		b.scan(0, celsius(22.5), tag.IntOf(60))
		want(t, output(), `{"t":21.5}`, `{"t":22.5}`)
		if in, out := b.meter.RowsIn.Load(), b.meter.RowsOut.Load(); in != 3 || out != 2 {
			t.Errorf("%d rows in, %d out", in, out)
		}
	})
}

func TestADeviceOfSeveralGroupsIsReadAsOneRowOfWhatIsKnown(t *testing.T) {
	on(t, `SELECT temperature, pump FROM boiler`, nil, func(b *bench) {
		output := b.follow()
		b.scan(0, celsius(21.5), tag.IntOf(55))
		b.scan(1, tag.BoolOf(true))
		b.scan(0, celsius(22), tag.IntOf(55))
		want(t, output(), `{"temperature":21.5}`, `{"temperature":21.5,"pump":true}`, `{"temperature":22,"pump":true}`)
	})
}

func TestAConditionThatStaysTrueWritesOnce(t *testing.T) {
	on(t, `SELECT 3 AS valve FROM boiler.climate WHERE temperature = 30`,
		[]rule.Write{{Device: "boiler", Deadline: time.Second}}, func(b *bench) {
			for _, temperature := range []float64{29, 30, 30, 30, 29, 30} {
				b.scan(0, celsius(temperature), tag.IntOf(1))
			}
			want(t, b.written(), 3, 3)
			if c := b.commands[0]; c.Device != "boiler" || c.Tag != "valve" || c.By != "rule r" || c.Deadline.IsZero() {
				t.Errorf("the command is %+v", c)
			}
		})
}

// Rows that come together are judged one by one, and by rows that no condition
// over the stream meets, too.
func TestEachRowOfABatchCountsForAConditionThatIsWritten(t *testing.T) {
	on(t, `SELECT 3 AS valve FROM boiler.climate WHERE temperature = 30`,
		[]rule.Write{{Device: "boiler", Deadline: time.Second}}, func(b *bench) {
			for _, together := range []struct {
				rows []float64
				want int
			}{
				{[]float64{30, 30, 30}, 1},
				{[]float64{30, 29, 30}, 2},
				{[]float64{30, 28}, 2},
				{[]float64{30}, 3},
				{[]float64{27, 28}, 3},
				{[]float64{30, 27, 30, 30, 26, 30}, 6},
			} {
				rows := tag.NewBuilder(b.groups[0], 1)
				for _, temperature := range together.rows {
					rows.Row(time.Now().UnixNano())[0] = celsius(temperature)
				}
				b.publish(rows.Batch())
				if got := len(b.written()); got != together.want {
					t.Errorf("behind %v %d writes, want %d", together.rows, got, together.want)
				}
			}
		})
}

func TestADeviceThatReturnsIsNotWrittenAgain(t *testing.T) {
	on(t, `SELECT 3 AS valve FROM boiler.climate WHERE temperature = 30`,
		[]rule.Write{{Device: "boiler", Deadline: time.Second}}, func(b *bench) {
			b.scan(0, celsius(30), tag.IntOf(1))
			b.scan(0, celsius(30).WithQuality(tag.BadTimeout), tag.IntOf(1).WithQuality(tag.BadTimeout))
			b.scan(0, celsius(30), tag.IntOf(1))
			want(t, b.written(), 3)
			b.scan(0, celsius(29), tag.IntOf(1))
			b.scan(0, celsius(30), tag.IntOf(1))
			want(t, b.written(), 3, 3)
		})
}

func TestWritesComeFromLiveRowsInTimeOnly(t *testing.T) {
	on(t, `SELECT humidity AS valve FROM boiler.climate`,
		[]rule.Write{{Device: "boiler", Deadline: time.Second, Mode: write.Always}}, func(b *bench) {
			b.publish(b.row(0, celsius(1), tag.IntOf(1)).As(tag.Replay))
			b.publish(b.row(0, celsius(1), tag.IntOf(2)).As(tag.Backfill))
			late := b.row(0, celsius(1), tag.IntOf(3))
			<-time.After(2 * time.Second)
			b.publish(late)
			b.scan(0, celsius(1), tag.IntOf(4))
			want(t, b.written(), 4)
			if b.meter.Expired.Load() != 1 || b.meter.Writes.Load() != 1 {
				t.Errorf("%d expired, %d written", b.meter.Expired.Load(), b.meter.Writes.Load())
			}
		})
}

// A condition that stays true is written by the first row that is in time.
func TestAWriteThatCameTooLateIsMadeByTheNextRow(t *testing.T) {
	for _, mode := range []write.Mode{write.Edge, write.Change} {
		on(t, `SELECT 3 AS valve FROM boiler.climate WHERE temperature = 30`,
			[]rule.Write{{Device: "boiler", Deadline: time.Second, Mode: mode}}, func(b *bench) {
				late := b.row(0, celsius(30), tag.IntOf(1))
				<-time.After(2 * time.Second)
				b.publish(late)
				want(t, b.written())
				b.scan(0, celsius(30), tag.IntOf(1))
				b.scan(0, celsius(30), tag.IntOf(1))
				want(t, b.written(), 3)
				if n := b.meter.Expired.Load(); n != 1 {
					t.Errorf("%d expired", n)
				}
			})
	}
}

func TestADryRunIsDecidedAndMarked(t *testing.T) {
	on(t, `SELECT 1 AS valve FROM boiler.climate`,
		[]rule.Write{{Device: "boiler", Deadline: time.Second, DryRun: true}}, func(b *bench) {
			b.scan(0, celsius(1), tag.IntOf(1))
			if len(b.commands) != 1 || !b.commands[0].DryRun {
				t.Errorf("got %+v", b.commands)
			}
		})
}

func TestARuleThatIsStoppedReadsNothingAndBeginsAnewWhenStarted(t *testing.T) {
	on(t, `SELECT temperature AS t FROM boiler.climate`, nil, func(b *bench) {
		output := b.follow()
		b.scan(0, celsius(1), tag.IntOf(1))
		if err := b.system.Stop(context.Background(), "/r"); err != nil {
			t.Fatal(err)
		}
		b.scan(0, celsius(2), tag.IntOf(1))
		if err := b.system.Start(context.Background(), "/r"); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		b.scan(0, celsius(3), tag.IntOf(1))
		want(t, output(), `{"t":1}`, `{"t":3}`)
	})
}

func TestManyBatchesAtOnceAreAllEvaluated(t *testing.T) {
	on(t, `SELECT temperature AS t FROM boiler.climate`, nil, func(b *bench) {
		output := b.follow()
		stream := b.bus.Stream("boiler.climate")
		for i := range 100 {
			if err := stream.Offer(b.row(0, celsius(float64(i)), tag.IntOf(1))); err != nil {
				t.Fatal(err)
			}
		}
		synctest.Wait()
		if rows := output(); len(rows)+int(b.meter.Dropped.Load()) != 100 {
			t.Errorf("%d rows and %d dropped of 100", len(rows), b.meter.Dropped.Load())
		}
	})
}

func TestWhatTheRingOfASharedStreamDropsIsCountedWhileTheRuleRuns(t *testing.T) {
	on(t, "SELECT temperature FROM boiler.climate", nil, func(b *bench) {
		in, held := b.bus.Stream("boiler.climate"), make(chan struct{})
		out := b.bus.Stream("r").Subscribe(1000, broker.DropOldest, func() { <-held }) // in the evaluator's goroutine
		defer out.Close()
		b.scan(0, celsius(0), tag.IntOf(0)) // which is held up by that
		for i := range 200 {
			if err := in.Offer(b.row(0, celsius(float64(i)), tag.IntOf(0))); err != nil {
				b.t.Fatal(err)
			}
		}
		close(held)
		synctest.Wait()
		if got, rows := b.meter.Dropped.Load(), b.meter.RowsOut.Load(); got == 0 || got+rows != 201 {
			b.t.Errorf("%d batches are counted as dropped, and %d rows came out of 201", got, rows)
		}
	})
}

// The clock closes a window without a row: that has to be kept, too.
func TestAWindowThatTheClockHasClosedIsNotClosedAgainBehindARestart(t *testing.T) {
	const sql = `SELECT count(*) AS n FROM boiler.climate GROUP BY tumble('10s')`
	for _, writes := range [][]rule.Write{nil, {{Device: "boiler", Deadline: time.Second, DryRun: true}}} { // together, and alone
		on(t, sql, writes, func(b *bench) {
			output := b.follow()
			restart := func() {
				if err := b.system.Restart(context.Background(), "/r"); err != nil {
					t.Fatal(err)
				}
				synctest.Wait()
			}
			b.scan(0, celsius(1), tag.IntOf(1))
			restart()
			<-time.After(10 * time.Second)
			synctest.Wait()
			restart()
			<-time.After(10 * time.Second)
			synctest.Wait()
			want(t, output(), `{"n":1}`)
		})
	}
}
