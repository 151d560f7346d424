package simulator

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"sync"

	"github.com/holdfast-edge/holdfast/internal/ports"
	"github.com/holdfast-edge/holdfast/protocols/bacnet/wire"
	"github.com/holdfast-edge/holdfast/protocols/conformance/faulty"
)

// Forgetful takes subscriptions, and tells nothing: a fault that stations have beyond those of all devices. Of those they have all
// but what befalls connections (CutInFrame, CutOff, HalfOpen) and Drip: datagrams do not.
const Forgetful = faulty.Own

// Station is a socket with devices behind it. It may be used concurrently.
type Station struct {
	port    *ports.Port
	serving sync.WaitGroup

	mutex   sync.Mutex
	conn    *net.UDPConn
	devices map[wire.Address]*Device
	fault   faulty.Fault
	held    []held
	asked   []wire.Service // confirmed requests, in their order
	loses   int            // segments that are not sent
	foreign []netip.AddrPort
}

// held is an answer that is late.
type held struct {
	to     netip.AddrPort
	octets []byte
}

// Listen starts a station on a free port of 127.0.0.1.
func Listen(ctx context.Context) (*Station, error) {
	port, err := ports.Take(ctx)
	if err != nil {
		return nil, err
	}
	s := &Station{port: port, devices: map[wire.Address]*Device{}}
	if err := s.open(); err != nil {
		port.Release()
		return nil, err
	}
	return s, nil
}

// open opens the socket and reads it.
func (s *Station) open() error {
	conn, err := net.ListenUDP("udp4", net.UDPAddrFromAddrPort(netip.MustParseAddrPort(s.port.Address())))
	if err != nil {
		return err
	}
	s.conn = conn
	s.serving.Go(func() { s.receive(conn) })
	return nil
}

// Address is host:port of the socket.
func (s *Station) Address() string { return s.port.Address() }

// Close ends the station.
func (s *Station) Close() error {
	s.mutex.Lock()
	err := s.conn.Close()
	s.mutex.Unlock()
	s.serving.Wait()
	s.port.Release()
	return err
}

// Break has the station fail until it is healed, by the zero Fault.
func (s *Station) Break(f faulty.Fault) error {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	before := s.fault
	s.fault = f
	switch {
	case f == faulty.Unreached && before != faulty.Unreached:
		return s.conn.Close()
	case f != faulty.Unreached && before == faulty.Unreached:
		return s.open()
	case f != faulty.Late:
		for _, h := range s.held {
			s.write(h.to, h.octets)
		}
		s.held = nil
	}
	return nil
}

// Lose has the station lose the next segments of answers.
func (s *Station) Lose(segments int) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.loses = segments
}

// Asked returns the confirmed requests so far.
func (s *Station) Asked() []wire.Service {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return append([]wire.Service(nil), s.asked...)
}

func (s *Station) receive(conn *net.UDPConn) {
	buffer := make([]byte, 1<<16)
	for {
		n, from, err := conn.ReadFromUDPAddrPort(buffer)
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err == nil {
			s.take(netip.AddrPortFrom(from.Addr().Unmap(), from.Port()), buffer[:n])
		}
	}
}

// take takes a datagram.
func (s *Station) take(from netip.AddrPort, datagram []byte) {
	p, err := wire.Parse(datagram)
	if err != nil {
		return
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if p.Function == wire.RegisterForeign {
		s.foreign = append(s.foreign, from)
		s.write(from, (&wire.Packet{Function: wire.BVLCResult}).Append(nil))
		return
	}
	a, err := wire.ParseAPDU(p.Body)
	if err != nil || p.Message != wire.NoMessage {
		return
	}
	if p.To.Network == wire.Everywhere {
		for _, d := range s.devices {
			d.broadcast(from, &a)
		}
		return
	}
	d := s.devices[p.To]
	if d == nil && p.To.Network != 0 {
		s.write(from, (&wire.Packet{
			Function: wire.OriginalUnicast, Message: wire.RejectMessage, Body: []byte{1, byte(p.To.Network >> 8), byte(p.To.Network)},
		}).Append(nil))
	}
	if d != nil {
		d.take(from, &a)
	}
}

// answer sends an APDU of a device, as the fault has it.
func (s *Station) answer(to netip.AddrPort, from wire.Address, a *wire.APDU) {
	octets := (&wire.Packet{Function: wire.OriginalUnicast, Message: wire.NoMessage, From: from, Body: a.Append(nil)}).Append(nil)
	switch s.fault {
	case faulty.Silent, faulty.Unreached:
	case faulty.Late:
		s.held = append(s.held, held{to, octets})
	case faulty.Garbage:
		s.write(to, []byte("this is not what was asked for"))
	case faulty.HalfFrame:
		s.write(to, octets[:len(octets)/2])
	default:
		if a.Segmented && s.loses > 0 {
			s.loses--
			return
		}
		s.write(to, octets)
	}
}

// write sends a datagram. One that is not sent is as one that is lost.
func (s *Station) write(to netip.AddrPort, octets []byte) {
	_, _ = s.conn.WriteToUDPAddrPort(octets, to)
}
