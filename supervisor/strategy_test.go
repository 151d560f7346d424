package supervisor

import (
	"slices"
	"testing"
	"time"

	"github.com/asynkron/protoactor-go/actor"
)

// noting is a fragile actor that notes its life in the journal.
func noting(j *journal, name string) func() actor.Actor {
	return receive(func(ctx actor.Context) {
		j.lifecycle(name, ctx)
		fragile(ctx)
	})
}

// chain is a parent with children a, b and c.
func chain(j *journal, strategy Strategy) Spec {
	var kids []Spec
	for _, name := range []string{"a", "b", "c"} {
		kids = append(kids, Spec{Name: name, New: noting(j, name), Policy: brisk()})
	}
	return Spec{Name: "chain", New: Group(kids...), Strategy: strategy, Policy: brisk()}
}

func (p *plant) pidOf(path string) *actor.PID {
	p.t.Helper()
	pid, ok := p.Lookup(path)
	if !ok {
		p.t.Fatalf("no actor at %s", path)
	}
	return pid
}

func awaitChain(p *plant) {
	p.t.Helper()
	for _, path := range []string{"/chain/a", "/chain/b", "/chain/c"} {
		p.awaitState(path, "running")
	}
}

func TestRestForOneEndsTheLaterSiblingsLastToFirstAndStartsThemFirstToLast(t *testing.T) {
	p := newPlant(t)
	var j journal
	p.spawn(chain(&j, RestForOne))
	awaitChain(p)
	begun := len(j.all())
	p.Send(p.pidOf("/chain/a"), explode{})
	p.awaitState("/chain/a", "backing off")
	p.awaitState("/chain/b", "waiting")
	p.eventually("all are down", func() bool { return len(j.all()) == begun+3 })
	p.clock.Advance(time.Second)
	awaitChain(p)
	p.eventually("all are up", func() bool { return len(j.all()) == begun+6 })
	got := j.all()[begun:]
	if c, b := slices.Index(got, "c restarting"), slices.Index(got, "b restarting"); c < 0 || b < c {
		t.Errorf("the ends come as %q", got)
	}
	if want := []string{"a started", "b started", "c started"}; !slices.Equal(got[3:], want) {
		t.Errorf("the starts come as %q", got)
	}
}

func TestRestForOneLeavesTheEarlierSiblingsAlone(t *testing.T) {
	p := newPlant(t)
	var j journal
	p.spawn(chain(&j, RestForOne))
	awaitChain(p)
	p.Send(p.pidOf("/chain/b"), explode{})
	p.awaitState("/chain/b", "backing off")
	p.awaitState("/chain/c", "waiting")
	p.clock.Advance(time.Second)
	awaitChain(p)
	if tree, _ := p.Subtree("/chain"); tree.Children[0].Restarts != 0 || tree.Children[1].Restarts != 1 || tree.Children[2].Restarts != 1 {
		t.Errorf("restarts are\n%s", tree.Status())
	}
}

func TestAFailureBehindTheFailedOneOfALineIsSettledToo(t *testing.T) {
	p := newPlant(t)
	var j journal
	p.spawn(chain(&j, RestForOne))
	awaitChain(p)
	p.Send(p.pidOf("/chain/c"), explode{})
	p.awaitState("/chain/c", "backing off")
	p.Send(p.pidOf("/chain/a"), explode{})
	p.awaitState("/chain/a", "backing off")
	p.awaitState("/chain/b", "waiting")
	p.clock.Advance(time.Second)
	awaitChain(p)
}

func TestOneForOneRestartsTheFailedOneAlone(t *testing.T) {
	p := newPlant(t)
	var j journal
	p.spawn(chain(&j, OneForOne))
	awaitChain(p)
	p.Send(p.pidOf("/chain/a"), explode{})
	p.awaitState("/chain/a", "backing off")
	p.clock.Advance(time.Second)
	awaitChain(p)
	if tree, _ := p.Subtree("/chain"); tree.Children[0].Restarts != 1 || tree.Children[1].Restarts+tree.Children[2].Restarts != 0 {
		t.Errorf("restarts are\n%s", tree.Status())
	}
}

// fatal is a policy whose first failure is one too many.
func fatal() Policy {
	policy := brisk()
	policy.Intensity = Intensity{Restarts: 1, Within: time.Hour}
	policy.Slow = time.Hour
	return policy
}

func TestFailuresClimbFromTheChildToTheRootAndEndInAnAlarm(t *testing.T) {
	p := newPlant(t)
	hopeless := Spec{Name: "session", Policy: fatal(), New: receive(func(ctx actor.Context) {
		if _, ok := ctx.Message().(*actor.Started); ok {
			panic("no device")
		}
	})}
	endpoint := Spec{Name: "endpoint", New: Group(hopeless), Policy: fatal()}
	p.spawn(Spec{Name: "endpoints", New: Group(endpoint), Policy: fatal()})
	raised := func() bool {
		p.clock.Advance(time.Second)
		tree, _ := p.Subtree("/endpoints")
		return tree.Alarm
	}
	p.eventually("the alarm is raised at the top", raised)
	if e := await[Escalated](p, "/endpoints/endpoint/session"); e.To != "/endpoints/endpoint" || e.Cause != "panic: no device" {
		t.Errorf("first %v", e)
	}
	if e := await[Escalated](p, "/endpoints/endpoint"); e.To != "/endpoints" {
		t.Errorf("then %v", e)
	}
	if a := await[AlarmRaised](p, "/endpoints"); a.Cause == "" {
		t.Errorf("at last %v", a)
	}
	tree, _ := p.Subtree("/endpoints")
	if f := tree.LastFailure; f == nil || f.Stack == "" || f.Escalated {
		t.Errorf("the last failure is %+v", f)
	}
	p.awaitState("/endpoints", "failed")
}

func TestAnExhaustedChildMayAlarmWhereItStandsInsteadOfEscalating(t *testing.T) {
	p := newPlant(t)
	policy := fatal()
	policy.Exhausted = Alarm
	p.spawn(Spec{Name: "sinks", New: Group(
		Spec{Name: "bad", New: receive(fragile), Policy: policy},
		Spec{Name: "good", New: receive(fragile)},
	)})
	p.awaitState("/sinks/bad", "running")
	p.Send(p.pidOf("/sinks/bad"), explode{})
	p.awaitState("/sinks/bad", "backing off")
	p.clock.Advance(time.Second)
	p.awaitState("/sinks/bad", "running")
	p.Send(p.pidOf("/sinks/bad"), explode{})
	await[AlarmRaised](p, "/sinks/bad")
	p.awaitState("/sinks/bad", "failed")
	if tree, _ := p.Subtree("/sinks"); tree.State != "running" || tree.Find("/sinks/good").Restarts != 0 {
		t.Errorf("\n%s", tree.Status())
	}
}

func TestARestartingParentKeepsWhatIsKnownOfItsChildren(t *testing.T) {
	p := newPlant(t)
	var j journal
	p.spawn(chain(&j, OneForOne))
	awaitChain(p)
	p.Send(p.pidOf("/chain/a"), explode{})
	p.awaitState("/chain/a", "backing off")
	p.clock.Advance(time.Second)
	awaitChain(p)
	if err := p.Stop(p.within(), "/chain/b"); err != nil {
		t.Fatal(err)
	}
	if err := p.Restart(p.within(), "/chain"); err != nil {
		t.Fatal(err)
	}
	p.awaitState("/chain/a", "running")
	p.awaitState("/chain/b", "stopped")
	p.awaitState("/chain/c", "running")
	tree, _ := p.Subtree("/chain/a")
	if tree.Restarts != 2 || tree.LastFailure == nil {
		t.Errorf("a is %+v", tree)
	}
}

func TestAStopByCommandOutlivesTheRestartOfAnyoneAbove(t *testing.T) {
	p := newPlant(t)
	var j journal
	p.spawn(Spec{Name: "top", New: Group(chain(&j, OneForOne))})
	for _, name := range []string{"a", "b", "c"} {
		p.awaitState("/top/chain/"+name, "running")
	}
	if err := p.Stop(p.within(), "/top/chain/a"); err != nil {
		t.Fatal(err)
	}
	if err := p.Restart(p.within(), "/top"); err != nil {
		t.Fatal(err)
	}
	p.awaitState("/top/chain/c", "running")
	p.awaitState("/top/chain/a", "stopped")
	if tree, _ := p.Subtree("/top/chain"); tree.Children[0].Name != "a" || len(tree.Children) != 3 {
		t.Errorf("\n%s", tree.Status())
	}
}

func TestALongSpellBeforeACommandDoesNotExcuseAFailingStart(t *testing.T) {
	p := newPlant(t)
	healthy := true
	p.spawn(Spec{Name: "a", Policy: brisk(), New: receive(func(ctx actor.Context) {
		if _, ok := ctx.Message().(*actor.Started); ok && !healthy {
			panic("no device")
		}
		if _, ok := ctx.Message().(*actor.Restarting); ok {
			healthy = false
		}
	})})
	p.awaitState("/a", "running")
	p.clock.Advance(time.Hour)
	if err := p.Restart(p.within(), "/a"); err == nil {
		t.Error("the restart has succeeded")
	}
	for attempt := 1; attempt < 4; attempt++ {
		f := await[Failed](p, "/a")
		if f.Attempt != attempt {
			t.Errorf("attempt %d is counted as %d", attempt, f.Attempt)
		}
		p.awaitState("/a", "backing off")
		p.clock.Advance(f.Next.Sub(f.Time))
	}
}

func TestAParentForgetsTheChildrenItDoesNotSpawnAgain(t *testing.T) {
	p := newPlant(t)
	first := true
	p.spawn(Spec{Name: "group", New: receive(func(ctx actor.Context) {
		if _, ok := ctx.Message().(*actor.Started); ok && first {
			first = false
			if _, err := Spawn(ctx, Spec{Name: "once", New: receive(fragile)}); err != nil {
				panic(err)
			}
		}
	})})
	p.awaitState("/group/once", "running")
	if err := p.Restart(p.within(), "/group"); err != nil {
		t.Fatal(err)
	}
	if tree, _ := p.Subtree("/group"); len(tree.Children) != 0 {
		t.Errorf("\n%s", tree.Status())
	}
}
