package iec104_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/protocols"
	"github.com/holdfast-edge/holdfast/protocols/conformance"
	"github.com/holdfast-edge/holdfast/protocols/conformance/faulty"
	"github.com/holdfast-edge/holdfast/protocols/iec104"
	"github.com/holdfast-edge/holdfast/protocols/iec104/apdu"
	"github.com/holdfast-edge/holdfast/protocols/iec104/outstation"
	"github.com/holdfast-edge/holdfast/tag"
)

func TestAnInterrogationTellsEveryTypeAndChangesFollow(t *testing.T) {
	s, station := plant(t, standard())
	c := kit.Device(t, "tcp://"+s.Address(), "station: 1, counters: 1h,", plantTags()...)
	rows, _ := conformance.Watch(t, kit.Dial(t, c), kit.Compile(t, c))
	wanted := []tag.Value{
		tag.BoolOf(true), tag.IntOf(1), tag.IntOf(1), tag.UintOf(1), tag.FloatOf(1.0 / 32768), tag.FloatOf(0.1), tag.FloatOf(21.7), tag.IntOf(1),
	}
	seen := make([]tag.Value, len(wanted)+1)
	conformance.Await(t, rows, "all are told", func(row protocols.Row) bool {
		for slot, v := range row.Values {
			if v.Kind() != tag.Absent {
				seen[slot] = v
			}
			if row.Stamps[slot] != 0 || row.Origin != tag.Live {
				t.Errorf("value %d is %v and of %d", slot, row.Origin, row.Stamps[slot])
			}
		}
		return seen[len(wanted)-1].Kind() != tag.Absent
	})
	for slot, want := range wanted {
		conformance.WantValue(t, c.Groups[0].Tags[slot].Name, seen[slot], want)
	}
	before := time.Now().Truncate(time.Millisecond).UnixNano()
	station.Set(apdu.Object{Address: current, Float: -3.5, Quality: apdu.Overflow})
	row := conformance.Await(t, rows, "the change comes", conformance.Has(6, tag.FloatOf(-3.5).WithQuality(tag.UncertainUnitsExceeded)))
	if at := row.Stamps[6]; at < before || at > time.Now().UnixNano() || row.Origin != tag.Live {
		t.Errorf("it is %v and of %v", row.Origin, time.Unix(0, at))
	}
}

func TestWhatHappenedWhileNobodyListenedIsOfThePast(t *testing.T) {
	s, station := plant(t, standard())
	past := time.Now().UTC().Add(-10 * time.Minute).Truncate(time.Millisecond)
	for i := range 3 {
		at := apdu.TimeOf(past.Add(time.Duration(i) * time.Minute))
		station.SetAt(apdu.Object{Address: current, Float: float32(i), Time: at})
		station.SetAt(apdu.Object{Address: breaker, Int: int32(i % 2), Time: at})
	}
	c := kit.Device(t, "tcp://"+s.Address(), "station: 1,", plantTags()...)
	rows, _ := conformance.Watch(t, kit.Dial(t, c), kit.Compile(t, c))
	var currents, breakers []string
	row := conformance.Await(t, rows, "the interrogation tells how it is now", func(r protocols.Row) bool {
		if r.Origin == tag.Backfill {
			currents, breakers = append(currents, told(r, 6)...), append(breakers, told(r, 0)...)
		}
		return r.Origin == tag.Live && r.Values[6].Equal(tag.FloatOf(2))
	})
	if row.Stamps[6] != 0 {
		t.Errorf("it is of %v", time.Unix(0, row.Stamps[6]))
	}
	at := func(i int) string { return past.Add(time.Duration(i) * time.Minute).Format(time.RFC3339Nano) }
	if got, want := fmt.Sprint(currents), fmt.Sprintf("[0 of %s 1 of %s 2 of %s]", at(0), at(1), at(2)); got != want {
		t.Errorf("the current was %s, want %s", got, want)
	}
	if got, want := fmt.Sprint(breakers), fmt.Sprintf("[false of %s true of %s false of %s]", at(0), at(1), at(2)); got != want {
		t.Errorf("the breaker was %s, want %s", got, want)
	}
}

// told returns what a row has in a slot, in words; nothing where it has nothing there.
func told(r protocols.Row, slot int) []string {
	if r.Values[slot].Kind() == tag.Absent {
		return nil
	}
	return []string{fmt.Sprintf("%s of %s", tag.AppendJSON(nil, r.Values[slot]), time.Unix(0, r.Stamps[slot]).UTC().Format(time.RFC3339Nano))}
}

func TestAStationWhoseClockIsBehindIsStillLiveAfterTheInterrogation(t *testing.T) {
	s, station := plant(t, standard())
	c := kit.Device(t, "tcp://"+s.Address(), "station: 1,", plantTags()...)
	rows, _ := conformance.Watch(t, kit.Dial(t, c), kit.Compile(t, c))
	conformance.Await(t, rows, "the interrogation has ended", conformance.Has(7, tag.NullOf(tag.BadDataUnavailable)))
	late := time.Now().UTC().Add(-10 * time.Minute).Truncate(time.Millisecond)
	station.SetAt(apdu.Object{Address: current, Float: 7, Time: apdu.TimeOf(late)})
	row := conformance.Await(t, rows, "the change comes", conformance.Has(6, tag.FloatOf(7)))
	if row.Origin != tag.Live || row.Stamps[6] != late.UnixNano() {
		t.Errorf("it is %v and of %v", row.Origin, time.Unix(0, row.Stamps[6]))
	}
}

func TestATimeThatCannotBeIsThatOfTheArrival(t *testing.T) {
	s, station := plant(t, standard())
	c := kit.Device(t, "tcp://"+s.Address(), "station: 1,", plantTags()...)
	rows, _ := conformance.Watch(t, kit.Dial(t, c), kit.Compile(t, c))
	conformance.Await(t, rows, "the interrogation has ended", conformance.Has(7, tag.NullOf(tag.BadDataUnavailable)))
	doubtful := apdu.TimeOf(time.Now().UTC())
	doubtful.Invalid = true
	never := apdu.TimeOf(time.Now().UTC())
	never.Year = 0
	ahead := apdu.TimeOf(time.Now().UTC().Add(2 * time.Hour))
	for i, at := range []apdu.Time{doubtful, never, ahead} {
		station.SetAt(apdu.Object{Address: current, Float: float32(100 + i), Time: at})
		if row := conformance.Await(t, rows, "the change comes", conformance.Has(6, tag.FloatOf(float64(100+i)))); row.Stamps[6] != 0 {
			t.Errorf("%+v is taken for %v", at, time.Unix(0, row.Stamps[6]))
		}
	}
}

func TestAStationsClockIsReadAndSetInItsZone(t *testing.T) {
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	s, station := plant(t, standard())
	station.Zone = zone
	c := kit.Device(t, "tcp://"+s.Address(), "station: 1, time_zone: Europe/Berlin, set_clock: 1h,", plantTags()...)
	before := time.Now().Truncate(time.Millisecond)
	rows, _ := conformance.Watch(t, kit.Dial(t, c), kit.Compile(t, c))
	conformance.Eventually(t, "the clock is set", func() bool { return !station.Clock().IsZero() })
	if set := station.Clock(); set.Before(before) || set.After(time.Now()) {
		t.Errorf("the clock is set to %v, want now, %v", set, before)
	}
	conformance.Await(t, rows, "the interrogation has ended", conformance.Has(7, tag.NullOf(tag.BadDataUnavailable)))
	station.Set(apdu.Object{Address: current, Float: 5})
	if row := conformance.Await(t, rows, "the change comes", conformance.Has(6, tag.FloatOf(5))); time.Since(time.Unix(0, row.Stamps[6])).Abs() > conformance.Patience {
		t.Errorf("it is of %v", time.Unix(0, row.Stamps[6]))
	}
}

func TestQualitiesAreToldAsTheyAre(t *testing.T) {
	s, station := plant(t, standard())
	c := kit.Device(t, "tcp://"+s.Address(), "station: 1,", plantTags()...)
	rows, _ := conformance.Watch(t, kit.Dial(t, c), kit.Compile(t, c))
	conformance.Await(t, rows, "the interrogation has ended", conformance.Has(7, tag.NullOf(tag.BadDataUnavailable)))
	for q, want := range map[apdu.Quality]tag.Quality{
		apdu.Invalid: tag.BadDeviceFailure, apdu.Invalid | apdu.Blocked: tag.BadDeviceFailure, apdu.NotTopical: tag.UncertainLastUsable,
		apdu.Blocked: tag.UncertainLastUsable, apdu.Substituted: tag.UncertainSubstitute, 0: tag.Good,
	} {
		station.Set(apdu.Object{Address: breaker, Int: 1, Quality: q})
		conformance.Await(t, rows, fmt.Sprintf("%v is told as %v", q, want), conformance.Has(0, tag.BoolOf(true).WithQuality(want)))
	}
	station.Set(apdu.Object{Address: tap, Int: -5, Transient: true})
	conformance.Await(t, rows, "a moving position is uncertain", conformance.Has(2, tag.IntOf(-5).WithQuality(tag.Uncertain)))
}

func TestARestartOfTheStationIsFollowedByAnInterrogation(t *testing.T) {
	s, station := plant(t, standard())
	c := kit.Device(t, "tcp://"+s.Address(), "station: 1, set_clock: 1h,", plantTags()...)
	rows, _ := conformance.Watch(t, kit.Dial(t, c), kit.Compile(t, c))
	conformance.Await(t, rows, "the interrogation tells it", conformance.Has(6, tag.FloatOf(21.7)))
	station.Store(apdu.Object{Address: current, Float: 8})
	station.Initialize(1)
	conformance.Await(t, rows, "the next one tells what has changed", conformance.Has(6, tag.FloatOf(8)))
	if got := asked(s, apdu.ClockSynchronization); got != 2 {
		t.Errorf("the clock was set %d times, want 2", got)
	}
}

// asked returns how often an outstation was sent a type.
func asked(s *outstation.Outstation, kind apdu.Type) (n int) {
	for _, h := range s.Heard() {
		if h.Type == kind {
			n++
		}
	}
	return n
}

func TestWhatTheStationDoesNotTellIsBad(t *testing.T) {
	s, _ := plant(t, standard())
	c := kit.Device(t, "tcp://"+s.Address(), "station: 1,", "name: missing, address: 9", "name: wrong, address: 106, type: single")
	rows, _ := conformance.Watch(t, kit.Dial(t, c), kit.Compile(t, c))
	mismatched := false
	conformance.Await(t, rows, "a tag that is not told is Bad", func(r protocols.Row) bool {
		mismatched = mismatched || r.Values[1].Equal(tag.NullOf(tag.BadTypeMismatch))
		return r.Values[0].Equal(tag.NullOf(tag.BadDataUnavailable))
	})
	if !mismatched {
		t.Error("a tag of another type is not Bad")
	}
}

func TestAWrongCommonAddressIsToldAndLeavesTheOthersAlone(t *testing.T) {
	s, _ := plant(t, standard())
	right := kit.Device(t, "tcp://"+s.Address(), "station: 1,", plantTags()...)
	wrong := kit.Device(t, "tcp://"+s.Address(), "station: 2,", plantTags()...)
	session := kit.Dial(t, right)
	bad, _ := conformance.Watch(t, session, kit.Compile(t, wrong))
	conformance.Await(t, bad, "its tags are Bad", conformance.Has(6, tag.NullOf(tag.BadAddressUnknown)))
	good, _ := conformance.Watch(t, session, kit.Compile(t, right))
	conformance.Await(t, good, "the others are told", conformance.Has(6, tag.FloatOf(21.7)))
}

func TestAStationThatAnswersNoInterrogationIsBadAndTheSessionStands(t *testing.T) {
	s, _ := plant(t, standard())
	s.Break(outstation.Mute)
	c := kit.Device(t, "tcp://"+s.Address(), "station: 1, command_timeout: 100ms,", plantTags()...)
	session := kit.Dial(t, c)
	d := kit.Compile(t, c)
	rows, ended := conformance.Watch(t, session, d)
	conformance.Await(t, rows, "its tags are Bad", conformance.Has(6, tag.NullOf(tag.BadTimeout)))
	patient := kit.Compile(t, kit.Device(t, "tcp://"+s.Address(), "station: 1,", plantTags()...))
	if err := session.Probe(t.Context(), patient); err != nil {
		t.Error(err)
	}
	select {
	case err := <-ended:
		t.Errorf("the subscription has ended: %v", err)
	default:
	}
}

func TestAStationThatDoesNotAcknowledgeWithinT1EndsTheSession(t *testing.T) {
	for what, fault := range map[string]faulty.Fault{
		"silence": faulty.Silent, "no acknowledgement": outstation.Deaf, "a wrong number": outstation.WrongSequence,
		"a frame cut in the middle": faulty.CutInFrame, "half a frame": faulty.HalfFrame,
	} {
		t.Run(what, func(t *testing.T) {
			s, station := plant(t, standard())
			c := kit.Device(t, "tcp://"+s.Address()+"?t1=300ms&t2=100ms&t3=200ms", "station: 1, interrogate: 50ms,", plantTags()...)
			ended := interrogated(t, c)
			s.Break(fault)
			station.Set(apdu.Object{Address: current, Float: 1})
			select {
			case err := <-ended:
				if f, ok := errors.AsType[*protocols.Fault](err); !ok || f.Scope != protocols.ScopeSession || !f.Quality.IsBad() {
					t.Errorf("it ends with %v", err)
				}
			case <-time.After(conformance.Patience):
				t.Error("it does not end")
			}
		})
	}
}

// interrogated watches a device until it is interrogated, as often as a loaded machine is too slow for its t1, and returns
// what the subscription ends with.
func interrogated(t *testing.T, c *config.Device) (ended <-chan error) {
	t.Helper()
	conformance.Eventually(t, "the interrogation tells it", func() bool {
		session, err := kit.TryDial(t, c)
		if err != nil {
			return false
		}
		var rows <-chan protocols.Row
		rows, ended = conformance.Watch(t, session, kit.Compile(t, c))
		for {
			select {
			case row := <-rows:
				if row.Values[6].Equal(tag.FloatOf(21.7)) {
					return true
				}
			case <-ended:
				return false
			}
		}
	})
	return ended
}

func TestAnotherCommonAddressIsNotTakenForTheStations(t *testing.T) {
	s, station := plant(t, standard())
	other := furnish(s, 2)
	c := kit.Device(t, "tcp://"+s.Address(), "station: 1,", plantTags()...)
	rows, _ := conformance.Watch(t, kit.Dial(t, c), kit.Compile(t, c))
	conformance.Await(t, rows, "the interrogation has ended", conformance.Has(7, tag.NullOf(tag.BadDataUnavailable)))
	other.Set(apdu.Object{Address: current, Float: 99})
	station.Set(apdu.Object{Address: level, Int: 50})
	conformance.Await(t, rows, "a change of the station comes", func(r protocols.Row) bool {
		if r.Values[6].Equal(tag.FloatOf(99)) {
			t.Error("the other station's value came")
		}
		return r.Values[5].Equal(tag.FloatOf(5))
	})
}

func TestAStationThatAnswersUnderAnotherCommonAddressHasNotAnswered(t *testing.T) {
	s, _ := plant(t, standard())
	s.Break(outstation.WrongStation)
	c := kit.Device(t, "tcp://"+s.Address(), "station: 1, command_timeout: 100ms,", plantTags()...)
	rows, _ := conformance.Watch(t, kit.Dial(t, c), kit.Compile(t, c))
	conformance.Await(t, rows, "its tags are Bad", conformance.Has(6, tag.NullOf(tag.BadTimeout)))
}

func TestAnotherAddressOfTheStationTakesOver(t *testing.T) {
	first, _ := plant(t, standard())
	second, station := plant(t, standard())
	station.Store(apdu.Object{Address: current, Float: 2})
	c, session := redundant(t, first, second)
	rows, ended := conformance.Watch(t, session, kit.Compile(t, c))
	conformance.Await(t, rows, "the first one's values come", conformance.Has(6, tag.FloatOf(21.7)))
	conformance.Eventually(t, "the other connection is ready", func() bool { return iec104.Ready(session) == 1 })
	first.Break(faulty.Unreached)
	conformance.Await(t, rows, "the second one is interrogated", conformance.Has(6, tag.FloatOf(2)))
	first.Break(0)
	conformance.Eventually(t, "the first one is ready again, and not started", func() bool {
		open, started := first.Clients()
		return open == 1 && started == 0 && iec104.Ready(session) == 1
	})
	second.Break(faulty.Unreached)
	conformance.Await(t, rows, "the first one is interrogated again", conformance.Has(6, tag.FloatOf(21.7)))
	select {
	case err := <-ended:
		t.Errorf("the session has ended: %v", err)
	default:
	}
	first.Break(faulty.Unreached)
	select {
	case err := <-ended:
		if protocols.FaultOf(err).Scope != protocols.ScopeSession {
			t.Error(err)
		}
	case <-time.After(conformance.Patience):
		t.Error("without any connection the session does not end")
	}
}

// redundant opens a session that has started its connection to the first of two addresses. On a loaded machine that may be
// too late, and the second one be started.
func redundant(t *testing.T, first, second *outstation.Outstation) (*config.Device, protocols.Session) {
	t.Helper()
	c := kit.Device(t, "tcp://"+first.Address()+"?t0=500ms&also="+second.Address(), "station: 1,", plantTags()...)
	var session protocols.Session
	conformance.Eventually(t, "the first address is started", func() bool {
		session = kit.Dial(t, c)
		atFirst := false
		conformance.Eventually(t, "one of the addresses is started", func() bool {
			_, one := first.Clients()
			_, two := second.Clients()
			atFirst = one > 0
			return one+two > 0
		})
		if !atFirst {
			session.Close()
		}
		return atFirst
	})
	return c, session
}
