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
	told   map[reason]bool
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
		if r.hi-r.lo == 1 || !isAbsence(r.code) { // else it is divided
			area, db := p.block(r.span)
			s.tell(p.device, reason{area: area, db: db, code: r.code}, r.end)
		}
	}
	return nil
}

// take puts what became of a job into the row.
func (s *session) take(p *plan, of job, answer pdu.PDU, row []tag.Value) error {
	if answer.Error != 0 {
		q, _ := refusedJob(answer.Error)
		for _, piece := range of {
			p.spoil(p.now[piece.span].span, q, row)
		}
		s.tell(p.device, reason{job: answer.Error}, 0)
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

// reason is why values are Bad: the error of a job, or a code of an item in a block.
type reason struct {
	job  pdu.Error
	area pdu.Area
	db   uint16
	code pdu.Return
}

// tell logs a reason, once in a session. An item ends at so many octets.
func (s *session) tell(d *device, r reason, octets int) {
	if s.told[r] {
		return
	}
	if s.told == nil {
		s.told = map[reason]bool{} // as many at most as there are blocks with tags, and codes
	}
	s.told[r] = true
	cause := causeOf(r.code, r.area, r.db, octets)
	if r.job != 0 {
		_, cause = refusedJob(r.job)
	}
	s.logger.Warn("the PLC refuses a read", "device", d.name, "error", cause)
}

// Close is described at protocols.Session.
func (s *session) Close() error {
	s.conn.Close()
	return nil
}
