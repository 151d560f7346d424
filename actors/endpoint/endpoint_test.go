package endpoint_test

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/holdfast-edge/holdfast/actors/endpoint"
	"github.com/holdfast-edge/holdfast/actors/write"
	"github.com/holdfast-edge/holdfast/broker"
	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/supervisor"
	"github.com/holdfast-edge/holdfast/tag"
)

const scan = 100 * time.Millisecond

// bench is an endpoint over a fake plant, in the virtual time of a synctest
// bubble.
type bench struct {
	t      *testing.T
	plant  *plant
	system *supervisor.System
	bus    *broker.Bus

	mu      sync.Mutex
	meters  map[string]*endpoint.Meter
	reports []write.Report
}

// on runs a test in virtual time with one endpoint and the named devices, each
// with a readable tag a and a writable tag b.
func on(t *testing.T, devices []string, test func(b *bench)) {
	over(t, newPlant(devices...), devices, test)
}

// over is on with a plant of one's own.
func over(t *testing.T, p *plant, devices []string, test func(b *bench)) {
	synctest.Test(t, func(t *testing.T) {
		p.cut = make(chan struct{}) // of the bubble
		b := &bench{t: t, plant: p, bus: broker.New(nil), meters: map[string]*endpoint.Meter{}}
		log := slog.New(slog.DiscardHandler)
		b.system = supervisor.New(supervisor.Options{Random: func() float64 { return 0.5 }})
		env := endpoint.Env{
			Schemas: &endpoint.Schemas{},
			Site:    "plant-7", System: b.system, Bus: b.bus, Logger: log, Meter: b.meter,
			Wrote: b.wrote, Now: time.Now, Random: func() float64 { return 0.5 },
		}
		pid, err := b.system.Spawn(endpoint.Spec(env, endpoint.Config{Driver: b.plant, Device: device(t, devices[0])}))
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range devices {
			spec := endpoint.Device(env, b.plant, p.configured(device(t, name)))
			if _, err := b.system.Add(context.Background(), pid.Id, spec); err != nil {
				t.Fatal(err)
			}
		}
		test(b)
		if err := b.system.Shutdown(context.Background()); err != nil {
			t.Error(err)
		}
	})
}

func device(t *testing.T, name string) *config.Device {
	var url config.URL
	if err := url.UnmarshalText([]byte("tcp://127.0.0.1:502")); err != nil {
		t.Fatal(err)
	}
	limit := 100.0
	return &config.Device{
		Name: name, Driver: "fake", Endpoint: url, DemoteAfter: 3, ProbeMin: time.Second, ProbeMax: 16 * time.Second,
		Groups: []config.Group{{Name: "g", Scan: scan, Tags: []config.Tag{
			{Name: "a", Access: config.ReadOnly},
			{Name: "b", Access: config.ReadWrite, Max: &limit, Verify: true},
		}}},
	}
}

func (b *bench) meter(name string) *endpoint.Meter {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.meters[name] == nil {
		b.meters[name] = &endpoint.Meter{}
	}
	return b.meters[name]
}

func (b *bench) wrote(r write.Report) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.reports = append(b.reports, r)
}

// pass lets virtual time pass and everything settle.
func (b *bench) pass(d time.Duration) {
	<-time.After(d)
	synctest.Wait()
}

func (b *bench) follow(device string) *broker.Subscription {
	return b.bus.Stream(device+".g").Subscribe(10_000, broker.DropOldest, func() {})
}

func (b *bench) state(name string) string {
	t, ok := b.system.Subtree("/tcp:127.0.0.1:502/" + name)
	if !ok {
		b.t.Fatalf("no %s in the tree", name)
	}
	return t.State
}

// ask sends a command and returns its report.
func (b *bench) ask(c write.Command) write.Report {
	b.t.Helper()
	pid, ok := b.system.Lookup("/tcp:127.0.0.1:502/" + c.Device)
	if !ok {
		b.t.Fatalf("no %s", c.Device)
	}
	answer, err := b.system.Actors().Root.RequestFuture(pid, &c, time.Minute).Result()
	if err != nil {
		b.t.Fatal(err)
	}
	return *answer.(*write.Report)
}

// goods and bads count the rows that a subscription has got since the last call.
func count(sub *broker.Subscription) (good, bad int) {
	for batch := sub.Next(); batch != nil; batch = sub.Next() {
		for i := range batch.Len() {
			if batch.Row(i)[0].Quality().IsBad() {
				bad++
			} else {
				good++
			}
		}
	}
	return good, bad
}

func TestTheTreeIsAsDrawn(t *testing.T) {
	on(t, []string{"boiler", "pump"}, func(b *bench) {
		b.pass(scan)
		tree, _ := b.system.Subtree("/tcp:127.0.0.1:502")
		var got []string
		for _, c := range tree.Children {
			got = append(got, c.Name+" "+c.Kind)
		}
		if strings.Join(got, ", ") != "session session, boiler device, pump device" || tree.Strategy != supervisor.OneForOne {
			t.Errorf("got %v, %v", got, tree.Strategy)
		}
	})
}

func TestEveryDeviceIsScannedOnItsSchedule(t *testing.T) {
	on(t, []string{"boiler", "pump"}, func(b *bench) {
		boiler, pump := b.follow("boiler"), b.follow("pump")
		b.pass(100 * scan)
		for _, sub := range []*broker.Subscription{boiler, pump} {
			if good, bad := count(sub); good < 99 || good > 101 || bad != 0 {
				t.Errorf("%s: %d good and %d bad rows in 100 scans", sub.Stream().Name(), good, bad)
			}
		}
		if m := b.meter("boiler"); m.Late.Load()+m.Overruns.Load() != 0 {
			t.Errorf("%d late, %d overruns", m.Late.Load(), m.Overruns.Load())
		}
		if v := b.bus.Stream("pump.g").Last().Row(0)[0]; !v.Equal(tag.IntOf(2)) {
			t.Errorf("the pump reads %s", tag.AppendJSON(nil, v))
		}
	})
}

func TestADeadUnitTurnsBadOnceAndCostsTheOthersNextToNothing(t *testing.T) {
	on(t, []string{"boiler", "pump"}, func(b *bench) {
		b.pass(10 * scan)
		boiler, pump := b.follow("boiler"), b.follow("pump")
		b.plant.with("boiler", func(u *unit) { u.dead = true })
		b.pass(30 * time.Second)
		if good, bad := count(boiler); good > 1 || bad != 1 {
			t.Errorf("the dead unit published %d good and %d bad rows, want its last and one bad", good, bad)
		}
		if state := b.state("boiler"); state != "demoted" && state != "probing" {
			t.Errorf("the dead unit is %s", state)
		}
		count(pump)
		b.pass(time.Minute)
		if good, bad := count(pump); good < 570 || bad != 0 {
			t.Errorf("the live unit kept %d of 600 scans, %d of them bad", good, bad)
		}
		if b.meter("boiler").Demotions.Load() != 1 {
			t.Errorf("%d demotions", b.meter("boiler").Demotions.Load())
		}
	})
}

func TestAUnitThatReturnsIsBackWithinOneProbeAndOneScan(t *testing.T) {
	on(t, []string{"boiler", "pump"}, func(b *bench) {
		b.plant.with("boiler", func(u *unit) { u.dead = true })
		b.pass(20 * time.Second)
		boiler := b.follow("boiler")
		b.plant.with("boiler", func(u *unit) { u.dead = false })
		b.pass(16*time.Second + silence + scan) // ProbeMax, a probe on its way, a scan
		if good, _ := count(boiler); good == 0 || b.state("boiler") != "polling" {
			t.Errorf("%d good rows, %s", good, b.state("boiler"))
		}
	})
}

func TestALostSessionTurnsEveryTagBadOnceAndHealsByItself(t *testing.T) {
	on(t, []string{"boiler", "pump"}, func(b *bench) {
		b.pass(10 * scan)
		boiler, pump := b.follow("boiler"), b.follow("pump")
		b.plant.disconnect(fault(2, tag.BadNotConnected, "refused"))
		b.pass(scan)
		for _, sub := range []*broker.Subscription{boiler, pump} {
			if _, bad := count(sub); bad != 1 {
				t.Errorf("%s: %d bad rows within one scan", sub.Stream().Name(), bad)
			}
		}
		row := b.bus.Stream("boiler.g").Last().Row(0)
		if v := row[0]; v.Quality() != tag.BadConnectionClosed || !v.IsNull() || v.Kind() != tag.Int {
			t.Errorf("the last value is %v, %v", v.Kind(), v.Quality())
		}
		b.pass(time.Minute)
		if good, bad := count(boiler); good+bad != 0 {
			t.Errorf("%d rows while there was no connection", good+bad)
		}
		b.plant.connect()
		b.pass(10*time.Second + scan)
		if good, bad := count(boiler); good == 0 || bad != 0 || b.state("boiler") != "polling" {
			t.Errorf("after the return: %d good, %d bad, %s", good, bad, b.state("boiler"))
		}
	})
}

func TestAUnitWhoseAnswersBreakTheSessionIsDemotedToo(t *testing.T) {
	on(t, []string{"boiler", "pump"}, func(b *bench) {
		b.pass(10 * scan)
		b.plant.with("boiler", func(u *unit) { u.breaks = true })
		b.pass(30 * time.Second)
		pump := b.follow("pump")
		b.pass(time.Minute)
		if good, _ := count(pump); good < 500 {
			t.Errorf("the live unit kept %d of 600 scans", good)
		}
		b.plant.with("boiler", func(u *unit) { u.breaks = false })
		b.pass(20 * time.Second)
		if b.state("boiler") != "polling" {
			t.Errorf("the mended unit is %s", b.state("boiler"))
		}
	})
}

func TestAPanicOfTheDriverEndsTheSessionOnly(t *testing.T) {
	on(t, []string{"boiler"}, func(b *bench) {
		b.pass(10 * scan)
		b.plant.mu.Lock()
		b.plant.panics = true
		b.plant.mu.Unlock()
		b.pass(2 * scan)
		tree, _ := b.system.Subtree("/tcp:127.0.0.1:502/session")
		if tree.LastFailure == nil || !strings.Contains(tree.LastFailure.Stack, "fake_test.go") {
			t.Fatalf("no stack of the driver in %+v", tree.LastFailure)
		}
		b.plant.mu.Lock()
		b.plant.panics = false
		b.plant.mu.Unlock()
		b.pass(11 * time.Second)
		device, _ := b.system.Subtree("/tcp:127.0.0.1:502/boiler")
		if device.State != "polling" || device.Restarts != 0 {
			t.Errorf("the device is %s after %d restarts", device.State, device.Restarts)
		}
	})
}

func TestEveryConnectionIsClosed(t *testing.T) {
	on(t, []string{"boiler"}, func(b *bench) {
		for range 5 {
			b.pass(11 * time.Second)
			b.plant.disconnect(nil)
		}
		b.pass(11 * time.Second)
		if err := b.system.Shutdown(context.Background()); err != nil {
			t.Fatal(err)
		}
		if b.plant.dials < 5 || b.plant.dials != b.plant.closed {
			t.Errorf("%d dialled, %d closed", b.plant.dials, b.plant.closed)
		}
	})
}

func TestAStoppedSessionLeavesNothingGood(t *testing.T) {
	on(t, []string{"boiler"}, func(b *bench) {
		b.pass(10 * scan)
		if err := b.system.Stop(context.Background(), "/tcp:127.0.0.1:502/session"); err != nil {
			t.Fatal(err)
		}
		b.pass(10 * scan)
		if v := b.bus.Stream("boiler.g").Last().Row(0)[0]; !v.Quality().IsBad() {
			t.Errorf("the tag is %v", v.Quality())
		}
		if err := b.system.Start(context.Background(), "/tcp:127.0.0.1:502/session"); err != nil {
			t.Fatal(err)
		}
		b.pass(10 * scan)
		if v := b.bus.Stream("boiler.g").Last().Row(0)[0]; !v.Quality().IsGood() || b.state("boiler") != "polling" {
			t.Errorf("after the start: %v, %s", v.Quality(), b.state("boiler"))
		}
	})
}

func TestARestartedDeviceGoesOnOverTheSameSession(t *testing.T) {
	on(t, []string{"boiler", "pump"}, func(b *bench) {
		b.pass(10 * scan)
		if err := b.system.Restart(context.Background(), "/tcp:127.0.0.1:502/boiler"); err != nil {
			t.Fatal(err)
		}
		boiler := b.follow("boiler")
		b.pass(20 * scan)
		if good, _ := count(boiler); good < 9 || b.plant.dials != 1 {
			t.Errorf("%d rows over %d sessions", good, b.plant.dials)
		}
	})
}

func TestWrites(t *testing.T) {
	cmd := write.Command{Device: "boiler", Tag: "b", Value: tag.IntOf(3), By: "user anna"}
	with := func(change func(*write.Command)) write.Command {
		c := cmd
		change(&c)
		return c
	}
	for name, c := range map[string]struct {
		cmd    write.Command
		change func(b *bench)
		want   string
		err    string
		sent   bool
	}{
		"are verified":          {cmd: cmd, want: "accepted sent acknowledged verified", sent: true},
		"refused by the device": {cmd: cmd, change: refuseWrites, want: "accepted sent refused", err: "illegal data value"},
		"without an answer":     {cmd: cmd, change: loseWrites, want: "accepted sent unknown", err: "no answer"},
		"above the limit": {
			cmd:  with(func(c *write.Command) { c.Value = tag.IntOf(101) }),
			want: "refused", err: "above the most allowed",
		},
		"to a read-only tag": {cmd: with(func(c *write.Command) { c.Tag = "a" }), want: "refused", err: "read-only"},
		"to no tag":          {cmd: with(func(c *write.Command) { c.Tag = "x" }), want: "refused", err: `no tag "x"`},
		"of a wrong type": {
			cmd:  with(func(c *write.Command) { c.Value = tag.FloatOf(1.5) }),
			want: "refused", err: "takes an integer",
		},
		"too late":            {cmd: with(func(c *write.Command) { c.Deadline = time.Unix(0, 0) }), want: "failed", err: "deadline"},
		"as a dry run":        {cmd: with(func(c *write.Command) { c.DryRun = true }), want: "accepted"},
		"without a session":   {cmd: cmd, change: cutConnection, want: "accepted failed", err: "connection is down"},
		"to a demoted device": {cmd: cmd, change: killUnit, want: "accepted failed", err: "does not answer"},
	} {
		t.Run(name, func(t *testing.T) {
			on(t, []string{"boiler"}, func(b *bench) {
				b.pass(10 * scan)
				if c.change != nil {
					c.change(b)
				}
				r := b.ask(c.cmd)
				var stages []string
				for _, s := range r.Steps {
					stages = append(stages, s.Stage.String())
				}
				if got := strings.Join(stages, " "); got != c.want {
					t.Errorf("stages %q, want %q (%v)", got, c.want, r.Err)
				}
				if (c.err == "") != (r.Err == nil) || r.Err != nil && !strings.Contains(r.Err.Error(), c.err) {
					t.Errorf("error %v, want %q", r.Err, c.err)
				}
				if sent := len(b.plant.units["boiler"].writes) > 0; sent != c.sent {
					t.Errorf("the device took the write: %v", sent)
				}
				if len(b.reports) != 1 {
					t.Errorf("the node was told %d times", len(b.reports))
				}
			})
		})
	}
}

func refuseWrites(b *bench) {
	b.plant.with("boiler", func(u *unit) { u.refuse = errors.New("illegal data value") })
}

func loseWrites(b *bench) { b.plant.with("boiler", func(u *unit) { u.lost = true }) }

func cutConnection(b *bench) {
	b.plant.disconnect(fault(2, tag.BadNotConnected, "refused"))
	b.pass(scan)
}

func killUnit(b *bench) {
	b.plant.with("boiler", func(u *unit) { u.dead = true })
	b.pass(10 * time.Second)
}

func TestAWriteGoesBeforeWaitingScans(t *testing.T) {
	names := []string{"a", "b", "c", "d", "e", "f", "g", "h", "i", "j"}
	on(t, names, func(b *bench) {
		b.pass(10 * scan)
		for _, n := range names[1:4] {
			b.plant.with(n, func(u *unit) { u.dead = true })
		}
		for range 50 {
			begin := time.Now()
			if r := b.ask(write.Command{Device: "a", Tag: "b", Value: tag.IntOf(7)}); r.Outcome() != write.Verified {
				t.Fatal(r)
			}
			if took := time.Since(begin); took > silence+4*roundTrip {
				t.Fatalf("the write took %v: more than one request in flight and its own two", took)
			}
			b.pass(37 * time.Millisecond)
		}
	})
}

func TestAReadBackThatDiffersIsNotVerified(t *testing.T) {
	on(t, []string{"boiler"}, func(b *bench) {
		b.pass(scan)
		b.plant.with("boiler", func(u *unit) { u.deaf = true })
		r := b.ask(write.Command{Device: "boiler", Tag: "b", Value: tag.IntOf(3)})
		if r.Outcome() != write.Acknowledged || r.Err == nil || !strings.Contains(r.Err.Error(), "the device holds 1") {
			t.Errorf("got %v", r)
		}
	})
}
