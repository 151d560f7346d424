package opcua

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/gopcua/opcua/ua"

	"github.com/holdfast-edge/holdfast/protocols"
	"github.com/holdfast-edge/holdfast/tag"
)

// prepared is one step of a plan as this session asks for it, made once and sent at every scan.
type prepared struct {
	request *ua.ReadRequest
	asked   []*point
	unknown []*point // whose namespace the server does not have
}

// prepare makes the requests of a plan.
func (s *session) prepare(p *plan) []prepared {
	steps := make([]prepared, p.Steps())
	for n := range steps {
		steps[n].request = &ua.ReadRequest{TimestampsToReturn: ua.TimestampsToReturnSource}
		for _, at := range p.step(n) {
			node, err := at.address.node(s.namespaces)
			if err != nil {
				s.logger.Warn("a tag's namespace is unknown", "tag", at.name, "error", err)
				steps[n].unknown = append(steps[n].unknown, at)
				continue
			}
			steps[n].asked = append(steps[n].asked, at)
			steps[n].request.NodesToRead = append(steps[n].request.NodesToRead, valueID(node))
		}
	}
	return steps
}

// step returns a step of a plan; the first one begins a scan.
func (s *session) step(p *plan, n int) prepared {
	if n == 0 {
		p.keepTo(s.limits.perRead)
	}
	steps, ok := s.requests[p]
	if !ok || len(steps) != p.Steps() {
		steps = s.prepare(p)
		s.requests[p] = steps
	}
	return steps[n]
}

// Read is described at protocols.Session.
func (s *session) Read(ctx context.Context, asked protocols.Plan, step int, row protocols.Row) error {
	at := s.step(asked.(*plan), step)
	for _, p := range at.unknown {
		row.Values[p.slot] = tag.NullOf(tag.BadAddressUnknown)
	}
	if len(at.asked) == 0 {
		return nil
	}
	const doing = "read"
	response, err := s.ask(ctx, doing, at.request)
	read, err := reply[*ua.ReadResponse](doing, response, err)
	switch {
	case err == nil && len(read.Results) == len(at.asked):
		fill(at.asked, read.Results, row)
		return nil
	case err == nil:
		return faultOf(doing, fmt.Errorf("%w: %d values for %d nodes", ua.StatusBadDecodingError, len(read.Results), len(at.asked)))
	case isTooMuch(err):
		asked.(*plan).device.memory.tooMany(len(at.asked))
		spoil(at.asked, protocols.QualityOf(err), row)
		return nil
	default:
		return err
	}
}

// fill puts what the server has given into a row.
func fill(points []*point, results []*ua.DataValue, row protocols.Row) {
	for i, p := range points {
		row.Values[p.slot], row.Stamps[p.slot] = p.value(results[i])
	}
}

// spoil makes the values of points Bad.
func spoil(points []*point, q tag.Quality, row protocols.Row) {
	for _, p := range points {
		row.Values[p.slot] = tag.NullOf(q)
	}
}

// excesses are how servers say that a request was for too much.
var excesses = []ua.StatusCode{
	ua.StatusBadTooManyOperations, ua.StatusBadRequestTooLarge, ua.StatusBadResponseTooLarge,
	ua.StatusBadEncodingLimitsExceeded, ua.StatusBadTCPMessageTooLarge,
}

// isTooMuch reports whether a refusal may be none for fewer nodes.
func isTooMuch(err error) bool {
	_, refused := errors.AsType[*protocols.Refusal](err)
	status, ok := errors.AsType[ua.StatusCode](err)
	return refused && ok && slices.Contains(excesses, status)
}

// ReadPoint is described at protocols.Session.
func (s *session) ReadPoint(ctx context.Context, of protocols.Point) (tag.Value, error) {
	p := of.(*point)
	node, err := p.address.node(s.namespaces)
	if err != nil {
		return tag.Value{}, &protocols.Refusal{Quality: tag.BadAddressUnknown, Err: err}
	}
	results, err := s.attributes(ctx, "read "+p.name, valueID(node))
	if err != nil {
		return tag.Value{}, err
	}
	v, _ := p.value(results[0])
	return v, nil
}

// attributes reads attributes of nodes, and gives as many results as were asked for.
func (s *session) attributes(ctx context.Context, doing string, ids ...*ua.ReadValueID) ([]*ua.DataValue, error) {
	response, err := s.ask(ctx, doing, &ua.ReadRequest{TimestampsToReturn: ua.TimestampsToReturnSource, NodesToRead: ids})
	read, err := reply[*ua.ReadResponse](doing, response, err)
	if err != nil {
		return nil, err
	}
	if len(read.Results) != len(ids) {
		return nil, faultOf(doing, fmt.Errorf("%w: %d values for %d nodes", ua.StatusBadDecodingError, len(read.Results), len(ids)))
	}
	return read.Results, nil
}
