package iec104

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/holdfast-edge/holdfast/protocols"
	"github.com/holdfast-edge/holdfast/protocols/iec104/apdu"
	"github.com/holdfast-edge/holdfast/tag"
)

// collector keeps what a station tells in an interrogation.
type collector struct {
	station uint16
	wanted  func(apdu.Cause) bool
	take    func(a *apdu.ASDU, o apdu.Object, now time.Time)
	mutex   sync.Mutex
}

// hear takes what was asked for.
func (c *collector) hear(a *apdu.ASDU, now time.Time) {
	if a.Type == apdu.EndOfInitialization || !c.wanted(a.Cause) || c.station != apdu.AllStations && a.Station != c.station {
		return
	}
	c.mutex.Lock()
	defer c.mutex.Unlock()
	for i := range a.Len() {
		c.take(a, a.At(i), now)
	}
}

// Read is described at protocols.Session: an interrogation, and as a second step a request of counters. Where a device is
// subscribed, as the actors do, nothing is read so.
func (s *session) Read(ctx context.Context, asked protocols.Plan, step int, row protocols.Row) error {
	p := asked.(*plan)
	kind, qualifier, wanted := apdu.Interrogation, uint8(apdu.WholeStation), apdu.Cause.IsInterrogated
	if step > 0 {
		kind, qualifier = apdu.CounterInterrogation, apdu.WholeCounters
		wanted = func(c apdu.Cause) bool { return c >= apdu.InterrogatedCounters && c < apdu.UnknownType }
	}
	d, values := p.device, make([]tag.Value, len(row.Values))
	stamps := make([]int64, len(row.Values))
	c := &collector{station: d.station, wanted: wanted, take: func(a *apdu.ASDU, o apdu.Object, now time.Time) {
		for _, n := range d.byAddress[o.Address] {
			if at := d.watched[n]; at.group == p.group {
				values[at.slot], stamps[at.slot] = at.value(a.Type.Element(), o), d.stampOf(a.Type, o, now)
			}
		}
	}}
	stop := s.listen(c)
	err := s.survey(ctx, "interrogate station "+stationName(d), d, kind, qualifier, false)
	stop()
	if refusal, refused := errors.AsType[*protocols.Refusal](err); refused {
		p.fill(row, values, stamps, refusal.Quality, step)
		return nil
	}
	if err != nil {
		return err
	}
	p.fill(row, values, stamps, tag.BadDataUnavailable, step)
	return nil
}

// fill puts into a row what a step has told; what none has told is of the quality.
func (p *plan) fill(row protocols.Row, values []tag.Value, stamps []int64, q tag.Quality, step int) {
	for _, at := range p.device.watched {
		switch {
		case at.group != p.group:
		case values[at.slot].Kind() != tag.Absent:
			row.Values[at.slot], row.Stamps[at.slot] = values[at.slot], stamps[at.slot]
		case step == 0 || row.Values[at.slot].Kind() == tag.Absent:
			row.Values[at.slot] = tag.NullOf(q)
		}
	}
}

// ReadPoint is described at protocols.Session: a read of the object, and an interrogation at stations that do not answer
// reads.
func (s *session) ReadPoint(ctx context.Context, of protocols.Point) (tag.Value, error) {
	p := of.(*target)
	if p.device.memory.reads() {
		v, err := s.readObject(ctx, p)
		refusal, refused := errors.AsType[*protocols.Refusal](err)
		switch {
		case refused && refusal.Quality == tag.BadNotSupported:
			p.device.memory.unable()
		case errors.Is(err, errNoAnswer):
			p.device.memory.unable()
			return v, err
		default:
			return v, err
		}
	}
	return s.surveyed(ctx, p)
}

// readObject asks for one object (101 §7.4.3).
func (s *session) readObject(ctx context.Context, p *target) (tag.Value, error) {
	c, err := s.begin(ctx, question{station: p.device.station, kind: apdu.Read, address: p.address}, false)
	if err != nil {
		return tag.Value{}, err
	}
	a, confirmed, err := s.ask(ctx, "read "+p.name, c, apdu.Request, apdu.Object{Address: p.address}, p.device.options.CommandTimeout)
	s.end(c, !confirmed)
	if err != nil {
		return tag.Value{}, err
	}
	return p.value(a.kind.Element(), a.object), nil
}

// surveyed takes one object out of an interrogation.
func (s *session) surveyed(ctx context.Context, p *target) (tag.Value, error) {
	var v tag.Value
	c := &collector{station: p.device.station, wanted: apdu.Cause.IsInterrogated, take: func(a *apdu.ASDU, o apdu.Object, _ time.Time) {
		if o.Address == p.address {
			v = p.value(a.Type.Element(), o)
		}
	}}
	stop := s.listen(c)
	err := s.survey(ctx, "read "+p.name+" with an interrogation", p.device, apdu.Interrogation, apdu.WholeStation, false)
	stop()
	switch {
	case err != nil:
		return tag.Value{}, err
	case v.Kind() == tag.Absent:
		return v, &protocols.Refusal{Quality: tag.BadDataUnavailable, Err: fmt.Errorf("read %s: the station's interrogation does not tell it", p.name)}
	default:
		return v, nil
	}
}
