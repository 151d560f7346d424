package s7

import (
	"context"
	"errors"
	"fmt"

	"github.com/holdfast-edge/holdfast/protocols"
	"github.com/holdfast-edge/holdfast/protocols/s7/pdu"
	"github.com/holdfast-edge/holdfast/tag"
)

// errLength says that an answer has not as many octets as were asked for.
var errLength = errors.New("the answer has another length than was asked for")

// Write is described at protocols.Session. What a text may hold the PLC is asked first, so that a longer one never runs over
// what is behind it.
func (s *session) Write(ctx context.Context, to protocols.Point, v tag.Value) error {
	p := to.(*target)
	doing := "write " + p.name
	octets, err := p.encoded(v)
	if err != nil {
		return &protocols.Refusal{Quality: tag.BadOutOfRange, Err: fmt.Errorf("%s: %w", doing, err)}
	}
	if limit := pdu.MaxWrite(s.terms.size); len(octets) > limit {
		return &protocols.Refusal{Quality: tag.BadOutOfRange, Err: fmt.Errorf(
			"%s: %d octets: with the PDU of %d that the PLC agrees to, at most %d are written at once: split the tag", doing, len(octets), s.terms.size, limit)}
	}
	if p.form.isText() {
		if err := s.fits(ctx, p, len(octets)); err != nil {
			return err
		}
	}
	calls := s.ready(1)
	calls[0].Request = pdu.AppendWrite(calls[0].Request[:0], p.written(len(octets)), octets)
	if err := s.conn.Exchange(ctx, p.device.options.Timeout, calls); err != nil {
		return s.fault(doing, calls[0].Sent, err)
	}
	answer := calls[0].Answer
	if answer.Error != 0 {
		q, cause := refusedJob(answer.Error)
		return &protocols.Refusal{Quality: q, Err: fmt.Errorf("%s: %w", doing, cause)}
	}
	code, err := pdu.ParseWrite(answer)
	if err != nil {
		return mistrusted(doing, err)
	}
	if code != pdu.OK {
		return p.refusal("write", code)
	}
	return nil
}

// fits refuses a text, encoded in so many octets, that is longer than the PLC declares.
func (s *session) fits(ctx context.Context, p *target, octets int) error {
	size, character := p.form.head()
	head, err := s.octets(ctx, p, size)
	if err != nil {
		return protocols.Unsent(err)
	}
	declared, _, _ := p.form.lengths(head)
	if octets -= size / 2; octets > declared*character {
		return &protocols.Refusal{Quality: tag.BadOutOfRange, Err: fmt.Errorf(
			"write %s: a text of %d characters: the PLC declares %v with %d", p.name, octets/character, p.address, declared)}
	}
	return nil
}

// ReadPoint is described at protocols.Session. What does not fit an answer takes several.
func (s *session) ReadPoint(ctx context.Context, of protocols.Point) (tag.Value, error) {
	p := of.(*target)
	octets, err := s.octets(ctx, p, p.octets)
	if err != nil {
		return tag.Value{}, err
	}
	return p.value(octets, tag.Value{}), nil
}

// octets reads so many octets from the beginning of a point.
func (s *session) octets(ctx context.Context, p *target, count int) ([]byte, error) {
	whole := make([]byte, 0, count)
	for _, piece := range cut(nil, 0, span{first: p.first(), end: p.first() + count}, s.terms.piece()) {
		octets, err := s.read(ctx, p, piece)
		if err != nil {
			return nil, err
		}
		whole = append(whole, octets...)
	}
	return whole, nil
}

// read reads a piece of a point.
func (s *session) read(ctx context.Context, p *target, of piece) ([]byte, error) {
	doing := "read " + p.name
	item := pdu.Item{Area: p.address.Area, DB: p.address.DB, Start: of.first, Count: of.octets}
	if item.Area.IsNumbered() {
		item.Start, item.Count = item.Start/2, item.Count/2
	}
	calls := s.ready(1)
	calls[0].Request = pdu.AppendRead(calls[0].Request[:0], item)
	if err := s.conn.Exchange(ctx, p.device.options.Timeout, calls); err != nil {
		return nil, s.fault(doing, calls[0].Sent, err)
	}
	answer := calls[0].Answer
	if answer.Error != 0 {
		q, cause := refusedJob(answer.Error)
		return nil, &protocols.Refusal{Quality: q, Err: fmt.Errorf("%s: %w", doing, cause)}
	}
	octets, code, err := onlyItem(answer, item)
	switch {
	case err != nil:
		return nil, mistrusted(doing, err)
	case code != pdu.OK:
		return nil, p.refusal("read", code)
	}
	return octets, nil
}

// onlyItem returns what an answer says of the only item that was asked for.
func onlyItem(answer pdu.PDU, i pdu.Item) ([]byte, pdu.Return, error) {
	items, err := pdu.ParseRead(answer, 1)
	if err != nil {
		return nil, 0, err
	}
	code, octets, err := items.Next()
	if err == nil && code == pdu.OK && len(octets) != i.Octets() {
		err = errLength
	}
	return octets, code, err
}
