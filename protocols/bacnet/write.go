package bacnet

import (
	"context"
	"fmt"

	"github.com/holdfast-edge/holdfast/protocols"
	"github.com/holdfast-edge/holdfast/protocols/bacnet/wire"
	"github.com/holdfast-edge/holdfast/tag"
)

// Write is described at protocols.Session: WriteProperty (clause 15.9), sent once. Null relinquishes the tag's priority.
func (s *session) Write(ctx context.Context, to protocols.Point, v tag.Value) error {
	p := to.(*target)
	d := p.device
	d.in(s)
	sent, err := p.written(v)
	if err != nil {
		return &protocols.Refusal{Quality: tag.BadOutOfRange, Err: fmt.Errorf("write %s: %w", p.name, err)}
	}
	if err := s.reach(ctx, d); err != nil {
		return protocols.Unsent(err)
	}
	doing := fmt.Sprintf("write %s (%v of device %s)", p.name, p.at, d.name)
	_, err = s.ask(ctx, d, question{doing: doing, service: wire.WriteProperty, body: wire.AppendWrite(nil, p.at, sent, p.priority), once: true})
	if refused, isRefused := isRefusal(err); isRefused {
		return refusalOf(doing, refused)
	}
	return err
}
