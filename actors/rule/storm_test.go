package rule_test

import (
	"context"
	"fmt"
	"runtime"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/holdfast-edge/holdfast/actors/rule"
	"github.com/holdfast-edge/holdfast/actors/write"
	"github.com/holdfast-edge/holdfast/broker"
	"github.com/holdfast-edge/holdfast/store/log"
	"github.com/holdfast-edge/holdfast/streamsql"
	"github.com/holdfast-edge/holdfast/streamsql/fn"
	"github.com/holdfast-edge/holdfast/supervisor"
	"github.com/holdfast-edge/holdfast/tag"
)

// shelf keeps checkpoints in memory. It has no cursors.
type shelf struct {
	mu     sync.Mutex
	states map[string][]byte
}

func newShelf() *shelf { return &shelf{states: map[string][]byte{}} }

func (s *shelf) Checkpoint(name string, state []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.states[name] = state
}

func (s *shelf) LoadCheckpoint(name string) ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.states[name], nil
}

func (s *shelf) Cursor(string, log.CursorOptions) (*log.Cursor, error) { return nil, log.ErrClosed }
func (s *shelf) Tail() uint64                                          { return 0 }

// plant is several rules over one group of the boiler, in virtual time.
type plant struct {
	t      *testing.T
	system *supervisor.System
	bus    *broker.Bus
	log    *shelf
	env    rule.Env
	schema *tag.Schema
	rows   *tag.Builder

	mu     sync.Mutex
	meters map[string]*rule.Meter
}

func newPlant(t *testing.T) *plant {
	_, groups := schemas(t)
	p := &plant{
		t: t, system: supervisor.New(supervisor.Options{Random: func() float64 { return 0.5 }}), bus: broker.New(nil), log: newShelf(),
		schema: groups[0], rows: tag.NewBuilder(groups[0], 1), meters: map[string]*rule.Meter{},
	}
	p.env = rule.Env{
		Site: "plant-7", System: p.system, Bus: p.bus, Log: p.log, Now: time.Now, Write: func(write.Command) {},
		Meter: p.meter, Failed: func(string, error) {},
	}
	p.env.Evaluators = rule.NewEvaluators(p.env)
	p.spawn(p.env.Evaluators.Spec())
	return p
}

func (p *plant) meter(name string) *rule.Meter {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.meters[name] == nil {
		p.meters[name] = &rule.Meter{}
	}
	return p.meters[name]
}

func (p *plant) spawn(spec supervisor.Spec) {
	p.t.Helper()
	if _, err := p.system.Spawn(spec); err != nil {
		p.t.Fatal(err)
	}
}

// boom panics on a negative number.
func boom() *fn.Func {
	return &fn.Func{
		Name: "boom", Family: "user", Params: []fn.Param{{Name: "x", Type: fn.Any}}, Returns: fn.Any, Doc: "Booms.",
		Scalar: func(_ *fn.Context, args []tag.Value) (tag.Value, error) {
			if n, ok := args[0].Int(); ok && n < 0 {
				panic("a function's defect")
			}
			return args[0], nil
		},
	}
}

// rule spawns a rule over the group.
func (p *plant) rule(name, sql string, change ...func(*rule.Config)) {
	p.t.Helper()
	query, err := streamsql.Compiler{
		Catalog: streamsql.Sources{"boiler.climate": {Schema: p.schema}}, Functions: []*fn.Func{boom()},
	}.Compile(sql)
	if err != nil {
		p.t.Fatal(err)
	}
	c := rule.Config{Name: name, Query: query, Inputs: []broker.Input{{Streams: []string{"boiler.climate"}, Overflow: broker.DropOldest}}}
	for _, f := range change {
		f(&c)
	}
	p.spawn(rule.Spec(p.env, c))
}

// scan publishes a row of a temperature.
func (p *plant) scan(temperature int) {
	p.t.Helper()
	p.rows.Row(time.Now().UnixNano())[0] = tag.IntOf(int64(temperature))
	if err := p.bus.Stream("boiler.climate").Offer(p.rows.Batch()); err != nil {
		p.t.Fatal(err)
	}
	synctest.Wait()
}

func (p *plant) follow(name string) *broker.Subscription {
	return p.bus.Stream(name).Subscribe(100_000, broker.DropOldest, func() {})
}

func (p *plant) restarts(path string) int {
	t, _ := p.system.Subtree(path)
	return t.Restarts
}

func (p *plant) stop() {
	if err := p.system.Shutdown(context.Background()); err != nil {
		p.t.Error(err)
	}
}

func lines(sub *broker.Subscription) (rows []string) {
	for b := sub.Next(); b != nil; b = sub.Next() {
		for i := range b.Len() {
			rows = append(rows, string(tag.AppendRowJSON(nil, b, i)))
		}
	}
	return rows
}

func TestAThousandPanicsInOneRuleCostItsNeighbourNothing(t *testing.T) {
	const panics = 1000
	synctest.Test(t, func(t *testing.T) {
		p := newPlant(t)
		p.rule("whole", `SELECT temperature AS t FROM boiler.climate`)
		p.rule("broken", `SELECT boom(temperature) AS t FROM boiler.climate`)
		synctest.Wait()
		output := p.follow("whole")
		before := runtime.NumGoroutine() - p.system.Resting()
		for i := range panics {
			p.scan(-1 - i)
			if i%50 == 0 {
				if err := p.system.Restart(context.Background(), "/broken"); err != nil {
					t.Fatal(err)
				}
				synctest.Wait()
			}
		}
		if got := output.Waiting(); got != panics || output.Dropped() != 0 {
			t.Errorf("the neighbour made %d rows of %d", got, panics)
		}
		if now := runtime.NumGoroutine() - p.system.Resting(); now > before+2 {
			t.Errorf("%d goroutines before, %d after", before, now)
		}
		if n := p.restarts("/whole") + p.restarts("/evaluators/boiler.climate"); n != 0 {
			t.Errorf("the neighbour and the evaluator were restarted %d times", n)
		}
		if broken := p.meter("broken"); broken.Failed.Load() == 0 || p.restarts("/broken") == 0 || broken.RowsOut.Load() != 0 {
			t.Errorf("the broken rule: %d rows failed, %d restarts", broken.Failed.Load(), p.restarts("/broken"))
		}
		p.stop()
	})
}

func TestARuleThatPanicsNowAndThenLosesThoseRowsOnly(t *testing.T) {
	for name, change := range map[string]func(*rule.Config){
		"with others": func(*rule.Config) {},
		"alone":       func(c *rule.Config) { c.Writes = []rule.Write{{Device: "boiler", Deadline: time.Second}} },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := newPlant(t)
				p.rule("r", `SELECT boom(temperature) AS t, acc_count(temperature) AS n FROM boiler.climate`, change)
				synctest.Wait()
				output := p.follow("r")
				for i := range 100 {
					if i%10 == 3 {
						p.scan(-1)
						<-time.After(time.Second)
						continue
					}
					p.scan(i)
				}
				if got := len(lines(output)); got != 90 {
					t.Errorf("%d rows of 90", got)
				}
				m := p.meter("r")
				if m.Failed.Load() != 10 || p.restarts("/r") != 0 || m.RowsIn.Load() != 100 {
					t.Errorf("%d rows in, %d failed, %d restarts", m.RowsIn.Load(), m.Failed.Load(), p.restarts("/r"))
				}
				if f := m.LastFailure(); f == nil || string(tag.AppendRowJSON(nil, f.Row, 0)) != `{"temperature":-1}` {
					t.Errorf("the sample is %+v", f)
				}
				p.stop()
			})
		})
	}
}

func TestTheStateOfARuleOutlivesItsRestartAndAChangeOfItsOutput(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPlant(t)
		p.rule("r", `SELECT lag(temperature) AS before FROM boiler.climate`)
		synctest.Wait()
		p.scan(1)
		p.scan(2)
		if err := p.system.Remove(context.Background(), "/r"); err != nil {
			t.Fatal(err)
		}
		p.rule("r", `SELECT lag(temperature) AS before, temperature AS now FROM boiler.climate`)
		synctest.Wait()
		output := p.follow("r")
		p.scan(3)
		want(t, lines(output), `{"before":2,"now":3}`)
		p.stop()
	})
}

func TestStateIsKeptEverySoOftenAndARuleGoesOnFromThereBehindAFailure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPlant(t)
		p.rule("r", `SELECT boom(temperature) AS t, acc_count(temperature) AS n FROM boiler.climate`, func(c *rule.Config) { c.Checkpoint = time.Minute })
		synctest.Wait()
		p.scan(1)
		p.scan(2)
		<-time.After(time.Minute + time.Second)
		p.scan(3)
		for range 20 {
			p.scan(-1) // too often: it fails
		}
		if p.restarts("/r") != 0 {
			t.Fatal("it was restarted already")
		}
		<-time.After(5 * time.Second)
		if p.restarts("/r") != 1 {
			t.Fatalf("%d restarts", p.restarts("/r"))
		}
		output := p.follow("r")
		p.scan(4)
		want(t, lines(output), `{"t":4,"n":3}`)
		p.stop()
	})
}

func TestRulesComeAndGoAndTheStreamIsReadOnlyMeanwhile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPlant(t)
		for i := range 300 {
			p.rule(fmt.Sprintf("r%d", i), fmt.Sprintf(`SELECT temperature AS t FROM boiler.climate WHERE temperature = %d`, i))
		}
		synctest.Wait()
		for i := range 300 {
			p.scan(i)
		}
		for i := range 300 {
			if m := p.meter(fmt.Sprintf("r%d", i)); m.RowsIn.Load() != 300 || m.RowsOut.Load() != 1 {
				t.Fatalf("rule %d: %d rows in, %d out", i, m.RowsIn.Load(), m.RowsOut.Load())
			}
			if err := p.system.Stop(context.Background(), fmt.Sprintf("/r%d", i)); err != nil {
				t.Fatal(err)
			}
		}
		synctest.Wait()
		if _, there := p.system.Subtree("/evaluators/boiler.climate"); there {
			t.Error("the evaluator is there without a rule")
		}
		if n := p.bus.Stream("boiler.climate").Subscriptions(); n != 0 {
			t.Errorf("the stream is read by %d", n)
		}
		p.scan(0)
		if m := p.meter("r0"); m.RowsIn.Load() != 300 {
			t.Errorf("%d rows in behind the stop", m.RowsIn.Load())
		}
		p.stop()
	})
}
