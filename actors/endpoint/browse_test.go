package endpoint_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/holdfast-edge/holdfast/actors/endpoint"
	"github.com/holdfast-edge/holdfast/actors/write"
	"github.com/holdfast-edge/holdfast/protocols"
	"github.com/holdfast-edge/holdfast/tag"
)

// tellingWire is a connection to units that can tell what they have.
type tellingWire struct{ *wire }

// Browse tells five items, unless the address is one of the words below.
func (w tellingWire) Browse(ctx context.Context, address string, found func(protocols.Item)) error {
	switch address {
	case "endless":
		found(protocols.Item{Name: "the first"})
		select {
		case <-ctx.Done():
		case <-w.cut:
		case <-w.closing:
		}
		return fault(protocols.ScopeSession, tag.BadTimeout, "cancelled")
	case "nosuch":
		return &protocols.Refusal{Quality: tag.BadAddressInvalid, Err: errors.New("no such address")}
	case "broken":
		return fault(protocols.ScopeSession, tag.BadDecoding, "garbage")
	case "slow":
		return fault(protocols.ScopeUnit, tag.BadTimeout, "no answer")
	case "panic":
		panic("a driver's defect")
	}
	for _, name := range []string{"a", "b", "c", "d", "e"} {
		found(protocols.Item{Name: name, Address: address + name})
	}
	return nil
}

// telling runs a test on units that can tell what they have.
func telling(t *testing.T, test func(b *bench)) {
	p := newPlant("boiler", "pump")
	p.tells = true
	over(t, p, []string{"boiler", "pump"}, func(b *bench) {
		b.pass(scan)
		test(b)
	})
}

// reads is how often a device was read.
func (b *bench) reads(device string) (n int) {
	b.plant.with(device, func(u *unit) { n = u.reads })
	return n
}

// browse asks a device, and returns where the answer comes.
func (b *bench) browse(device, address string, limit int) <-chan *endpoint.Browsed {
	b.t.Helper()
	return b.browseBehind(device, address, 0, limit)
}

// browseBehind is browse without the first items.
func (b *bench) browseBehind(device, address string, skip, limit int) <-chan *endpoint.Browsed {
	b.t.Helper()
	pid, ok := b.system.Lookup("/tcp:127.0.0.1:502/" + device)
	if !ok {
		b.t.Fatalf("there is no %s", device)
	}
	answered := make(chan *endpoint.Browsed, 1)
	go func() {
		answer, err := b.system.Ask(context.Background(), pid, &endpoint.Browse{Address: address, Skip: skip, Limit: limit})
		if err != nil {
			answer = &endpoint.Browsed{Err: err}
		}
		answered <- answer.(*endpoint.Browsed)
	}()
	return answered
}

func TestABrowseTellsSoManyItemsAndCountsTheOthers(t *testing.T) {
	telling(t, func(b *bench) {
		if got := <-b.browse("boiler", "x.", 2); got.Err != nil || got.Total != 5 || len(got.Items) != 2 || got.Items[1].Address != "x.b" {
			t.Errorf("%+v", got)
		}
		if got := <-b.browseBehind("boiler", "x.", 1, 1); got.Err != nil || got.Total != 5 || len(got.Items) != 1 || got.Items[0].Address != "x.b" {
			t.Errorf("behind the first: %+v", got)
		}
		if got := <-b.browseBehind("boiler", "x.", 5, 1); got.Err != nil || got.Total != 5 || len(got.Items) != 0 {
			t.Errorf("behind the last: %+v", got)
		}
	})
}

func TestScansAndWritesGoOnBesideABrowseThatDoesNotEndAndItsTimeIsBounded(t *testing.T) {
	telling(t, func(b *bench) {
		began := time.Now()
		endless := b.browse("boiler", "endless", 10)
		b.pass(scan)
		if got := <-b.browse("pump", "", 10); !errors.Is(got.Err, endpoint.ErrBrowsing) {
			t.Errorf("a second browse of the endpoint: %+v", got)
		}
		reads := b.reads("boiler")
		b.pass(10 * scan)
		if r := b.ask(write.Command{Device: "boiler", Tag: "b", Value: one}); r.Outcome() != write.Verified {
			t.Errorf("a write beside it: %s, %v", r.Outcome(), r.Err)
		}
		if more := b.reads("boiler") - reads; more < 9 {
			t.Errorf("%d reads in ten scans' time", more)
		}
		got := <-endless
		if took := time.Since(began); !errors.Is(got.Err, endpoint.ErrBrowseTime) || len(got.Items) > 0 || took > time.Minute {
			t.Errorf("after %s: %+v", took, got)
		}
		b.pass(scan)
		if got := <-b.browse("pump", "", 10); got.Err != nil || b.plant.dials != 1 {
			t.Errorf("the next browse, after %d dials: %+v", b.plant.dials, got)
		}
	})
}

func TestABrowseEndsWithItsSession(t *testing.T) {
	for _, address := range []string{"broken", "panic"} {
		telling(t, func(b *bench) {
			if got := <-b.browse("boiler", address, 10); got.Err == nil {
				t.Errorf("%s: %+v", address, got)
			}
			b.pass(20 * time.Second)
			if got := <-b.browse("boiler", "", 10); got.Err != nil || b.plant.dials != 2 {
				t.Errorf("%s: the next browse, after %d dials: %+v", address, b.plant.dials, got)
			}
		})
	}
	telling(t, func(b *bench) {
		endless := b.browse("boiler", "endless", 10)
		b.pass(scan)
		b.plant.disconnect(errors.New("nobody is there"))
		if got := <-endless; got.Err == nil {
			t.Errorf("%+v", got)
		}
		b.pass(scan)
		if got := <-b.browse("boiler", "", 10); !errors.Is(got.Err, endpoint.ErrAway) {
			t.Errorf("while the line is down: %+v", got)
		}
	})
}

func TestWhatADeviceRefusesOrDoesNotAnswerCostsNoSession(t *testing.T) {
	telling(t, func(b *bench) {
		for address, want := range map[string]string{"nosuch": "no such address", "slow": "no answer"} {
			if got := <-b.browse("boiler", address, 10); got.Err == nil || !strings.Contains(got.Err.Error(), want) {
				t.Errorf("%s: %+v", address, got)
			}
		}
		b.pass(20 * time.Second)
		if b.plant.dials != 1 {
			t.Errorf("%d dials", b.plant.dials)
		}
	})
}

func TestADeviceThatDoesNotAnswerIsNotBrowsed(t *testing.T) {
	telling(t, func(b *bench) {
		b.plant.with("boiler", func(u *unit) { u.dead = true })
		b.pass(10 * time.Second)
		if got := <-b.browse("boiler", "", 10); !errors.Is(got.Err, endpoint.ErrAway) {
			t.Errorf("%+v while it is %s", got, b.state("boiler"))
		}
	})
}

func TestADriverThatCannotBrowseSaysSo(t *testing.T) {
	over(t, newPlant("boiler"), []string{"boiler"}, func(b *bench) {
		b.pass(scan)
		if got := <-b.browse("boiler", "", 10); !errors.Is(got.Err, endpoint.ErrNoBrowser) {
			t.Errorf("%+v", got)
		}
	})
}
