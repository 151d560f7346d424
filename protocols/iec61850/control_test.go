package iec61850_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/holdfast-edge/holdfast/protocols"
	"github.com/holdfast-edge/holdfast/protocols/conformance"
	"github.com/holdfast-edge/holdfast/protocols/conformance/faulty"
	"github.com/holdfast-edge/holdfast/protocols/iec61850/ied"
	"github.com/holdfast-edge/holdfast/protocols/iec61850/mms"
	"github.com/holdfast-edge/holdfast/tag"
)

// switchgear are tags that control the plant, one of each model.
func switchgear() []string {
	return []string{
		"name: breaker, address: 'LD0/XCBR1.Pos.stVal [ST]', access: rw", // select before operate, enhanced
		"name: direct, address: 'LD0/GGIO1.SPCSO1.stVal [ST]', access: rw",
		"name: selected, address: LD0/GGIO1.SPCSO2.stVal, access: rw",
		"name: enhanced, address: 'LD0/GGIO1.SPCSO3.Oper.ctlVal [CO]', access: w, checks: both",
		"name: status, address: 'LD0/GGIO1.SPCSO4.stVal [ST]', access: rw",
		"name: output, address: 'LD0/GGIO1.AnOut1.mxVal.f [MX]', access: rw, scale: 0.1",
		"name: mode, address: 'LD0/LLN0.Mod.stVal [ST]', access: rw",
		"name: name, address: LD0/LLN0.NamPlt.vendor, access: rw",
		"name: delay, address: LD0/PTOC1.OpDlTmms.setVal, access: rw",
	}
}

// bay is a session with the switchgear of a device that is as told.
func bay(t *testing.T, d *ied.IED, query, keys string) (write func(name string, v tag.Value) error) {
	t.Helper()
	c := kit.Device(t, "tcp://"+d.Address()+query, "ied: BAY1, or_cat: station, or_ident: test, "+keys, switchgear()...)
	s, at := kit.Dial(t, c), kit.Compile(t, c)
	return func(name string, v tag.Value) error {
		t.Helper()
		return s.Write(t.Context(), conformance.Point(t, at, name), v)
	}
}

func TestEveryControlModelIsFollowed(t *testing.T) {
	d := plant(t, standard())
	write := bay(t, d, "", "")
	for _, c := range []struct {
		name, object, status string
		v                    tag.Value
		want                 mms.Data
	}{
		{"breaker", "XCBR1$CO$Pos", "XCBR1$ST$Pos$stVal", tag.IntOf(2), mms.BitsOf(2, 0)},
		{"breaker", "XCBR1$CO$Pos", "XCBR1$ST$Pos$stVal", tag.IntOf(1), mms.BitsOf(2, 1)},
		{"direct", "GGIO1$CO$SPCSO1", "GGIO1$ST$SPCSO1$stVal", tag.BoolOf(true), mms.BoolOf(true)},
		{"selected", "GGIO1$CO$SPCSO2", "GGIO1$ST$SPCSO2$stVal", tag.BoolOf(true), mms.BoolOf(true)},
		{"enhanced", "GGIO1$CO$SPCSO3", "GGIO1$ST$SPCSO3$stVal", tag.BoolOf(true), mms.BoolOf(true)},
		{"output", "GGIO1$CO$AnOut1", "GGIO1$MX$AnOut1$mxVal$f", tag.FloatOf(1.5), mms.FloatOf(15)},
		{"name", "", "LLN0$DC$NamPlt$vendor", tag.StringOf("somebody"), mms.VisibleOf("somebody")},
		{"delay", "", "PTOC1$SP$OpDlTmms$setVal", tag.IntOf(70), mms.IntOf(70)},
	} {
		if err := write(c.name, c.v); err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if got := d.Value(logical, c.status); !bytes.Equal(mms.AppendData(nil, got), mms.AppendData(nil, c.want)) {
			t.Errorf("%s is %+v, want %+v", c.name, got, c.want)
		}
	}
	oper, times := d.Told(logical, "GGIO1$CO$SPCSO3")
	if origin := oper.Items[1]; times != 1 || origin.Items[0].Int != 2 || string(origin.Items[1].Octets) != "test" || !oper.Items[5].Bit(0) || !oper.Items[5].Bit(1) {
		t.Errorf("it was told %+v, %d times", oper, times)
	}
}

func TestWhatADeviceDoesNotDoIsRefusedInWords(t *testing.T) {
	for _, c := range []struct {
		name, object string
		cause        int64
		late         bool
		v            tag.Value
		want         string
	}{
		{"breaker", "XCBR1$CO$Pos", 10, false, tag.IntOf(2), "blocked by interlocking"},
		{"breaker", "XCBR1$CO$Pos", 16, true, tag.IntOf(2), "time limit over"},
		{"direct", "GGIO1$CO$SPCSO1", 2, false, tag.BoolOf(true), "blocked by switching hierarchy"},
		{"selected", "GGIO1$CO$SPCSO2", 8, false, tag.BoolOf(true), "does not let it be selected"},
		{"status", "", 0, false, tag.BoolOf(true), "only tells its status"},
		{"mode", "", 0, false, tag.IntOf(1), "no control"},
		{"breaker", "", 0, false, tag.IntOf(3), "want 1 for off or 2 for on"},
		{"breaker", "", 0, false, tag.IntOf(0), "want 1 for off or 2 for on"},
		{"delay", "", 0, false, tag.FloatOf(0.5), "whole number"},
	} {
		d := plant(t, standard())
		if c.object != "" {
			d.Blame(logical, c.object, c.cause, c.late)
		}
		err := bay(t, d, "", "")(c.name, c.v)
		if _, refused := errors.AsType[*protocols.Refusal](err); !refused || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", c.name, err, c.want)
		}
	}
}

func TestAControlWithoutATerminationIsUnknownAndNotRepeated(t *testing.T) {
	d := plant(t, standard())
	d.Mute(logical, "XCBR1$CO$Pos")
	err := bay(t, d, "", "command_timeout: 100ms,")("breaker", tag.IntOf(2))
	f, ok := errors.AsType[*protocols.Fault](err)
	if !ok || !f.Sent || f.Scope != protocols.ScopeUnit || !strings.Contains(err.Error(), "command_timeout") {
		t.Errorf("%+v", err)
	}
	if _, times := d.Told(logical, "XCBR1$CO$Pos"); times != 1 {
		t.Errorf("it was operated %d times", times)
	}
}

func TestAControlIsNotSentThatCouldNotBeSelected(t *testing.T) {
	d := plant(t, standard())
	first, second := bay(t, d, "", ""), bay(t, d, "?request_timeout=200ms", "")
	if err := first("selected", tag.BoolOf(true)); err != nil {
		t.Fatal(err)
	}
	d.Break(faulty.Silent)
	f, ok := errors.AsType[*protocols.Fault](second("selected", tag.BoolOf(false)))
	if !ok || f.Sent {
		t.Errorf("nothing was operated, and it is %+v", f)
	}
	if _, times := d.Told(logical, "GGIO1$CO$SPCSO2"); times != 1 {
		t.Errorf("it was operated %d times", times)
	}
}
