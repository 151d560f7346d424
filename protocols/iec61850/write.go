package iec61850

import (
	"context"
	"fmt"
	"strings"

	"github.com/holdfast-edge/holdfast/protocols"
	"github.com/holdfast-edge/holdfast/protocols/iec61850/mms"
	"github.com/holdfast-edge/holdfast/tag"
)

// Write is described at protocols.Session. A setting is written; a status, a measured value or a CO is controlled (control.go).
// Nothing is sent twice.
func (s *session) Write(ctx context.Context, to protocols.Point, v tag.Value) error {
	p := to.(*point)
	if err := p.Check(v); err != nil {
		return unfit(p, err)
	}
	if isSetting(p.address.Constraint) && p.form.name != "" && p.form.name != "bits" {
		return s.set(ctx, p, p.address, p.form.typ, v) // nothing has to be asked before
	}
	places, err := s.locate(ctx, []*point{p})
	if err != nil {
		return protocols.Unsent(err)
	}
	if places[0].err != nil {
		return places[0].err
	}
	at := places[0].place
	switch {
	case isSetting(at.constraint):
		full := p.address
		full.Constraint = at.constraint
		return s.set(ctx, p, full, *at.typ, v)
	case isControlled(at.constraint) && p.address.controls():
		return s.operate(ctx, p, at, v)
	default:
		return &protocols.Refusal{Quality: tag.BadNotWritable, Err: fmt.Errorf("write %s: it is [%s], and not written", p.name, at.constraint)}
	}
}

// unfit refuses a value that does not fit.
func unfit(p *point, err error) error {
	return &protocols.Refusal{Quality: tag.BadOutOfRange, Err: fmt.Errorf("write %s: %w", p.name, err)}
}

// set writes an attribute.
func (s *session) set(ctx context.Context, p *point, a Address, t mms.Type, v tag.Value) error {
	d, err := p.written(v, t)
	if err != nil {
		return unfit(p, err)
	}
	if strings.Contains(a.Path, "(") {
		return &protocols.Refusal{Quality: tag.BadNotSupported, Err: fmt.Errorf("write %s: elements of arrays are not written", p.name)}
	}
	refused, err := s.write(ctx, "write "+p.name, a.variable(p.device.options.IED), d)
	if err == nil && refused != nil {
		return refusal("write "+p.name, *refused, "")
	}
	return err
}

// write writes one variable, and returns why the device refuses it.
func (s *session) write(ctx context.Context, doing string, to mms.Name, d mms.Data) (refused *mms.AccessError, err error) {
	body, err := s.ask(ctx, doing, mms.WriteRequest([]mms.Name{to}, []mms.Data{d}))
	if err != nil {
		return nil, err
	}
	if refused, err = mms.ParseWrite(body); err != nil {
		return nil, s.judge(doing, err)
	}
	return refused, nil
}
