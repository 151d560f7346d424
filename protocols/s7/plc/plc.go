package plc

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"slices"
	"sync"

	"github.com/holdfast-edge/holdfast/protocols/conformance/faulty"
	"github.com/holdfast-edge/holdfast/protocols/s7/pdu"
	"github.com/holdfast-edge/holdfast/protocols/tpkt"
)

// Options are what a PLC is.
type Options struct {
	TSAPs   []pdu.TSAP // it is connected to by; none: by any
	PDU     int        // the most octets of a PDU that it agrees to
	Jobs    int        // the most jobs on the way that it agrees to
	MaxTPDU int        // octets of a TPDU that it sends; 0: as many as are proposed
	Listing bool       // whether it tells its blocks, as S7-300 and 400 do
	Logger  *slog.Logger
}

// What is proposed and taken of the layer below.
const (
	maxTPDU    = 1024
	maxMessage = 1 << 16
)

// Standard returns the options of an S7-300.
func Standard(logger *slog.Logger) Options {
	return Options{PDU: 240, Jobs: 8, Listing: true, Logger: logger}
}

// PLC is a running PLC. It may be used concurrently.
type PLC struct {
	*faulty.Server
	options Options

	mutex  sync.Mutex
	memory map[place][]byte
	denied map[uint16]bool // data blocks
	jobs   []pdu.PDU       // Read Var and Write Var, copies
	hold   int             // jobs until answers are sent, the last first
	breach []string        // of the protocol, by clients
}

// place is an area, or a data block.
type place struct {
	area pdu.Area
	db   uint16
}

// Listen starts a PLC on host:port. Port 0 takes a free one, which Address tells. ctx is for listening only: it runs until
// Close.
func Listen(ctx context.Context, address string, o Options) (*PLC, error) {
	server, err := faulty.Listen(ctx, address, o.Logger)
	if err != nil {
		return nil, err
	}
	p := &PLC{Server: server, options: o, memory: map[place][]byte{}, denied: map[uint16]bool{}}
	for area, octets := range map[pdu.Area]int{pdu.Inputs: 128, pdu.Outputs: 128, pdu.Markers: 256, pdu.Timers: 128, pdu.Counters: 128} {
		p.memory[place{area: area}] = make([]byte, octets)
	}
	server.Start(p.serve)
	return p, nil
}

// Hold has answers wait until so many jobs have come, and sends them then, the last first; 0 ends that.
func (p *PLC) Hold(jobs int) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	p.hold = jobs
}

// Heard returns the Read Var and Write Var jobs since the last call.
func (p *PLC) Heard() []pdu.PDU {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	jobs := p.jobs
	p.jobs = nil
	return jobs
}

// Breaches returns what clients did that the terms forbid.
func (p *PLC) Breaches() []string {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	return slices.Clone(p.breach)
}

func (p *PLC) breachedf(format string, arguments ...any) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	p.breach = append(p.breach, fmt.Sprintf(format, arguments...))
}

// client is a connection.
type client struct {
	plc     *PLC
	conn    *faulty.Conn
	in      *tpkt.Reader
	maxTPDU int
	terms   pdu.Terms
	held    [][]byte // answers
}

// serve runs one connection.
func (p *PLC) serve(_ context.Context, conn *faulty.Conn) {
	conn.Falsify, conn.Spared = falsified, true
	c := &client{plc: p, conn: conn, in: tpkt.NewReader(conn, maxMessage), maxTPDU: maxTPDU}
	for {
		t, err := c.in.Next()
		if err == nil {
			err = c.take(t)
		}
		if err != nil {
			p.options.Logger.Debug("a connection has ended", "error", err)
			return
		}
	}
}

// take takes a TPDU.
func (c *client) take(t tpkt.TPDU) error {
	o := &c.plc.options
	isCalled := func(mine pdu.TSAP) bool { return bytes.Equal(mine.Octets(), t.Called) }
	switch {
	case t.Code == tpkt.ConnectRequest && len(o.TSAPs) > 0 && !slices.ContainsFunc(o.TSAPs, isCalled):
		return c.write(tpkt.AppendDisconnect(nil, t.Reference, 3)) // address unknown
	case t.Code == tpkt.ConnectRequest:
		return c.write(tpkt.AppendConnect(nil, t.Reference, tpkt.TPDU{
			Code: tpkt.ConnectConfirm, Reference: 7, Calling: t.Calling, Called: t.Called, Size: maxTPDU,
		}))
	case t.Code != tpkt.Data:
		return fmt.Errorf("%w: TPDU %02x", tpkt.ErrFrame, uint8(t.Code))
	}
	job, err := pdu.Parse(t.Data)
	if err != nil {
		return err
	}
	answer, err := c.answer(job, len(t.Data))
	if err != nil {
		return err
	}
	err = c.reply(answer)
	c.conn.Spared = false // the first job is the setup
	return err
}

// reply sends an answer, when it is its turn.
func (c *client) reply(answer []byte) error {
	c.held = append(c.held, answer)
	c.plc.mutex.Lock()
	hold := c.plc.hold
	c.plc.mutex.Unlock()
	if len(c.held) < hold {
		return nil
	}
	slices.Reverse(c.held)
	for _, answer := range c.held {
		if err := c.write(tpkt.AppendData(nil, answer, c.maxTPDU)); err != nil {
			return err
		}
	}
	c.held = nil
	return nil
}

func (c *client) write(octets []byte) error {
	_, err := c.conn.Write(octets)
	return err
}
