package iec104_test

import (
	"errors"
	"testing"

	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/protocols"
	"github.com/holdfast-edge/holdfast/protocols/conformance"
	"github.com/holdfast-edge/holdfast/protocols/conformance/faulty"
	"github.com/holdfast-edge/holdfast/protocols/iec104/apdu"
	"github.com/holdfast-edge/holdfast/protocols/record"
	"github.com/holdfast-edge/holdfast/tag"
)

// recordable returns a device with a command with a time, one that is selected, and one that the station refuses.
func recordable(t testing.TB, address string) *config.Device {
	t.Helper()
	return kit.Device(t, "tcp://"+address, "station: 1,",
		"name: current, address: 106, type: float, command_address: 1106, access: rw, time_tag: true",
		"name: breaker, address: 100, type: single, command_address: 1100, access: rw, select: true",
		"name: missing, address: 9, type: single, access: rw")
}

func TestARecordedSessionIsPlayed(t *testing.T) {
	s, _ := plant(t, standard())
	conformance.Replay{
		Kit: kit, Address: s.Address(), Device: recordable, Turns: 2,
		Day: func(w *conformance.Witness, _ bool) {
			for i := range int64(3) {
				w.Scan()
				w.Write("current", tag.IntOf(i))
				w.Write("breaker", tag.BoolOf(i%2 == 1))
				w.Write("missing", tag.IntOf(1))
				w.ReadPoint("current")
			}
		},
	}.Run(t)
}

func TestARecordedSubscriptionIsPlayedInItsOrder(t *testing.T) {
	s, station := plant(t, standard())
	tap := conformance.Recorder(t)
	c := recordable(t, s.Address())
	session := kit.DialTapped(t, c, tap)
	rows, _ := conformance.Watch(t, session, kit.Compile(t, c))
	conformance.Await(t, rows, "the interrogation has ended", conformance.Has(2, tag.NullOf(tag.BadDataUnavailable)))
	for n := range 20 {
		station.Set(apdu.Object{Address: current, Float: float32(n)})
	}
	conformance.Await(t, rows, "the last change comes", conformance.Has(0, tag.FloatOf(19)))
	session.Close()
	tap.Stop()
	c = recordable(t, kit.Play(t, conformance.File(t, tap, c), record.Options{}))
	rows, _ = conformance.Watch(t, kit.Dial(t, c), kit.Compile(t, c))
	for n := range 20 {
		conformance.Await(t, rows, "a change is played", conformance.Has(0, tag.FloatOf(float64(n))))
	}
}

func TestACutConnectionIsPlayedAsOne(t *testing.T) {
	s, _ := plant(t, standard())
	tap := conformance.Recorder(t)
	c := recordable(t, s.Address())
	session, d := kit.DialTapped(t, c, tap), kit.Compile(t, c)
	if _, err := conformance.Scan(t, session, d, 3); err != nil {
		t.Fatal(err)
	}
	s.Break(faulty.CutInFrame)
	if _, err := conformance.Scan(t, session, d, 3); err == nil {
		t.Fatal("a cut session was read")
	}
	session.Close()
	tap.Stop()
	c = recordable(t, kit.Play(t, conformance.File(t, tap, c), record.Options{}))
	session, d = kit.Dial(t, c), kit.Compile(t, c)
	if _, err := conformance.Scan(t, session, d, 3); err != nil {
		t.Fatal(err)
	}
	_, err := conformance.Scan(t, session, d, 3)
	if f, ok := errors.AsType[*protocols.Fault](err); !ok || f.Scope != protocols.ScopeSession {
		t.Errorf("it was played as %v", err)
	}
}
