package iec104_test

import (
	"fmt"
	"log/slog"
	"testing"

	"github.com/holdfast-edge/holdfast/protocols/conformance"
	"github.com/holdfast-edge/holdfast/protocols/iec104"
	"github.com/holdfast-edge/holdfast/protocols/iec104/apdu"
	"github.com/holdfast-edge/holdfast/protocols/iec104/outstation"
)

// kit is what the tests of the driver are made with.
var kit = conformance.Kit{Driver: iec104.Driver{}, Patient: "command_timeout: 1m,"}

// The addresses of the plant's objects; commands are 1000 above.
const (
	breaker, isolator, tap, alarms, angle, level, current, energy = 100, 101, 102, 103, 104, 105, 106, 107
	command                                                       = 1000
)

// plant starts an outstation with one station that has an object of each type.
func plant(t testing.TB, o outstation.Options) (*outstation.Outstation, *outstation.Station) {
	t.Helper()
	s, err := outstation.Listen(t.Context(), "127.0.0.1:0", o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s, furnish(s, 1)
}

// furnish gives an outstation such a station.
func furnish(s *outstation.Outstation, number uint16) *outstation.Station {
	station := s.Put(number)
	for address, kinds := range map[uint32][2]apdu.Type{
		breaker: {apdu.SinglePoint, apdu.SingleCommand}, isolator: {apdu.DoublePoint, apdu.DoubleCommand},
		tap: {apdu.StepPosition, apdu.StepCommand}, alarms: {apdu.Bitstring, apdu.BitstringCommand},
		angle: {apdu.Normalized, apdu.SetNormalized}, level: {apdu.Scaled, apdu.SetScaled},
		current: {apdu.Float, apdu.SetFloat}, energy: {apdu.Totals, 0},
	} {
		station.Define(kinds[0], apdu.Object{Address: address, Int: 1, Float: 21.7}, kinds[1], address+command)
	}
	return station
}

// standard returns the options of an outstation that says nothing of itself.
func standard() outstation.Options { return outstation.Standard(slog.New(slog.DiscardHandler)) }

// plantTags are tags of all that the plant has.
func plantTags() []string {
	return []string{
		fmt.Sprintf("name: breaker,  address: %d, type: single,     command_address: %d, access: rw", breaker, breaker+command),
		fmt.Sprintf("name: isolator, address: %d, type: double,     command_address: %d, access: rw", isolator, isolator+command),
		fmt.Sprintf("name: tap,      address: %d, type: step", tap),
		fmt.Sprintf("name: alarms,   address: %d, type: bits,       command_address: %d, access: rw", alarms, alarms+command),
		fmt.Sprintf("name: angle,    address: %d, type: normalized, command_address: %d, access: rw", angle, angle+command),
		fmt.Sprintf("name: level,    address: %d, type: scaled,     command_address: %d, access: rw, scale: 0.1", level, level+command),
		fmt.Sprintf("name: current,  address: %d, type: float,      command_address: %d, access: rw", current, current+command),
		fmt.Sprintf("name: energy,   address: %d, type: counter", energy),
		fmt.Sprintf("name: raise,    address: %d, type: step, access: w", tap+command),
	}
}
