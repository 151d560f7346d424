package main

import (
	"context"
	"net"
	"time"

	"github.com/holdfast-edge/holdfast/protocols/modbus/link"
	"github.com/holdfast-edge/holdfast/protocols/modbus/simulator"
	"github.com/holdfast-edge/holdfast/protocols/modbus/wire"
)

// direct measures what a device of the plant takes for a scan and for a write,
// over a connection of its own and without the node: what a write through the
// node cannot do without is to wait for a scan in flight, and its own round
// trip.
func direct(ctx context.Context, address string, tags int, value uint16) (scan, write time.Duration, err error) {
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", address)
	if err != nil {
		return 0, 0, err
	}
	l := link.NewMBAP(conn)
	defer func() { _ = l.Close() }()
	calls := []link.Call{{Unit: 1, Request: wire.AppendRead(nil, wire.ReadHolding, simulator.Valve, uint16(simulator.Waves-simulator.Valve+tags-1))}}
	if scan, err = exchange(ctx, l, calls); err != nil {
		return 0, 0, err
	}
	calls[0].Request = wire.AppendWriteRegister(nil, simulator.Valve, value)
	write, err = exchange(ctx, l, calls)
	return scan, write, err
}

func exchange(ctx context.Context, l *link.MBAP, calls []link.Call) (time.Duration, error) {
	begin := time.Now()
	if err := l.Exchange(ctx, 10*time.Second, calls); err != nil {
		return 0, err
	}
	return time.Since(begin), calls[0].Err
}
