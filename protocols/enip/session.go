package enip

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/holdfast-edge/holdfast/protocols"
	"github.com/holdfast-edge/holdfast/protocols/enip/cip"
	"github.com/holdfast-edge/holdfast/protocols/enip/link"
	"github.com/holdfast-edge/holdfast/tag"
)

// session is an open connection to a controller.
type session struct {
	link     *link.Link
	route    cip.Route
	identity cip.Identity // of the device that was connected to; empty where it does not tell
	micro    bool         // a controller without DWORDs of BOOL
	logger   *slog.Logger
	catalog  *catalog // the browser's; nil until it was asked
}

// ask has a service done, and returns an answer of the controller itself. An error is a *protocols.Fault.
func (s *session) ask(ctx context.Context, d *device, doing string, request []byte) (cip.Reply, error) {
	reply, err := s.link.Do(ctx, d.timeout, s.route, request)
	switch {
	case err != nil:
		return reply, s.faultOf(doing, err)
	case reply.Status.General == cip.ConnectionFailure:
		return reply, s.unreached(doing, reply.Status)
	default:
		return reply, nil
	}
}

// Read is described at protocols.Session.
func (s *session) Read(ctx context.Context, asked protocols.Plan, step int, row protocols.Row) error {
	p := asked.(*plan)
	if step == 0 {
		p.device.plain = s.micro
		p.begin(row.Values, s.link.Capacity(ctx))
	}
	const doing = "read tags"
	reply, err := s.ask(ctx, p.device, doing, p.request(step))
	if err != nil {
		return err
	}
	if err := p.take(step, reply); err != nil {
		return undecodable(doing, err)
	}
	s.tell(p)
	return nil
}

// tell logs what is new of refusals: once each.
func (s *session) tell(p *plan) {
	for _, f := range p.told {
		attributes := []any{"device", p.device.name, "tag", f.point.name, "address", f.point.address.String()}
		if f.reason == nil {
			s.logger.Info("a tag can be read again", attributes...)
			continue
		}
		s.logger.Warn("a tag cannot be read", append(attributes, "reason", f.reason.Error())...)
	}
	p.told = p.told[:0]
}

// Write is described at protocols.Session. A tag whose type is not known yet is read before.
func (s *session) Write(ctx context.Context, to protocols.Point, v tag.Value) error {
	p := to.(*target)
	doing := "write " + p.name
	shape := p.known()
	if shape == nil {
		if _, err := s.ReadPoint(ctx, p); err != nil {
			return protocols.Unsent(err)
		}
		shape = p.known()
	}
	if shape == nil {
		return missing().refusal(doing)
	}
	request, err := p.appendWrite(nil, v, shape)
	if err != nil {
		return &protocols.Refusal{Quality: tag.BadOutOfRange, Err: fmt.Errorf("%s: %w", doing, err)}
	}
	if most := s.link.Capacity(ctx); len(request) > most {
		return &protocols.Refusal{Quality: tag.BadOutOfRange, Err: fmt.Errorf(
			"%s: %d octets, and the controller takes %d at once: write fewer elements, or let connection_size be larger", doing, len(request), most)}
	}
	reply, err := s.ask(ctx, p.device, doing, request)
	if err != nil {
		return err
	}
	if !reply.Status.OK() {
		p.learnt.Store(nil) // it may have another type now
		return refusedBy(reply.Status).refusal(doing)
	}
	return nil
}

// ReadPoint is described at protocols.Session. What is long takes several round trips.
func (s *session) ReadPoint(ctx context.Context, of protocols.Point) (tag.Value, error) {
	p := of.(*target)
	row := make([]tag.Value, 1)
	only := newPlan(p.device, []*point{p.point})
	p.device.plain = s.micro
	only.begin(row, s.link.Capacity(ctx))
	told, doing := p.told, "read "+p.name
	p.told = nil
	defer func() { p.told = told }() // the group's plan tells of it
	for step := 0; step < only.Steps(); step++ {
		reply, err := s.ask(ctx, p.device, doing, only.request(step))
		if err != nil {
			return tag.Value{}, err
		}
		if err := only.take(step, reply); err != nil {
			return tag.Value{}, undecodable(doing, err)
		}
	}
	if p.told != nil {
		return tag.Value{}, p.told.refusal(doing)
	}
	return row[0], nil
}

// statusAttribute is that of an Identity object.
const statusAttribute = 5

// Probe is described at protocols.Session: it asks the controller for its status. A refusal is an answer, too.
func (s *session) Probe(ctx context.Context, of protocols.Device) error {
	path := cip.AppendAttribute(cip.AppendObject(nil, cip.IdentityClass, 1), statusAttribute)
	_, err := s.ask(ctx, of.(*device), "probe", cip.AppendRequest(nil, cip.GetAttributeSingle, path, nil))
	return err
}

// Close is described at protocols.Session.
func (s *session) Close() error { return s.link.Close() }
