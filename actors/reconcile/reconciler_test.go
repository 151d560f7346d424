package reconcile

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/store/state"
)

// fake is a plant whose configurations are words. Every tag of "bad" is Bad, and
// "broken" cannot be entered.
type fake struct {
	mu       sync.Mutex
	runs     string
	entered  []string
	locked   string // why the interlock forbids a change
	restarts []string
	alarm    bool
	cut      func() // called when something is entered, before and after
}

func (f *fake) Check(sources []config.Source) (Checked, error) {
	text := string(sources[0].Data)
	if text == "wrong" {
		return Checked{}, config.Errors{{File: "a.yaml", Line: 1, Column: 1, Problem: "it is wrong"}}
	}
	c := Checked{Document: []byte(text), Restart: strings.HasPrefix(text, "console")}
	f.mu.Lock()
	defer f.mu.Unlock()
	if text != f.runs {
		c.Changes = []config.Change{{Kind: config.KindRule, Name: "hot", Op: config.Changed}}
	}
	return c, nil
}

func (f *fake) Enter(_ context.Context, document []byte) error {
	if f.cut != nil {
		f.cut()
		defer f.cut()
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if strings.HasPrefix(f.runs+string(document), "console") && f.runs != string(document) {
		return errors.New("the node must start anew for it")
	}
	f.runs = string(document)
	f.entered = append(f.entered, f.runs)
	if f.runs == "broken" {
		return errors.New("a port is taken")
	}
	return nil
}

func (f *fake) Restart(why string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.restarts = append(f.restarts, why)
}

func (f *fake) Health() Health {
	f.mu.Lock()
	defer f.mu.Unlock()
	h := Health{Tags: map[string]bool{"boiler.t": !strings.Contains(f.runs, "bad")}}
	if f.alarm {
		h.Alarms = map[string]string{"/rules/hot": "it panics"}
	}
	return h
}

func (f *fake) Interlock() (bool, string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.locked == "", f.locked
}

func (f *fake) set(change func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	change()
}

// life is a directory with a state in which "old" runs and is confirmed.
type life struct {
	t     *testing.T
	dir   string
	plant *fake
}

func newLife(t *testing.T) *life {
	l := &life{t: t, dir: t.TempDir(), plant: &fake{runs: "old"}}
	s := l.open()
	g, err := s.Accept([]byte("old"), "file", time.Now())
	if err := errors.Join(err, s.Run(g.Number), s.Confirm(g.Number), s.Close()); err != nil {
		t.Fatal(err)
	}
	return l
}

func (l *life) open() *state.State {
	l.t.Helper()
	s, err := state.Open(state.Options{Dir: l.dir, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		l.t.Fatal(err)
	}
	return s
}

// process is one process of a node, from its start to its death.
type process struct {
	*Reconciler
	life  *life
	state *state.State
	told  []State
	ended int // what Entered was called
	die   func()
}

// start starts a process as a node does: it runs what Begin says.
func (l *life) start(o Options) *process {
	l.t.Helper()
	p := &process{life: l, state: l.open()}
	run, resumed, err := Begin(p.state)
	if err != nil {
		l.t.Fatal(err)
	}
	g, err := p.state.Running()
	if err != nil || run != 0 && run != g.Number {
		l.t.Fatalf("running is %d, begins with %d: %v", g.Number, run, err)
	}
	document, err := p.state.Configuration(g.Number)
	if err != nil {
		l.t.Fatal(err)
	}
	l.plant.set(func() { l.plant.runs = string(document) })
	o.Plant, o.State, o.Logger, o.Resumed = l.plant, p.state, slog.New(slog.DiscardHandler), resumed
	if o.Now == nil {
		o.Now = time.Now
	}
	var mu sync.Mutex
	told := o.Told
	o.Told = func(c Change) {
		mu.Lock()
		defer mu.Unlock()
		p.told = append(p.told, c.State)
		if told != nil {
			told(c)
		}
	}
	o.Entered = func() { p.ended++ }
	if p.Reconciler, err = New(o); err != nil {
		l.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() {
		if err := p.Run(ctx); err != nil {
			l.t.Error(err)
		}
	})
	p.die = func() {
		cancel()
		running.Wait()
		if err := p.state.Close(); err != nil {
			l.t.Error(err)
		}
	}
	return p
}

func (p *process) propose(text string, change func(*Proposal)) Change {
	p.life.t.Helper()
	o := Proposal{Sources: []config.Source{{Name: "a.yaml", Data: []byte(text)}}, Origin: "test", Gate: Gate{Window: 30 * time.Second, Good: 0.95, Failed: 0.05, Restarts: 3}, Hold: time.Hour}
	if change != nil {
		change(&o)
	}
	_, c, err := p.Propose(o)
	if err != nil {
		p.life.t.Fatal(err)
	}
	return c
}

// want checks what runs, how the change stands, and which states it went through.
func (p *process) want(runs string, state State, reason string, told ...State) {
	p.life.t.Helper()
	c, _ := p.Status()
	if c.State != state || !strings.Contains(c.Reason, reason) {
		p.life.t.Errorf("the change is %s: %s", c.State, c.Reason)
	}
	if p.life.plant.runs != runs {
		p.life.t.Errorf("it runs %q", p.life.plant.runs)
	}
	if len(told) > 0 && !slices.Equal(p.told, told) {
		p.life.t.Errorf("told were %v", p.told)
	}
	if document := p.document(p.state.Running()); document != runs {
		p.life.t.Errorf("on the disk runs %q", document)
	}
}

// document returns what a generation says, and nothing where there is none.
func (p *process) document(g state.Generation, err error) string {
	if err != nil {
		return ""
	}
	document, _ := p.state.Configuration(g.Number)
	return string(document)
}

// pass lets virtual time pass, and everything settle.
func pass(d time.Duration) {
	<-time.After(d)
	synctest.Wait()
}

func TestAHealthyChangeIsConfirmedAfterItsWindow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newLife(t).start(Options{})
		defer p.die()
		p.propose("new", nil)
		pass(29 * time.Second)
		p.want("new", Trying, "")
		pass(2 * time.Second)
		p.want("new", Confirmed, "", Entering, Trying, Confirmed)
		if document := p.document(p.state.Confirmed()); document != "new" || p.ended != 1 {
			t.Errorf("confirmed is %q, %d", document, p.ended)
		}
	})
}

func TestAChangeThatMakesTheTagsBadIsReverted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newLife(t).start(Options{})
		defer p.die()
		c := p.propose("bad", nil)
		pass(31 * time.Second)
		p.want("old", Reverted, "1 of 1 tags are Bad", Entering, Trying, Reverting, Reverted)
		ends, err := p.Ends()
		if err != nil || len(ends) != 1 || ends[0].Generation != c.Generation || ends[0].State != Reverted || p.ended != 0 {
			t.Errorf("ended are %+v, %v", ends, err)
		}
		p.propose("new", nil) // the way is free
		pass(31 * time.Second)
		p.want("new", Confirmed, "")
	})
}

func TestAHopelessChangeIsRevertedBeforeItsWindowIsOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newLife(t).start(Options{})
		defer p.die()
		p.propose("new", nil)
		pass(time.Second)
		p.life.plant.set(func() { p.life.plant.alarm = true })
		pass(2 * time.Second)
		p.want("old", Reverted, "/rules/hot raised an alarm: it panics")
	})
}

func TestAChangeThatCannotBeEnteredIsReverted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newLife(t).start(Options{})
		defer p.die()
		p.propose("broken", nil)
		synctest.Wait()
		p.want("old", Reverted, "could not be entered: a port is taken", Entering, Reverting, Reverted)
	})
}

func TestTheInterlockHoldsAChange(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newLife(t).start(Options{})
		defer p.die()
		lock := func(why string) { p.life.plant.set(func() { p.life.plant.locked = why }) }
		lock("the mixer runs")
		p.propose("new", nil)
		pass(10 * time.Minute)
		p.want("old", Holding, "the mixer runs", Holding)
		lock("")
		pass(32 * time.Second)
		p.want("new", Confirmed, "")

		lock("the mixer runs")
		p.propose("newer", nil)
		pass(time.Hour + time.Second)
		p.want("new", Withdrawn, "the interlock held it for 1h0m0s: the mixer runs")
		c := p.propose("newest", nil)
		pass(time.Minute)
		if err := p.Withdraw(c.Generation, "not today"); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		p.want("new", Withdrawn, "not today")
		if _, _, err := p.Propose(Proposal{Sources: []config.Source{{Data: []byte("x")}}}); err == nil || !strings.Contains(err.Error(), "the mixer runs") {
			t.Errorf("a change that cannot wait: %v", err)
		}
	})
}

func TestAChangeThatMustBeConfirmedIsRevertedWhenNobodyDoes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newLife(t).start(Options{})
		defer p.die()
		within := func(o *Proposal) { o.Confirm = time.Minute }
		p.propose("new", within)
		pass(59 * time.Second)
		p.want("new", Awaiting, "")
		pass(2 * time.Second)
		p.want("old", Reverted, "nobody confirmed it within 1m0s", Entering, Trying, Awaiting, Reverting, Reverted)

		c := p.propose("new", within)
		if err := p.Confirm(c.Generation + 1); !errors.Is(err, ErrNoTrial) {
			t.Errorf("to confirm another one: %v", err)
		}
		pass(10 * time.Second)
		if err := errors.Join(p.Confirm(c.Generation), p.Confirm(c.Generation)); err != nil {
			t.Fatal(err)
		}
		pass(21 * time.Second)
		p.want("new", Confirmed, "") // a confirmation does not shorten the window
	})
}

func TestAClockThatIsSetMovesNoDeadline(t *testing.T) {
	for _, step := range []time.Duration{-50 * 365 * 24 * time.Hour, 50 * 365 * 24 * time.Hour} {
		synctest.Test(t, func(t *testing.T) {
			var set atomic.Int64
			p := newLife(t).start(Options{Now: func() time.Time { return time.Now().Add(time.Duration(set.Load())) }})
			defer p.die()
			p.life.plant.locked = "the mixer runs"
			p.propose("new", func(o *Proposal) { o.Confirm = time.Minute })
			pass(time.Minute)
			set.Store(int64(step))
			pass(time.Minute)
			p.want("old", Holding, "the mixer runs")
			p.life.plant.set(func() { p.life.plant.locked = "" })
			pass(10 * time.Second)
			set.Store(0)
			pass(30 * time.Second)
			p.want("new", Awaiting, "")
			set.Store(int64(step))
			pass(25 * time.Second)
			p.want("old", Reverted, "nobody confirmed it within 1m0s")
		})
	}
}

func TestOneChangeIsOnTrialAtATime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newLife(t).start(Options{})
		defer p.die()
		p.propose("new", nil)
		synctest.Wait()
		_, _, err := p.Propose(Proposal{Sources: []config.Source{{Data: []byte("newer")}}})
		if !errors.Is(err, ErrBusy) || !strings.Contains(err.Error(), "generation 2 is trying") {
			t.Errorf("got %v", err)
		}
	})
}

func TestWhatIsWrongOrTheSameChangesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newLife(t).start(Options{})
		defer p.die()
		if _, _, err := p.Propose(Proposal{Sources: []config.Source{{Data: []byte("wrong")}}}); err == nil {
			t.Error("a wrong configuration is taken")
		}
		if _, _, err := p.Propose(Proposal{Sources: []config.Source{{Data: []byte("console")}}}); err == nil {
			t.Error("a change is taken that this node cannot make")
		}
		if c := p.propose("old", nil); c.Generation != 0 {
			t.Error("what runs already is on trial")
		}
		if c := p.propose("new", func(o *Proposal) { o.DryRun = true }); c.Generation != 0 {
			t.Error("a dry run is on trial")
		}
		pass(time.Minute)
		if all, err := p.state.Generations(); err != nil || len(all) != 1 {
			t.Errorf("generations %v, %v", all, err)
		}
	})
}

func TestAChangeThatNeedsAStartGoesOnAfterIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for text, end := range map[string]State{"console": Confirmed, "console bad": Restarting} {
			l := newLife(t)
			p := l.start(Options{CanRestart: true})
			p.propose(text, nil)
			synctest.Wait()
			if c, _ := p.Status(); c.State != Restarting || len(l.plant.restarts) != 1 {
				t.Fatalf("%s: %+v, %v", text, c, l.plant.restarts)
			}
			p.die()
			p = l.start(Options{CanRestart: true})
			pass(31 * time.Second)
			if end == Confirmed {
				p.want(text, Confirmed, "", Trying, Confirmed)
				p.die()
				continue
			}
			if c, _ := p.Status(); c.State != Reverting || len(l.plant.restarts) != 2 {
				t.Fatalf("%s: %+v, %v", text, c, l.plant.restarts)
			}
			p.die()
			p = l.start(Options{CanRestart: true})
			pass(time.Second)
			p.want("old", Reverted, "1 of 1 tags are Bad")
			p.die()
		}
	})
}

func TestAProcessThatDiesOnTrialComesBackWithWhatRanBefore(t *testing.T) {
	for _, text := range []string{"new", "bad", "broken", "console", "console bad"} {
		for _, at := range []State{Holding, Restarting, Entering, Trying, Awaiting, Reverting} {
			synctest.Test(t, func(t *testing.T) {
				l := newLife(t)
				l.plant.locked = "for a while"
				p := l.start(Options{CanRestart: true})
				p.propose(text, func(o *Proposal) { o.Confirm = time.Minute })
				reached := func() bool { c, _ := p.Status(); return c.State == at }
				for range 3 {
					for i := 0; i < 100 && !reached(); i++ {
						l.plant.set(func() {
							if i > 2 && at != Holding {
								l.plant.locked = ""
							}
						})
						pass(time.Second)
						if len(l.plant.restarts) > 0 && at != Restarting && !reached() { // the node does as it is asked
							l.plant.restarts = nil
							p.die()
							p = l.start(Options{CanRestart: true})
						}
					}
				}
				c, _ := p.Status()
				was := c.State
				p.die() // at this very step
				l.plant.locked = ""
				p = l.start(Options{CanRestart: true})
				pass(time.Second)
				// Nobody confirms it, and it dies again on the way: whatever happens, it
				// ends, and with what ran before.
				for range 3 {
					pass(100 * time.Second)
					p.die()
					p = l.start(Options{CanRestart: true})
				}
				pass(time.Second)
				ends, err := p.Ends()
				if err != nil || len(ends) != 1 || ends[0].State != Reverted || l.plant.runs != "old" {
					t.Errorf("%s, dead while %s: runs %q, ended %+v, %v", text, was, l.plant.runs, ends, err)
				}
				p.die()
			})
		}
	}
}

// TestTheDiskSaysOneOrTheOtherAtEveryStep starts a process from what is on the
// disk after each step of a change, as after a power cut there.
func TestTheDiskSaysOneOrTheOtherAtEveryStep(t *testing.T) {
	for _, text := range []string{"new", "bad", "broken", "console", "console bad"} {
		synctest.Test(t, func(t *testing.T) {
			l := newLife(t)
			var cuts []string
			cut := func() {
				copied := t.TempDir()
				if err := os.CopyFS(copied, os.DirFS(l.dir)); err != nil {
					t.Error(err)
				}
				cuts = append(cuts, copied)
			}
			o := Options{CanRestart: true, Told: func(Change) { cut() }}
			p := l.start(o)
			l.plant.cut = cut
			p.propose(text, nil)
			for range 3 { // starts of the node, where it asks for any
				pass(31 * time.Second)
				if len(l.plant.restarts) == 0 {
					break
				}
				l.plant.restarts = nil
				p.die()
				p = l.start(o)
			}
			p.die()
			if len(cuts) < 3 {
				t.Errorf("%s: %d steps", text, len(cuts))
			}
			for _, dir := range cuts {
				after := &life{t: t, dir: dir, plant: &fake{}}
				after.settle(text)
			}
		})
	}
}

// settle starts processes until nothing is on trial, and checks what runs then.
func (l *life) settle(text string) {
	l.t.Helper()
	var p *process
	for range 3 {
		p = l.start(Options{CanRestart: true})
		pass(time.Minute)
		p.die()
	}
	c, _ := p.Status()
	p = l.start(Options{CanRestart: true})
	defer p.die()
	ends, err := p.Ends()
	want := map[State]string{Confirmed: text, Reverted: "old"}
	if err != nil || len(ends) != 1 || l.plant.runs != want[ends[0].State] {
		l.t.Errorf("%s: it runs %q, %s, and the end is %+v, %v", text, l.plant.runs, c.State, ends, err)
	}
	if len(ends) == 1 && ends[0].State == Confirmed && strings.Contains(text, "b") {
		l.t.Errorf("%s is confirmed", text)
	}
}
