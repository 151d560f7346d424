package iec61850

import (
	"context"
	"errors"
	"time"

	"github.com/holdfast-edge/holdfast/protocols"
	"github.com/holdfast-edge/holdfast/protocols/iec61850/mms"
	"github.com/holdfast-edge/holdfast/tag"
)

// prepared is what a plan asks of the device of one session.
type prepared struct {
	session  *session
	requests []request
	absent   map[int]tag.Quality // slots of tags that are not found
	again    bool                // some of them are worth looking for another time
}

// request is one round trip: objects, and what tags are in each.
type request struct {
	service []byte
	tags    [][]reading
}

// reading is a tag, and where in the object it lies.
type reading struct {
	point *point
	place *place
}

// What a PDU has beside the variables, and each of them beside its names, at most.
const (
	envelope = 64
	wrapping = 16
)

// prepare finds the tags of a plan in the model, and packs their objects into as few requests as go.
func (s *session) prepare(ctx context.Context, p *plan) error {
	places, err := s.locate(ctx, p.points)
	if err != nil {
		return err
	}
	ready := &prepared{session: s, absent: map[int]tag.Quality{}}
	var tags []reading
	for i, f := range places {
		if f.err != nil {
			ready.absent[p.points[i].slot], ready.again = protocols.QualityOf(f.err), ready.again || f.again
			s.unfound(p, f.err)
			continue
		}
		tags = append(tags, reading{p.points[i], f.place})
	}
	objects, inside := byObject(tags)
	ready.requests = pack(objects, inside, s.conn.MaxPDU()-envelope)
	p.ready = ready
	return nil
}

// unfound tells, once a session, that a tag is not there.
func (s *session) unfound(p *plan, err error) {
	if p.ready == nil || p.ready.session != s {
		s.logger.Warn("a tag is not in the device's model", "device", p.device.name, "error", err)
	}
}

// pack puts objects into requests whose PDUs, and those of the responses, are not longer than room.
func pack(objects []*object, tags [][]reading, room int) (requests []request) {
	for len(objects) > 0 {
		n, asked, answered := 0, 0, 0
		var names []mms.Name
		for ; n < len(objects); n++ {
			o := objects[n]
			asked += len(o.name.Domain) + len(o.name.Item) + wrapping
			answered += o.typ.Encoded()
			if n > 0 && max(asked, answered) > room {
				break
			}
			names = append(names, o.name)
		}
		requests = append(requests, request{mms.ReadRequest(names...), tags[:n]})
		objects, tags = objects[n:], tags[n:]
	}
	return requests
}

// Read is described at protocols.Session. The first step of the first scan of a session asks for types before, several at a time.
func (s *session) Read(ctx context.Context, asked protocols.Plan, step int, row protocols.Row) error {
	p := asked.(*plan)
	if step == 0 && (p.ready == nil || p.ready.session != s || p.ready.again) {
		if err := s.prepare(ctx, p); err != nil {
			return err
		}
	}
	if step == 0 {
		for slot, q := range p.ready.absent {
			row.Values[slot] = tag.NullOf(q)
		}
	}
	if step >= len(p.ready.requests) {
		return nil
	}
	return s.read(ctx, &p.ready.requests[step], row)
}

// values performs a request and returns what its objects are.
func (s *session) values(ctx context.Context, r *request) ([]mms.Data, error) {
	const doing = "read data objects"
	body, err := s.ask(ctx, doing, r.service)
	if err != nil {
		return nil, err
	}
	values, err := mms.ParseRead(body, len(r.tags))
	if err != nil {
		return nil, s.judge(doing, err)
	}
	return values, nil
}

// read performs a request and fills the tags in.
func (s *session) read(ctx context.Context, r *request, row protocols.Row) error {
	values, err := s.values(ctx, r)
	refusal, refused := errors.AsType[*protocols.Refusal](err)
	if err != nil && !refused {
		return err
	}
	now := time.Now()
	for i, tags := range r.tags {
		for _, t := range tags {
			if refused {
				row.Values[t.point.slot] = tag.NullOf(refusal.Quality)
				continue
			}
			row.Values[t.point.slot], row.Stamps[t.point.slot] = t.of(values[i], now)
		}
	}
	return nil
}

// of returns what an object says of the tag, and since when; 0: since it arrived.
func (r reading) of(d mms.Data, now time.Time) (v tag.Value, stamp int64) {
	if d.Kind == mms.Failure {
		return r.point.value(d), 0
	}
	at, ok := dig(d, r.place.value)
	if !ok || at.Kind == mms.Failure {
		return tag.NullOf(tag.BadDecoding), 0 // the model has changed under the session
	}
	v = r.point.value(at)
	if q, ok := dig(d, r.place.quality); ok && r.place.quality != nil {
		v = qualified(v, qualityOf(q))
	}
	if t, ok := dig(d, r.place.stamp); ok && r.place.stamp != nil {
		stamp = instant(t, r.point.device.options.KeepTimes, now)
	}
	return v, stamp
}

// ReadPoint is described at protocols.Session.
func (s *session) ReadPoint(ctx context.Context, of protocols.Point) (tag.Value, error) {
	p := of.(*point)
	places, err := s.locate(ctx, []*point{p})
	if err != nil {
		return tag.Value{}, err
	}
	if places[0].err != nil {
		return tag.Value{}, places[0].err
	}
	at := places[0].place
	body, err := s.ask(ctx, "read "+p.name, mms.ReadRequest(at.object.name))
	if err != nil {
		return tag.Value{}, err
	}
	values, err := mms.ParseRead(body, 1)
	if err != nil {
		return tag.Value{}, s.judge("read "+p.name, err)
	}
	v, _ := reading{p, at}.of(values[0], time.Now())
	return v, nil
}
