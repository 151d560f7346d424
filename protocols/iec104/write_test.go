package iec104_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/holdfast-edge/holdfast/protocols"
	"github.com/holdfast-edge/holdfast/protocols/conformance"
	"github.com/holdfast-edge/holdfast/protocols/conformance/faulty"
	"github.com/holdfast-edge/holdfast/protocols/iec104"
	"github.com/holdfast-edge/holdfast/protocols/iec104/apdu"
	"github.com/holdfast-edge/holdfast/protocols/iec104/outstation"
	"github.com/holdfast-edge/holdfast/tag"
)

// held is what a command leaves at the plant.
type held struct {
	tag     string
	v       tag.Value
	address uint32
	want    apdu.Object
}

func everyCommand() []held {
	return []held{
		{"breaker", tag.BoolOf(false), breaker, apdu.Object{Int: 0}},
		{"breaker", tag.IntOf(1), breaker, apdu.Object{Int: 1}},
		{"isolator", tag.IntOf(2), isolator, apdu.Object{Int: 2}},
		{"raise", tag.IntOf(1), tap, apdu.Object{Int: 2}},
		{"raise", tag.IntOf(-1), tap, apdu.Object{Int: 1}},
		{"alarms", tag.UintOf(0x80000001), alarms, apdu.Object{Int: -0x7FFFFFFF}},
		{"angle", tag.FloatOf(-0.5), angle, apdu.Object{Int: -16384}},
		{"level", tag.FloatOf(12.3), level, apdu.Object{Int: 123}},
		{"current", tag.FloatOf(21.5), current, apdu.Object{Float: 21.5}},
	}
}

func TestEveryCommandIsExecutedDirectSelectedAndWithItsTime(t *testing.T) {
	for what, keys := range map[string]string{"direct": "", "selected": ", select: true", "timed": ", time_tag: true"} {
		t.Run(what, func(t *testing.T) {
			s, station := plant(t, standard())
			tags := plantTags()
			for i, text := range tags {
				if strings.Contains(text, "w") && !strings.Contains(text, "step\n") && strings.Contains(text, "access") {
					if !strings.Contains(text, "bits") || !strings.Contains(keys, "select") {
						tags[i] += keys
					}
				}
			}
			if what == "selected" {
				for _, address := range []uint32{breaker, isolator, tap, angle, level, current} {
					station.SelectFirst(address + command)
				}
			}
			c := kit.Device(t, "tcp://"+s.Address(), "station: 1, terminated: true,", tags...)
			session, d := kit.Dial(t, c), kit.Compile(t, c)
			for i, h := range everyCommand() {
				if err := session.Write(t.Context(), conformance.Point(t, d, h.tag), h.v); err != nil {
					t.Fatalf("write %s: %v", h.tag, err)
				}
				if got, _ := station.Value(h.address); got.Int != h.want.Int && h.want.Float == 0 || got.Float != h.want.Float && h.want.Float != 0 {
					t.Errorf("%s leaves %+v, want %+v", h.tag, got, h.want)
				}
				if station.Commands() != i+1 {
					t.Errorf("after %d commands %d were executed", i+1, station.Commands())
				}
			}
		})
	}
}

func TestACommandThatIsNotSelectedWhereItHasToBeIsRefused(t *testing.T) {
	s, station := plant(t, standard())
	station.SelectFirst(breaker + command)
	c := kit.Device(t, "tcp://"+s.Address(), "station: 1,", plantTags()...)
	wantRefusal(t, kit.Dial(t, c).Write(t.Context(), conformance.Point(t, kit.Compile(t, c), "breaker"), tag.BoolOf(false)), tag.BadInvalidState)
	if station.Commands() != 0 {
		t.Error("it was executed")
	}
}

func wantRefusal(t *testing.T, err error, q tag.Quality) {
	t.Helper()
	if r, ok := errors.AsType[*protocols.Refusal](err); !ok || r.Quality != q {
		t.Errorf("got %v, want a refusal of quality %v", err, q)
	}
}

func TestARefusalTellsItsCause(t *testing.T) {
	s, _ := plant(t, standard())
	for keys, want := range map[string]tag.Quality{
		"address: 9, type: single": tag.BadAddressUnknown, "address: 1100, type: double": tag.BadNotSupported,
	} {
		c := kit.Device(t, "tcp://"+s.Address(), "station: 1,", "name: x, access: rw, "+keys)
		session, d := kit.Dial(t, c), kit.Compile(t, c)
		wantRefusal(t, session.Write(t.Context(), conformance.Point(t, d, "x"), tag.IntOf(1)), want)
	}
	c := kit.Device(t, "tcp://"+s.Address(), "station: 2,", "name: x, access: rw, address: 1100, type: single")
	wantRefusal(t, kit.Dial(t, c).Write(t.Context(), conformance.Point(t, kit.Compile(t, c), "x"), tag.IntOf(1)), tag.BadAddressUnknown)
}

func TestACommandWithoutAConfirmationIsOfUnknownOutcomeAndNotSentAgain(t *testing.T) {
	s, _ := plant(t, standard())
	c := kit.Device(t, "tcp://"+s.Address(), "station: 1, command_timeout: 100ms,", plantTags()...)
	session, d := kit.Dial(t, c), kit.Compile(t, c)
	s.Break(outstation.Mute)
	f, ok := errors.AsType[*protocols.Fault](session.Write(t.Context(), conformance.Point(t, d, "breaker"), tag.BoolOf(false)))
	if !ok || f.Scope != protocols.ScopeUnit || !f.Sent || f.Quality != tag.BadTimeout {
		t.Fatalf("got %+v", f)
	}
	f, ok = errors.AsType[*protocols.Fault](session.Write(t.Context(), conformance.Point(t, d, "breaker"), tag.BoolOf(true)))
	if !ok || f.Scope != protocols.ScopeSession || f.Sent {
		t.Errorf("with a confirmation owed: %+v", f)
	}
	if n := asked(s, apdu.SingleCommand); n != 1 {
		t.Errorf("%d commands were sent, want 1", n)
	}
}

func TestASelectWithoutAConfirmationHasExecutedNothing(t *testing.T) {
	s, _ := plant(t, standard())
	c := kit.Device(t, "tcp://"+s.Address(), "station: 1, command_timeout: 100ms,", "name: x, address: 1100, type: single, select: true, access: w")
	session, d := kit.Dial(t, c), kit.Compile(t, c)
	s.Break(outstation.Mute)
	f, ok := errors.AsType[*protocols.Fault](session.Write(t.Context(), conformance.Point(t, d, "x"), tag.BoolOf(false)))
	if !ok || f.Sent {
		t.Errorf("got %+v", f)
	}
}

func TestACommandThatIsNeverSaidToHaveEndedIsOfUnknownOutcome(t *testing.T) {
	o := standard()
	o.Terminates = false
	s, _ := plant(t, o)
	for keys, sent := range map[string]bool{"": false, "command_timeout: 100ms, terminated: true,": true} {
		c := kit.Device(t, "tcp://"+s.Address(), "station: 1,"+keys, plantTags()...)
		err := kit.Dial(t, c).Write(t.Context(), conformance.Point(t, kit.Compile(t, c), "breaker"), tag.BoolOf(false))
		if f, isFault := errors.AsType[*protocols.Fault](err); isFault != sent || isFault && !f.Sent {
			t.Errorf("%q: %v", keys, err)
		}
	}
}

func TestValuesThatDoNotFitAreNotSent(t *testing.T) {
	s, _ := plant(t, standard())
	c := kit.Device(t, "tcp://"+s.Address(), "station: 1,", plantTags()...)
	d := kit.Compile(t, c)
	for name, values := range map[string][]tag.Value{
		"breaker":  {tag.IntOf(2), tag.StringOf("on"), tag.NullOf(tag.Bad)},
		"isolator": {tag.IntOf(0), tag.IntOf(3), tag.BoolOf(true), tag.FloatOf(1.5)},
		"raise":    {tag.IntOf(0), tag.IntOf(2), tag.BoolOf(true)},
		"alarms":   {tag.IntOf(-1), tag.FloatOf(1 << 32), tag.BoolOf(true)},
		"angle":    {tag.FloatOf(1), tag.FloatOf(-1.1), tag.StringOf("0")},
		"level":    {tag.FloatOf(3276.8), tag.FloatOf(-3276.9), tag.BoolOf(true)},
		"current":  {tag.FloatOf(1e39), tag.StringOf("1")},
		"energy":   {tag.IntOf(1)},
		"tap":      {tag.IntOf(1)},
	} {
		for _, v := range values {
			if err := conformance.Point(t, d, name).Check(v); err == nil {
				t.Errorf("%s takes %s", name, tag.AppendJSON(nil, v))
			}
		}
	}
}

func TestASwitchOfConnectionsMakesACommandsOutcomeUnknown(t *testing.T) {
	first, _ := plant(t, standard())
	second, _ := plant(t, standard())
	c, session := redundant(t, first, second)
	d := kit.Compile(t, c)
	conformance.Eventually(t, "the other connection is ready", func() bool { return iec104.Ready(session) == 1 })
	first.Break(faulty.CutOff)
	f, ok := errors.AsType[*protocols.Fault](session.Write(t.Context(), conformance.Point(t, d, "breaker"), tag.BoolOf(false)))
	if !ok || !f.Sent || f.Scope != protocols.ScopeUnit {
		t.Fatalf("got %+v", f)
	}
	if err := session.Write(t.Context(), conformance.Point(t, d, "breaker"), tag.BoolOf(false)); err != nil {
		t.Errorf("on the other connection: %v", err)
	}
}

func TestAReadThatTheStationDoesNotKnowIsAnInterrogationFromThenOn(t *testing.T) {
	s, _ := plant(t, standard())
	c := kit.Device(t, "tcp://"+s.Address(), "station: 1,", plantTags()...)
	v, err := kit.Dial(t, c).ReadPoint(t.Context(), conformance.Point(t, kit.Compile(t, c), "current"))
	if err != nil {
		t.Fatal(err)
	}
	conformance.WantValue(t, "current", v, tag.FloatOf(21.7))
	d := kit.Compile(t, kit.Device(t, "tcp://"+s.Address(), "station: 1, command_timeout: 100ms,", plantTags()...))
	s.Break(outstation.Mute)
	if _, err := kit.Dial(t, c).ReadPoint(t.Context(), conformance.Point(t, d, "current")); err == nil {
		t.Error("a station that is mute was read")
	}
	s.Break(0)
	reads := asked(s, apdu.Read)
	conformance.Eventually(t, "it is read again", func() bool {
		v, err = kit.Dial(t, c).ReadPoint(t.Context(), conformance.Point(t, d, "current"))
		return err == nil
	})
	if n := asked(s, apdu.Read); n != reads {
		t.Errorf("%d reads after %d", n, reads)
	}
	conformance.WantValue(t, "current", v, tag.FloatOf(21.7))
}

func TestBrowsingTellsTypeAddressAndValueOfEachStation(t *testing.T) {
	s, _ := plant(t, standard())
	furnish(s, 300)
	c := kit.Device(t, "tcp://"+s.Address(), "station: 1,", plantTags()...)
	b := kit.Dial(t, c).(protocols.Browser)
	var folders []string
	if err := b.Browse(t.Context(), "", func(i protocols.Item) { folders = append(folders, i.Address) }); err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(folders); got != "[station:1 station:300]" {
		t.Errorf("stations %s", got)
	}
	found := map[string]protocols.Item{}
	if err := b.Browse(t.Context(), "station:300", func(i protocols.Item) { found[i.Address] = i }); err != nil {
		t.Fatal(err)
	}
	if i := found["106"]; i.Type != "float" || i.Name != "M_ME_NC_1 106" || !i.Value.Equal(tag.FloatOf(21.7)) {
		t.Errorf("106 is %+v", i)
	}
	if i := found["107"]; i.Type != "counter" || len(found) != 8 {
		t.Errorf("107 is %+v, of %d objects", i, len(found))
	}
	for _, address := range []string{"x", "station:", "station:0", "station:65535"} {
		wantRefusal(t, b.Browse(t.Context(), address, func(protocols.Item) {}), tag.BadAddressInvalid)
	}
}
