package iec104_test

import (
	"errors"
	"log/slog"
	"testing"

	"github.com/holdfast-edge/holdfast/protocols"
	"github.com/holdfast-edge/holdfast/protocols/iec104/apdu"
	"github.com/holdfast-edge/holdfast/protocols/iec104/outstation"
)

func TestAStationWithMoreObjectsThanABrowserRemembersIsRefused(t *testing.T) {
	s, err := outstation.Listen(t.Context(), "127.0.0.1:0", outstation.Standard(slog.New(slog.DiscardHandler)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	station := s.Put(1)
	for i := range uint32(protocols.MaxBrowsed) {
		station.Define(apdu.SinglePoint, apdu.Object{Address: i + 1}, 0, 0)
	}
	b := kit.Dial(t, kit.Device(t, "tcp://"+s.Address(), "station: 1,", "name: t, address: 1, type: single")).(protocols.Browser)
	found := 0
	count := func(protocols.Item) { found++ }
	if err := b.Browse(t.Context(), "station:1", count); err != nil || found != protocols.MaxBrowsed {
		t.Fatalf("%d objects: %v", found, err)
	}
	station.Define(apdu.SinglePoint, apdu.Object{Address: protocols.MaxBrowsed + 1}, 0, 0)
	err = b.Browse(t.Context(), "station:1", count)
	if _, refused := errors.AsType[*protocols.Refusal](err); !refused || found != protocols.MaxBrowsed {
		t.Errorf("one more: %d found, %v", found, err)
	}
}
