package conformance

import (
	"errors"
	"math"
	"testing"

	"github.com/holdfast-edge/holdfast/protocols"
	"github.com/holdfast-edge/holdfast/protocols/conformance/faulty"
	"github.com/holdfast-edge/holdfast/tag"
)

func aWriteIsHeld(t *testing.T, h Harness) {
	c, peer := h.start(t, patient)
	for _, w := range []struct {
		name string
		v    tag.Value
	}{
		{Number, tag.IntOf(3)},
		{Number, tag.IntOf(1000)},
		{Number, tag.FloatOf(5)},
		{Decimal, tag.FloatOf(30.1)},
		{Decimal, tag.IntOf(12)},
		{Flag, tag.BoolOf(false)},
		{Flag, tag.BoolOf(true)},
	} {
		p := c.point(w.name)
		if err := p.Check(w.v); err != nil {
			t.Errorf("%s does not take %s: %v", w.name, show(w.v), err)
			continue
		}
		if err := c.session.Write(t.Context(), p, w.v); err != nil {
			t.Fatalf("write %s: %v", w.name, err)
		}
		wantValue(t, w.name+" at the device", peer.Held(w.name), w.v)
		back, err := c.session.ReadPoint(t.Context(), p)
		if err != nil {
			t.Fatalf("read back %s: %v", w.name, err)
		}
		wantValue(t, w.name+" read back", back, w.v)
	}
}

func whatDoesNotFitIsRefused(t *testing.T, h Harness) {
	c, peer := h.start(t, patient)
	for _, w := range []struct {
		name string
		v    tag.Value
	}{
		{Number, tag.StringOf("three")},
		{Number, tag.NullOf(tag.Good)},
		{Number, tag.FloatOf(math.NaN())},
		{Number, tag.IntOf(3).WithQuality(tag.BadTimeout)},
		{Decimal, tag.StringOf("three")},
		{Flag, tag.StringOf("on")},
		{Number, h.TooLarge},
		{Flag, h.TooLarge},
	} {
		if w.v.Kind() == tag.Absent {
			continue
		}
		p := c.point(w.name)
		if p.Check(w.v) == nil {
			t.Errorf("%s takes %s", w.name, show(w.v))
		}
		err := c.session.Write(t.Context(), p, w.v)
		if _, refused := errors.AsType[*protocols.Refusal](err); !refused {
			t.Errorf("written all the same, %s to %s is %v and no refusal", show(w.v), w.name, err)
		}
	}
	for name, want := range initial() {
		wantValue(t, name+" at the device", peer.Held(name), want)
	}
}

func aRefusedWriteIsARefusal(t *testing.T, h Harness) {
	c, peer := h.start(t, patient)
	if !peer.Break(faulty.Refusing) {
		t.Skip("this peer cannot be made to refuse")
	}
	err := c.session.Write(t.Context(), c.point(Number), tag.IntOf(3))
	r, ok := errors.AsType[*protocols.Refusal](err)
	if !ok {
		t.Fatalf("got %v, want a refusal", err)
	}
	if !r.Quality.IsBad() || r.Error() == "" {
		t.Errorf("the refusal is %v: %v", r.Quality, r)
	}
	peer.Heal()
	if err := c.session.Write(t.Context(), c.point(Number), tag.IntOf(4)); err != nil {
		t.Errorf("the session did not survive a refusal: %v", err)
	}
}

func aRefusedReadIsBad(t *testing.T, h Harness) {
	c, peer := h.start(t, patient)
	if !peer.Break(faulty.Refusing) {
		t.Skip("this peer cannot be made to refuse")
	}
	values, err := c.scan()
	if _, refused := errors.AsType[*protocols.Refusal](err); err != nil && !refused {
		t.Fatalf("a refusal is a fault: %v", err)
	}
	wantUntouched(t, values)
	peer.Heal()
	c.recover()
}

func anUnansweredWriteIsNoSuccess(t *testing.T, h Harness) {
	for _, fault := range disturbances() {
		if fault == faulty.Unreached {
			continue // nothing is sent
		}
		t.Run(fault.String(), func(t *testing.T) {
			c, peer := h.start(t, brief)
			if !peer.Break(fault) {
				t.Skip("this peer cannot be broken so")
			}
			Eventually(t, "the device may have it, and that is said", func() bool { // a loaded machine may be too late to send
				return faultIn(t, c.try(func(s protocols.Session) error { return s.Write(t.Context(), c.point(Number), tag.IntOf(3)) })).Sent
			})
		})
	}
}
