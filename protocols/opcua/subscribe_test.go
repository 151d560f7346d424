package opcua_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/protocols"
	"github.com/holdfast-edge/holdfast/protocols/conformance"
	"github.com/holdfast-edge/holdfast/protocols/conformance/faulty"
	"github.com/holdfast-edge/holdfast/tag"
)

// listener takes the rows of a subscription.
type listener struct {
	cancel context.CancelFunc
	ended  chan error

	mutex sync.Mutex
	held  chan struct{} // rows wait for it; nil: they do not
	live  []protocols.Row
	past  []protocols.Row
}

// listen subscribes a device in the background, until the test ends.
func listen(t testing.TB, s protocols.Session, d protocols.Device) *listener {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	l := &listener{cancel: cancel, ended: make(chan error, 1)}
	go func() { l.ended <- s.(protocols.Subscriber).Subscribe(ctx, d, l.take) }()
	t.Cleanup(func() {
		cancel()
		s.Close()
	})
	return l
}

func (l *listener) take(_ int, row protocols.Row) {
	l.mutex.Lock()
	held := l.held
	l.mutex.Unlock()
	if held != nil {
		<-held
	}
	l.mutex.Lock()
	defer l.mutex.Unlock()
	if row.Origin == tag.Backfill {
		l.past = append(l.past, row)
		return
	}
	l.live = append(l.live, row)
}

// latest returns the newest value of a slot, and when it is of.
func (l *listener) latest(slot int) (v tag.Value, stamp int64) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	for _, row := range l.live {
		if row.Values[slot].Kind() != tag.Absent {
			v, stamp = row.Values[slot], row.Stamps[slot]
		}
	}
	return v, stamp
}

// all returns every value that a slot had, in order.
func (l *listener) all(slot int) (values []tag.Value) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	for _, row := range l.live {
		if row.Values[slot].Kind() != tag.Absent {
			values = append(values, row.Values[slot])
		}
	}
	return values
}

// history returns the numbers of a slot that came as the past.
func (l *listener) history(slot int) (values []float64) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	for _, row := range l.past {
		if f, ok := row.Values[slot].Float(); ok {
			values = append(values, f)
		}
	}
	return values
}

// end waits for the subscription's end.
func (l *listener) end(t testing.TB) error {
	t.Helper()
	select {
	case err := <-l.ended:
		return err
	case <-time.After(conformance.Patience):
		t.Fatal("the subscription does not end")
		return nil
	}
}

// wantFault fails unless the subscription ends with a fault of the session.
func (l *listener) wantFault(t testing.TB) *protocols.Fault {
	t.Helper()
	f, ok := errors.AsType[*protocols.Fault](l.end(t))
	if !ok || f.Scope != protocols.ScopeSession || !f.Quality.IsBad() {
		t.Fatalf("ended with %v", f)
	}
	return f
}

// wantLatest waits until the newest value of a slot is what is wanted.
func (l *listener) wantLatest(t testing.TB, slot int, want tag.Value) {
	t.Helper()
	conformance.Eventually(t, fmt.Sprintf("value %d is %s", slot, tag.AppendJSON(nil, want)), func() bool {
		v, _ := l.latest(slot)
		return v.Equal(want)
	})
}

// behind returns a device at a relay.
func behind(t testing.TB, line *relay, options, keys string, tags ...string) *config.Device {
	t.Helper()
	return kit.Device(t, "opc.tcp://"+line.Address()+"/?connect_timeout=60s"+options, keys, tags...)
}

func TestChangesArriveWithTheServersTime(t *testing.T) {
	s := sharedServer(t)
	s.set(t, "Number", 1)
	c := kit.Device(t, endpointOf(s, ""), "", `name: a, address: "ns=1;s=Number", scale: 10`, `name: b, address: "ns=1;s=Fixed"`)
	l := listen(t, kit.Dial(t, c), kit.Compile(t, c))
	l.wantLatest(t, 0, tag.IntOf(10))
	at := time.Now().Add(-time.Minute).Truncate(time.Millisecond)
	s.ask(t, map[string]any{"do": "set", "node": "Number", "value": 2, "at": at.UnixMilli()})
	l.wantLatest(t, 0, tag.IntOf(20))
	if _, stamp := l.latest(0); stamp != at.UnixNano() {
		t.Errorf("of %v, want %v", time.Unix(0, stamp), at)
	}
	if n := len(l.all(1)); n != 1 {
		t.Errorf("the other tag came %d times", n)
	}
}

func TestMoreTagsThanTheServerWatchesAtOnceAreWatched(t *testing.T) {
	s := sharedServer(t)
	c := kit.Device(t, endpointOf(s, ""), "", many(250)...)
	l := listen(t, kit.Dial(t, c), kit.Compile(t, c))
	for _, i := range []int{0, 99, 100, 249} {
		l.wantLatest(t, i, tag.IntOf(int64(i)))
	}
}

func TestATagThatTheServerDoesNotWatchIsBadAndTheOthersArrive(t *testing.T) {
	s := sharedServer(t)
	s.set(t, "Number", 5)
	c := kit.Device(t, endpointOf(s, ""), "",
		`name: a, address: "ns=1;s=Missing"`, `name: b, address: "nsu=urn:nobody;s=Number"`, `name: c, address: "ns=1;s=Number"`)
	l := listen(t, kit.Dial(t, c), kit.Compile(t, c))
	l.wantLatest(t, 2, tag.IntOf(5))
	l.wantLatest(t, 0, tag.NullOf(tag.BadAddressUnknown))
	l.wantLatest(t, 1, tag.NullOf(tag.BadAddressUnknown))
}

func TestReadsAndWritesGoOnBesideASubscription(t *testing.T) {
	s := sharedServer(t)
	c := kit.Device(t, endpointOf(s, ""), "", `name: a, address: "ns=1;s=Number", access: rw`)
	session, d := kit.Dial(t, c), kit.Compile(t, c)
	l := listen(t, session, d)
	for i := range int64(50) {
		if err := session.Write(t.Context(), conformance.Point(t, d, "a"), tag.IntOf(i)); err != nil {
			t.Fatal(err)
		}
		if _, err := conformance.Scan(t, session, d, 1); err != nil {
			t.Fatal(err)
		}
	}
	l.wantLatest(t, 0, tag.IntOf(49))
}

func TestValuesBetweenTwoPublishingsAllArriveInOrder(t *testing.T) {
	s := sharedServer(t)
	s.set(t, "Number", -1)
	c := kit.Device(t, endpointOf(s, ""), "publishing_interval: 1s, queue: 100,", `name: a, address: "ns=1;s=Number"`)
	l := listen(t, kit.Dial(t, c), kit.Compile(t, c))
	l.wantLatest(t, 0, tag.IntOf(-1))
	for i := range 20 {
		s.set(t, "Number", i)
	}
	l.wantLatest(t, 0, tag.IntOf(19))
	before := int64(-2)
	for _, v := range l.all(0) {
		i, _ := v.Int()
		if i <= before {
			t.Errorf("%d came behind %d", i, before)
		}
		before = i
	}
}

func TestActorsThatAreSlowDoNotKeepTheServerFromPublishing(t *testing.T) {
	s := sharedServer(t)
	line := newRelay(t, s.address())
	c := behind(t, line, "", "", `name: a, address: "ns=1;s=Number", access: rw`)
	session, d := kit.Dial(t, c), kit.Compile(t, c)
	ctx, cancel := context.WithCancel(t.Context())
	l := &listener{cancel: cancel, ended: make(chan error, 1), held: make(chan struct{})}
	go func() { l.ended <- session.(protocols.Subscriber).Subscribe(ctx, d, l.take) }()
	for i := range 5 {
		before := line.asked.Load()
		s.set(t, "Number", 100+i)
		conformance.Eventually(t, "the server is asked for more while nobody takes rows", func() bool { return line.asked.Load() > before })
	}
	l.mutex.Lock()
	close(l.held)
	l.held = nil
	l.mutex.Unlock()
	l.wantLatest(t, 0, tag.IntOf(104))
	cancel()
	if err := l.end(t); err != nil {
		t.Error(err)
	}
}

func TestAnEndedSubscriptionIsGoneAtTheServerAndTheSessionStays(t *testing.T) {
	s := sharedServer(t)
	c := kit.Device(t, endpointOf(s, ""), "", `name: a, address: "ns=1;s=Number"`)
	session, d := kit.Dial(t, c), kit.Compile(t, c)
	before := s.count(t).Subscriptions
	l := listen(t, session, d)
	conformance.Eventually(t, "a value arrives", func() bool { return len(l.all(0)) > 0 })
	l.cancel()
	if err := l.end(t); err != nil {
		t.Error(err)
	}
	if n := s.count(t).Subscriptions; n > before {
		t.Errorf("%d subscriptions, %d before", n, before)
	}
	if _, err := conformance.Scan(t, session, d, 1); err != nil {
		t.Error(err)
	}
}

func TestALineThatBreaksEndsTheSubscription(t *testing.T) {
	for _, fault := range []faulty.Fault{faulty.CutOff, faulty.Garbage, faulty.HalfFrame, faulty.HalfOpen, faulty.Silent} {
		t.Run(fault.String(), func(t *testing.T) {
			s := sharedServer(t)
			line := newRelay(t, s.address())
			c := behind(t, line, "&request_timeout=300ms", "keep_alive: 2,", `name: a, address: "ns=1;s=Number"`)
			session, d := kit.Dial(t, c), kit.Compile(t, c)
			before := goleak.IgnoreCurrent()
			l := listen(t, session, d)
			conformance.Eventually(t, "a value arrives, or the server is too slow", func() bool { return len(l.all(0)) > 0 || len(l.ended) > 0 })
			line.Break(fault)
			l.wantFault(t)
			session.Close()
			line.Heal()
			line.Cut()
			conformance.Eventually(t, "nothing of the subscription is left", func() bool { return goleak.Find(before) == nil })
		})
	}
}

func TestAClosedSessionEndsItsSubscription(t *testing.T) {
	s := sharedServer(t)
	c := kit.Device(t, endpointOf(s, ""), "", `name: a, address: "ns=1;s=Number"`)
	session, d := kit.Dial(t, c), kit.Compile(t, c)
	l := listen(t, session, d)
	conformance.Eventually(t, "a value arrives", func() bool { return len(l.all(0)) > 0 })
	if err := session.Close(); err != nil {
		t.Fatal(err)
	}
	l.wantFault(t)
}

func TestWhatWasMissedIsReadFromTheServersHistory(t *testing.T) {
	s := sharedServer(t)
	line := newRelay(t, s.address())
	c := behind(t, line, "", "", `name: kept, address: "ns=1;s=History"`, `name: not_kept, address: "ns=1;s=Number"`)
	d := kit.Compile(t, c)
	s.set(t, "History", 1000)
	first := kit.Dial(t, c)
	l := listen(t, first, d)
	l.wantLatest(t, 0, tag.FloatOf(1000))
	l.wantLatest(t, 1, mustValue(t, s, "Number"))
	line.Break(faulty.Unreached)
	l.wantFault(t)
	first.Close()
	for i := range 5 {
		s.set(t, "History", 1001+i)
		tick(t)
	}
	line.Heal()
	again := listen(t, kit.Dial(t, c), d)
	again.wantLatest(t, 0, tag.FloatOf(1005))
	conformance.Eventually(t, "the four values in between arrive", func() bool { return len(again.history(0)) >= 4 })
	if got := again.history(0); fmt.Sprint(got) != "[1001 1002 1003 1004]" {
		t.Errorf("missed: %v", got)
	}
	if got := again.history(1); len(got) != 0 {
		t.Errorf("of the tag without a history: %v", got)
	}
	for _, row := range again.past {
		if row.Stamps[0] == 0 || row.Values[1].Kind() != tag.Absent {
			t.Errorf("the row %v of %v", row.Values, row.Stamps)
		}
	}
}

// mustValue returns a number that the server holds.
func mustValue(t *testing.T, s *server, node string) tag.Value {
	t.Helper()
	f, ok := s.get(t, node).(float64)
	if !ok {
		t.Fatalf("%s is no number", node)
	}
	return tag.IntOf(int64(f))
}

// tick waits until the server's clock, which counts milliseconds, has gone on.
func tick(t *testing.T) {
	t.Helper()
	now := time.Now().UnixMilli()
	conformance.Eventually(t, "a millisecond passes", func() bool { return time.Now().UnixMilli() > now+1 })
}

func TestNothingIsReadFromTheHistoryWhereNothingWasMissed(t *testing.T) {
	s := sharedServer(t)
	s.set(t, "History", 1)
	c := kit.Device(t, endpointOf(s, ""), "", `name: a, address: "ns=1;s=History"`)
	d := kit.Compile(t, c)
	for range 3 {
		session := kit.Dial(t, c)
		l := listen(t, session, d)
		l.wantLatest(t, 0, tag.FloatOf(1))
		l.cancel()
		if err := l.end(t); err != nil {
			t.Error(err)
		}
		session.Close()
		if n := len(l.history(0)); n != 0 {
			t.Errorf("%d values of the past", n)
		}
	}
}
