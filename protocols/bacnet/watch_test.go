package bacnet

import (
	"testing"
	"time"

	"github.com/holdfast-edge/holdfast/protocols/bacnet/wire"
)

// story is a watch whose clock the test moves.
type story struct {
	t   *testing.T
	w   *watch
	now time.Time
}

func begun(t *testing.T) *story {
	return &story{t, &watch{life: 5 * time.Minute, check: time.Minute}, time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC)}
}

func (s *story) pass(d time.Duration) *story {
	s.now = s.now.Add(d)
	return s
}

func (s *story) subscribe() *story {
	s.w.subscribing(s.now)
	s.w.subscribed(s.now)
	return s
}

func (s *story) tell(n uint64) *story {
	s.w.tell(s.now, &wire.Notification{Values: map[wire.Property][]wire.Value{wire.PresentValue: {{Type: wire.Unsigned, Number: n}}}})
	return s
}

func (s *story) reads(n uint64) *story {
	s.w.compare(s.now, []wire.Value{{Type: wire.Unsigned, Number: n}})
	return s
}

// want fails unless the watch is due, stands and is lost as is wanted.
func (s *story) want(what string, due, stands, lost bool) *story {
	s.t.Helper()
	gotLost := s.w.isLost(s.now)
	if gotDue, gotStands := s.w.isDue(s.now), s.w.stands(s.now); gotDue != due || gotStands != stands || gotLost != lost {
		s.t.Errorf("%s: due %v, stands %v, lost %v; want %v, %v, %v", what, gotDue, gotStands, gotLost, due, stands, lost)
	}
	return s
}

func TestWhatWasToldStandsUntilTheSubscriptionEnds(t *testing.T) {
	begun(t).want("before", true, false, false).
		subscribe().want("subscribed", false, false, false).
		tell(1).want("told", false, true, false).
		pass(2*time.Minute).want("later", false, true, false).
		pass(time.Minute).want("half of it is over", true, true, false).
		pass(2*time.Minute).want("all of it is over", true, false, false)
}

func TestARenewedSubscriptionStandsWhileItsValueIsOnTheWay(t *testing.T) {
	s := begun(t).subscribe().tell(1).pass(3*time.Minute).subscribe().pass(time.Second).want("renewed", false, true, false)
	s.tell(1).pass(time.Minute).want("told again", false, true, false)
}

func TestASubscriptionThatNothingIsToldOfIsLostOnce(t *testing.T) {
	begun(t).subscribe().pass(grace).want("after a while", false, false, true).
		pass(time.Second).want("and then", false, false, false).
		tell(1).want("told after all", false, true, false)
}

func TestAReadingThatDiffersIsDoubtedAndThenLost(t *testing.T) {
	s := begun(t).subscribe().tell(1).pass(time.Minute)
	if !s.w.isUnread(s.now) {
		t.Error("it is not to be read")
	}
	s.reads(2)
	s.pass(time.Second).want("and was not told", true, false, true)
	begun(t).subscribe().tell(1).pass(time.Minute).reads(2).pass(time.Second).tell(2).want("was on its way", false, true, false)
}

func TestANumberThatDiffersByLittleIsWhatItIs(t *testing.T) {
	s := begun(t).subscribe()
	analog := func(f float64) []wire.Value { return []wire.Value{{Type: wire.Real, Float: f}} }
	s.w.tell(s.now, &wire.Notification{Values: map[wire.Property][]wire.Value{wire.PresentValue: analog(20)}})
	s.pass(time.Minute)
	s.w.compare(s.now, analog(20.1))
	s.pass(time.Second).want("read", false, true, false)
	if got := s.w.values[0].Float; got != 20.1 {
		t.Errorf("it is %v", got)
	}
}

func TestARefusedSubscriptionIsAskedForMuchLater(t *testing.T) {
	s := begun(t)
	s.w.subscribing(s.now)
	s.w.refused(s.now)
	s.want("refused", false, false, false).pass(refusedFor).want("later", true, false, false)
}

func TestAfterASilenceADeviceIsSubscribedToAnew(t *testing.T) {
	s := begun(t).subscribe().tell(1)
	s.w.lapse()
	s.want("lapsed", true, false, false)
}
