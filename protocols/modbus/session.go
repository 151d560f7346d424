package modbus

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/holdfast-edge/holdfast/protocols"
	"github.com/holdfast-edge/holdfast/protocols/modbus/link"
	"github.com/holdfast-edge/holdfast/protocols/modbus/wire"
	"github.com/holdfast-edge/holdfast/tag"
)

// session is an open connection to the units behind one endpoint.
type session struct {
	link   link.Link
	logger *slog.Logger
	calls  []link.Call // used again
	stray  uint64      // as last logged
	others estimate    // of the units of this session together
}

// Read is described at protocols.Session.
func (s *session) Read(ctx context.Context, asked protocols.Plan, step int, row protocols.Row) error {
	p := asked.(*plan)
	if step == 0 {
		p.begin()
		p.spoilHoles(row.Values)
	}
	at := p.steps[step]
	calls := s.ready(at.to - at.from)
	for i, b := range p.now[at.from:at.to] {
		calls[i].Unit = p.device.unit
		calls[i].Request = b.appendRead(calls[i].Request[:0])
	}
	err := s.link.Exchange(ctx, p.device.estimate.timeout(), calls)
	var first error
	for i := range calls {
		if calls[i].Err == nil {
			s.others.answered(calls[i].Elapsed)
		}
		if fault := p.take(p.now[at.from+i], &calls[i], row.Values); fault != nil && first == nil {
			first = fault
		}
	}
	s.noteStray(p.device.unit)
	if err != nil {
		return broken(err)
	}
	return first
}

// appendRead appends the request of a read.
func (b block) appendRead(dst []byte) []byte {
	return wire.AppendRead(dst, b.area.read(), uint16(b.first), uint16(b.count))
}

// take puts what became of a read into the row, and learns from it. It returns the fault that it shows.
func (p *plan) take(b block, c *link.Call, row []tag.Value) error {
	if c.Err == nil {
		p.device.estimate.answered(c.Elapsed)
		p.learnt.Answered(b.lo, b.hi)
		p.fill(b, c.Reply, row)
		return nil
	}
	r, refused := refusalOf(c.Err)
	if !refused {
		return p.device.fault(b.doing(), c)
	}
	p.device.estimate.answered(c.Elapsed)
	p.spoil(b, r.quality, row)
	if r.here {
		p.refused(b, r.quality)
	}
	return nil
}

// doing names a read for errors.
func (b block) doing() string {
	return fmt.Sprintf("%s %d-%d", b.area.read(), b.first, b.first+b.count-1)
}

// ready returns n calls to be filled in.
func (s *session) ready(n int) []link.Call {
	for len(s.calls) < n {
		s.calls = append(s.calls, link.Call{})
	}
	return s.calls[:n]
}

// ask performs one request by itself. Its error has a scope.
func (s *session) ask(ctx context.Context, d *device, doing string, request []byte) ([]byte, error) {
	calls := s.ready(1)
	calls[0].Unit, calls[0].Request = d.unit, append(calls[0].Request[:0], request...)
	if err := s.link.Exchange(ctx, d.estimate.longest, calls); err != nil {
		return nil, broken(err)
	}
	c := &calls[0]
	if c.Err == nil {
		d.estimate.answered(c.Elapsed)
		return c.Reply, nil
	}
	if r, refused := refusalOf(c.Err); refused && !r.open {
		return nil, &protocols.Refusal{Quality: r.quality, Err: fmt.Errorf("%s: %w", doing, c.Err)}
	}
	return nil, d.fault(doing, c)
}

// Write is described at protocols.Session.
func (s *session) Write(ctx context.Context, to protocols.Point, v tag.Value) error {
	p := to.(*target)
	request, err := p.appendWrite(nil, v)
	if err != nil {
		return &protocols.Refusal{Quality: tag.BadOutOfRange, Err: fmt.Errorf("write %s: %w", p.name, err)}
	}
	if p.bit != NoBit && p.readModifyWrite {
		if request, err = s.modified(ctx, p, v); err != nil {
			return err
		}
	}
	_, err = s.ask(ctx, p.device, "write "+p.name, request)
	return err
}

// modified reads the register of a bit and returns the request that writes it back with the bit changed.
func (s *session) modified(ctx context.Context, p *target, v tag.Value) ([]byte, error) {
	data, err := s.ask(ctx, p.device, "read "+p.name, p.block().appendRead(nil))
	if err != nil {
		return nil, protocols.Unsent(err)
	}
	on, err := truth(v)
	if err != nil {
		return nil, &protocols.Refusal{Quality: tag.BadTypeMismatch, Err: err}
	}
	register := uint16(data[0])<<8 | uint16(data[1])
	if register &^= p.mask(); on {
		register |= p.mask()
	}
	if p.writeMultiple {
		return wire.AppendWriteRegisters(nil, p.first, []byte{byte(register >> 8), byte(register)}), nil
	}
	return wire.AppendWriteRegister(nil, p.first, register), nil
}

// ReadPoint is described at protocols.Session.
func (s *session) ReadPoint(ctx context.Context, of protocols.Point) (tag.Value, error) {
	p := of.(*target)
	data, err := s.ask(ctx, p.device, "read "+p.name, p.block().appendRead(nil))
	if err != nil {
		return tag.Value{}, err
	}
	return p.value(data, 0, tag.Value{}), nil
}

// block returns the read of the point by itself.
func (p *point) block() block { return block{area: p.area, first: int(p.first), count: p.span} }

// Probe is described at protocols.Session. A refusal is an answer, too.
func (s *session) Probe(ctx context.Context, of protocols.Device) error {
	d := of.(*device)
	calls := s.ready(1)
	calls[0].Unit, calls[0].Request = d.unit, d.probe.appendRead(calls[0].Request[:0])
	if err := s.link.Exchange(ctx, d.estimate.brief(s.others), calls); err != nil {
		return broken(err)
	}
	if _, refused := refusalOf(calls[0].Err); refused || calls[0].Err == nil {
		d.estimate.answered(calls[0].Elapsed)
		return nil
	}
	return d.fault("probe: "+d.probe.doing(), &calls[0])
}

// noteStray logs replies that came too late.
func (s *session) noteStray(unit byte) {
	if n := s.link.Stray(); n != s.stray {
		s.logger.Debug("dropped late replies", "unit", unit, "count", n-s.stray)
		s.stray = n
	}
}

// Close is described at protocols.Session.
func (s *session) Close() error { return s.link.Close() }
