package conformance

import (
	"context"
	"errors"
	"testing"

	"github.com/holdfast-edge/holdfast/protocols"
	"github.com/holdfast-edge/holdfast/tag"
)

// errFound ends a search.
var errFound = errors.New("found")

func aSubscriptionDelivers(t *testing.T, h Harness) {
	c, peer := h.start(t, patient)
	s, ok := c.session.(protocols.Subscriber)
	if !ok {
		t.Skip("the driver is polled")
	}
	ctx, cancel := context.WithCancelCause(t.Context())
	defer cancel(nil)
	number := make(chan tag.Value, 1000)
	ended := make(chan error, 1)
	go func() {
		ended <- s.Subscribe(ctx, c.device, func(_ int, row protocols.Row) {
			if v := row.Values[0]; v.Kind() != tag.Absent {
				number <- v
			}
		})
	}()
	for i := range int64(5) {
		want := tag.IntOf(500 + i)
		peer.Set(Number, want)
		Eventually(c.t, "a change is delivered", func() bool {
			select {
			case v := <-number:
				return same(v, want)
			default:
				return false
			}
		})
	}
	cancel(errFound)
	if err := wantEnd(t, ended); err != nil {
		t.Errorf("a subscription that was ended: %v", err)
	}
}

func browsingFinds(t *testing.T, h Harness) {
	c, _ := h.start(t, patient)
	b, ok := c.session.(protocols.Browser)
	if !ok {
		t.Skip("devices of this protocol cannot say what they have")
	}
	wanted := map[string]bool{}
	for _, t := range c.config.Groups[0].Tags {
		address := t.Address
		if h.Browsed != nil {
			address = h.Browsed(address)
		}
		wanted[address] = wanted[address] || address != "" && t.Name != Missing
	}
	var walk func(address string)
	walk = func(address string) {
		var folders []string
		if err := b.Browse(t.Context(), address, func(i protocols.Item) {
			delete(wanted, i.Address)
			if i.Folder {
				folders = append(folders, i.Address)
			}
		}); err != nil {
			t.Fatal(err)
		}
		for _, f := range folders {
			walk(f)
		}
	}
	walk("")
	for address, want := range wanted {
		if want {
			t.Errorf("%s was not found", address)
		}
	}
}
