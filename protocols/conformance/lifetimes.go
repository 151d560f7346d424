package conformance

import (
	"context"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/holdfast-edge/holdfast/internal/ports"
	"github.com/holdfast-edge/holdfast/protocols"
	"github.com/holdfast-edge/holdfast/protocols/conformance/faulty"
)

// inProgress starts a read that nobody answers, and returns what it ended with.
func inProgress(ctx context.Context, c *client) <-chan error {
	ended := make(chan error, 1)
	row, session := c.row(), c.session
	go func() { ended <- c.read(ctx, session, row) }()
	return ended
}

// wantEnd waits for a call that must end.
func wantEnd(t *testing.T, ended <-chan error) error {
	t.Helper()
	select {
	case err := <-ended:
		return err
	case <-time.After(Patience):
		t.Fatal("the call does not end")
		return nil
	}
}

func aCallEndsWithItsContext(t *testing.T, h Harness) {
	c, peer := h.start(t, 10*Patience)
	if !peer.Break(faulty.Silent) {
		t.Skip("this peer cannot be made silent")
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := inProgress(ctx, c)
	cancel()
	wantFault(t, wantEnd(t, ended))
}

func aCallEndsWithItsSession(t *testing.T, h Harness) {
	c, peer := h.start(t, 10*Patience)
	if !peer.Break(faulty.Silent) {
		t.Skip("this peer cannot be made silent")
	}
	ended := inProgress(t.Context(), c)
	if err := c.session.Close(); err != nil {
		t.Fatal(err)
	}
	if f := faultIn(t, wantEnd(t, ended)); f.Scope != protocols.ScopeSession {
		t.Errorf("the fault is one of the %v", f.Scope)
	}
	if err := c.session.Close(); err != nil {
		t.Errorf("close again: %v", err)
	}
}

func diallingEndsWithItsContext(t *testing.T, h Harness) {
	c := h.client(t, h.Start(t), patient)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	session, err := h.Driver.Dial(ctx, c.endpoint())
	if err == nil {
		t.Fatalf("a session that was called off is open; close: %v", session.Close())
	}
	wantFault(t, err)
}

func diallingNobodyIsAFault(t *testing.T, h Harness) {
	c := h.client(t, h.Start(t), patient)
	e := c.endpoint()
	e.URL.Host = ports.Free(t).Address()
	session, err := h.Driver.Dial(t.Context(), e)
	if err == nil {
		t.Skipf("connections of this protocol need nobody at the other end; close: %v", session.Close())
	}
	if f := faultIn(t, err); f.Scope != protocols.ScopeSession || f.Permanent {
		t.Errorf("a device that is switched off is %+v", f)
	}
}

func aWrongDeviceIsRefused(t *testing.T, h Harness) {
	for what, device := range h.Wrong {
		if _, err := h.Driver.Compile(device); err == nil || err.Error() == "" {
			t.Errorf("%s: compiled, %v", what, err)
		}
	}
}

func anUnknownTagHasNoPoint(t *testing.T, h Harness) {
	c := h.client(t, h.Start(t), patient)
	if p, ok := c.device.Point("no such tag"); ok {
		t.Errorf("got %v", p)
	}
	if n, want := len(c.device.Plans()), len(c.config.Groups); n != want {
		t.Errorf("%d plans for %d groups", n, want)
	}
}

func sessionsLeaveNothingBehind(t *testing.T, h Harness) {
	c, peer := h.start(t, brief)
	c.recover()
	c.close()
	before := goleak.IgnoreCurrent()
	for range 3 {
		c.recover()
		peer.Break(faulty.HalfFrame)
		_, _ = c.scan()
		peer.Heal()
		c.close()
	}
	Eventually(c.t, "all goroutines of the sessions have ended", func() bool {
		return goleak.Find(before) == nil
	})
}
