package s7

import (
	"context"
	"log/slog"

	"github.com/holdfast-edge/holdfast/protocols"
	"github.com/holdfast-edge/holdfast/protocols/s7/link"
	"github.com/holdfast-edge/holdfast/protocols/s7/pdu"
	"github.com/holdfast-edge/holdfast/tag"
)

// session is an open connection to a PLC.
type session struct {
	conn   *link.Conn
	terms  terms
	logger *slog.Logger
	calls  []link.Call // used again
	items  []pdu.Item  // the same
	told   map[string]bool
}

// ready returns n calls to be filled in.
func (s *session) ready(n int) []link.Call {
	for len(s.calls) < n {
		s.calls = append(s.calls, link.Call{})
	}
	return s.calls[:n]
}

// Read is described at protocols.Session.
func (s *session) Read(ctx context.Context, asked protocols.Plan, step int, row protocols.Row) error {
	const doing = "read"
	p := asked.(*plan)
	if step == 0 {
		p.begin(s.terms)
		p.spoilHoles(row.Values)
	}
	jobs := p.step(step)
	calls := s.ready(len(jobs))
	for i, j := range jobs {
		s.items = s.items[:0]
		for _, piece := range j {
			s.items = append(s.items, p.item(piece))
		}
		calls[i].Request = pdu.AppendRead(calls[i].Request[:0], s.items...)
	}
	if err := s.conn.Exchange(ctx, p.device.options.Timeout, calls); err != nil {
		return s.fault(doing, true, err)
	}
	for i, j := range jobs {
		if err := s.take(p, j, calls[i].Answer, row.Values); err != nil {
			return mistrusted(doing, err)
		}
	}
	for _, r := range p.learn() {
		area, db := p.block(r.span)
		s.tell(p.device, causeOf(r.code, area, db, r.end))
	}
	return nil
}

// take puts what became of a job into the row.
func (s *session) take(p *plan, of job, answer pdu.PDU, row []tag.Value) error {
	if answer.Error != 0 {
		q, cause := refusedJob(answer.Error)
		for _, piece := range of {
			p.spoil(p.now[piece.span].span, q, row)
		}
		s.tell(p.device, cause)
		return nil
	}
	items, err := pdu.ParseRead(answer, len(of))
	for _, piece := range of {
		var code pdu.Return
		var octets []byte
		if err == nil {
			code, octets, err = items.Next()
		}
		if err == nil && code == pdu.OK && len(octets) != piece.octets {
			err = errLength
		}
		if err != nil {
			return err
		}
		p.take(piece, code, octets, row)
	}
	return nil
}

// Probe is described at protocols.Session. A refusal is an answer, too.
func (s *session) Probe(ctx context.Context, of protocols.Device) error {
	const doing = "probe"
	d := of.(*device)
	calls := s.ready(1)
	calls[0].Request = pdu.AppendRead(calls[0].Request[:0], d.probe)
	if err := s.conn.Exchange(ctx, d.options.Timeout, calls); err != nil {
		return s.fault(doing, true, err)
	}
	return nil
}

// maxTold bounds what a session remembers to have told.
const maxTold = 1000

// tell logs why values are Bad, once in a session.
func (s *session) tell(d *device, cause error) {
	if text := cause.Error(); !s.told[text] && len(s.told) < maxTold {
		if s.told == nil {
			s.told = map[string]bool{}
		}
		s.told[text] = true
		s.logger.Warn("the PLC refuses a read", "device", d.name, "error", text)
	}
}

// Close is described at protocols.Session.
func (s *session) Close() error {
	s.conn.Close()
	return nil
}
