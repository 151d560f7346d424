package iec104

import (
	"context"
	"time"

	"github.com/holdfast-edge/holdfast/protocols"
	"github.com/holdfast-edge/holdfast/protocols/iec104/apdu"
	"github.com/holdfast-edge/holdfast/tag"
)

// Write is described at protocols.Session: a command, selected first where the tag says so, and its confirmation. It is
// sent once. That its select was not confirmed means that nothing was executed.
func (s *session) Write(ctx context.Context, to protocols.Point, v tag.Value) error {
	p := to.(*target)
	o, err := p.written(v)
	if err != nil {
		return &protocols.Refusal{Quality: tag.BadOutOfRange, Err: err}
	}
	if p.selects {
		selecting := o
		selecting.Qualifier |= apdu.Select
		if err := s.command(ctx, "select "+p.name, p, selecting, false); err != nil {
			return protocols.Unsent(err)
		}
	}
	return s.command(ctx, "write "+p.name, p, o, p.device.options.Terminated)
}

// target is a point with its device.
type target struct {
	*point
	device *device
}

// command sends an object and waits for its confirmation, and where terminated says so for its end.
func (s *session) command(ctx context.Context, doing string, p *target, o apdu.Object, terminated bool) error {
	c, err := s.begin(ctx, question{station: p.device.station, kind: p.command, address: o.Address}, false)
	if err != nil {
		return err
	}
	o.Time = apdu.TimeOf(time.Now().In(p.device.zone))
	patience := p.device.options.CommandTimeout
	_, confirmed, err := s.ask(ctx, doing, c, apdu.Activation, o, patience)
	defer func() { s.end(c, !confirmed) }()
	if err != nil || !terminated {
		return err
	}
	a, err := s.await(ctx, c, patience)
	switch {
	case err != nil:
		return s.judge(doing+": wait for its end", err)
	case a.negative:
		return refusalOf(doing, a.cause)
	default:
		return nil
	}
}
