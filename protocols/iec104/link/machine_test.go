package link_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/holdfast-edge/holdfast/protocols/iec104/apdu"
	"github.com/holdfast-edge/holdfast/protocols/iec104/link"
)

// bench is a machine and a clock.
type bench struct {
	t   *testing.T
	m   *link.Machine
	now time.Time
}

// started returns a machine of the controlling station that is started.
func started(t *testing.T, p link.Parameters) *bench {
	t.Helper()
	b := &bench{t: t, now: time.Unix(1e9, 0)}
	b.m = link.NewMachine(p, false, b.now)
	out, con := b.m.Ask(nil, apdu.StartAct, b.now)
	b.wants(out, "STARTDT act")
	if con != apdu.StartCon || b.m.Started() || b.m.Room() {
		t.Fatal("it is started before that was confirmed")
	}
	b.receives(apdu.Frame{Format: apdu.U, Function: apdu.StartCon}, "")
	if !b.m.Started() {
		t.Fatal("it is not started")
	}
	return b
}

// wants compares octets with frames in words.
func (b *bench) wants(out []byte, want string) {
	b.t.Helper()
	got := ""
	for len(out) > 0 {
		f, n, err := apdu.Parse(out)
		if err != nil || n == 0 {
			b.t.Fatalf("% x: %v", out, err)
		}
		out = out[n:]
		if got != "" {
			got += ", "
		}
		switch f.Format {
		case apdu.I:
			got += fmt.Sprintf("I %d %d", f.Send, f.Receive)
		case apdu.S:
			got += fmt.Sprintf("S %d", f.Receive)
		default:
			got += f.Function.String()
		}
	}
	if got != want {
		b.t.Errorf("got %q, want %q", got, want)
	}
}

func (b *bench) receives(f apdu.Frame, want string) {
	b.t.Helper()
	out, err := b.m.Receive(nil, f, b.now)
	if err != nil {
		b.t.Fatal(err)
	}
	b.wants(out, want)
}

// ends receives a frame that ends the link.
func (b *bench) ends(f apdu.Frame, want error) {
	b.t.Helper()
	if _, err := b.m.Receive(nil, f, b.now); !errors.Is(err, want) {
		b.t.Errorf("%+v: %v, want %v", f, err, want)
	}
}

func (b *bench) sends(want string) {
	b.t.Helper()
	b.wants(b.m.Send(nil, []byte{1}, b.now), want)
}

// passes lets time pass, up to each deadline, and wants what is sent.
func (b *bench) passes(d time.Duration, want string) error {
	b.t.Helper()
	var out []byte
	for end := b.now.Add(d); ; {
		at := b.m.Deadline()
		if at.After(end) {
			b.now = end
			break
		}
		b.now = at
		var err error
		if out, err = b.m.Tick(out, b.now); err != nil {
			return err
		}
	}
	b.wants(out, want)
	return nil
}

func i(send, receive uint16) apdu.Frame {
	return apdu.Frame{Format: apdu.I, Send: send, Receive: receive, ASDU: []byte{1}}
}

func s(receive uint16) apdu.Frame { return apdu.Frame{Format: apdu.S, Receive: receive} }

func u(f apdu.Function) apdu.Frame { return apdu.Frame{Format: apdu.U, Function: f} }

func TestFramesAreAcknowledgedAfterW(t *testing.T) {
	b := started(t, link.Standard())
	for n := range uint16(7) {
		b.receives(i(n, 0), "")
	}
	b.receives(i(7, 0), "S 8")
	b.receives(i(8, 0), "")
	b.sends("I 0 9") // it acknowledges, too
	for n := range uint16(7) {
		b.receives(i(9+n, 1), "")
	}
	b.receives(i(16, 1), "S 17")
}

func TestFramesAreAcknowledgedAfterT2(t *testing.T) {
	b := started(t, link.Standard())
	b.receives(i(0, 0), "")
	if err := b.passes(9*time.Second, ""); err != nil {
		t.Fatal(err)
	}
	b.receives(i(1, 0), "")
	if err := b.passes(time.Second, "S 2"); err != nil {
		t.Fatal(err)
	}
	if err := b.passes(9*time.Second, ""); err != nil {
		t.Fatal(err)
	}
}

func TestNoMoreThanKFramesAreOnTheWay(t *testing.T) {
	b := started(t, link.Standard())
	for n := range 12 {
		if !b.m.Room() {
			t.Fatalf("no room for frame %d", n)
		}
		b.sends(fmt.Sprintf("I %d 0", n))
	}
	if b.m.Room() {
		t.Error("there is room for 13 frames")
	}
	b.receives(s(5), "")
	if !b.m.Room() || b.m.Unacknowledged() != 7 {
		t.Errorf("%d frames on the way after 5 of 12 were acknowledged", b.m.Unacknowledged())
	}
}

func TestNumbersGoRoundBehind32767(t *testing.T) {
	b := started(t, link.Standard())
	for n := range 3 * apdu.Modulus {
		number := uint16(n % apdu.Modulus)
		b.sends(fmt.Sprintf("I %d %d", number, number))
		b.receives(i(number, (number+1)%apdu.Modulus), "")
	}
	if b.m.Unacknowledged() != 0 {
		t.Errorf("%d on the way", b.m.Unacknowledged())
	}
}

func TestAWrongNumberEndsTheLink(t *testing.T) {
	for _, f := range []apdu.Frame{i(1, 0), i(32767, 0), i(0, 1), s(1), s(32767)} {
		started(t, link.Standard()).ends(f, link.ErrSequence)
	}
	b := started(t, link.Standard())
	b.sends("I 0 0")
	b.sends("I 1 0")
	b.receives(s(1), "")
	b.ends(s(0), link.ErrSequence)
	b.ends(s(3), link.ErrSequence)
}

func TestWhatIsNotDueEndsTheLink(t *testing.T) {
	for _, f := range []apdu.Frame{u(apdu.StartCon), u(apdu.StopCon), u(apdu.TestCon), u(apdu.StartAct), u(apdu.StopAct)} {
		started(t, link.Standard()).ends(f, link.ErrProtocol)
	}
	b := &bench{t: t, m: link.NewMachine(link.Standard(), false, time.Unix(1e9, 0))}
	b.ends(i(0, 0), link.ErrProtocol)
}

func TestALineWithoutAFrameIsTestedAfterT3AndGivenUpAfterT1(t *testing.T) {
	b := started(t, link.Standard())
	if err := b.passes(20*time.Second, "TESTFR act"); err != nil {
		t.Fatal(err)
	}
	b.receives(u(apdu.TestCon), "")
	if err := b.passes(34*time.Second, "TESTFR act"); err != nil {
		t.Fatal(err)
	}
	if err := b.passes(time.Second, ""); !errors.Is(err, link.ErrTimeout) {
		t.Errorf("after t1: %v", err)
	}
}

func TestAFrameThatIsNotAcknowledgedWithinT1EndsTheLinkWhateverElseComes(t *testing.T) {
	b := started(t, link.Standard())
	b.sends("I 0 0")
	for range 14 {
		b.receives(u(apdu.TestAct), "TESTFR con")
		if err := b.passes(time.Second, ""); err != nil {
			t.Fatal(err)
		}
	}
	if err := b.passes(time.Second, ""); !errors.Is(err, link.ErrTimeout) {
		t.Errorf("after t1: %v", err)
	}
}

func TestAStationIsStartedAndStopped(t *testing.T) {
	b := &bench{t: t, now: time.Unix(1e9, 0)}
	b.m = link.NewMachine(link.Standard(), true, b.now)
	b.receives(u(apdu.StartAct), "STARTDT con")
	b.sends("I 0 0")
	b.receives(i(0, 1), "")
	b.receives(u(apdu.StopAct), "S 1, STOPDT con")
	if b.m.Started() || b.m.Room() {
		t.Error("it is not stopped")
	}
	b.ends(i(1, 1), link.ErrProtocol)
}

func TestATestIsAskedForOnceAtATime(t *testing.T) {
	b := started(t, link.Standard())
	out, _ := b.m.Ask(nil, apdu.TestAct, b.now)
	out, _ = b.m.Ask(out, apdu.TestAct, b.now)
	b.wants(out, "TESTFR act")
}
