package iec61850

import (
	"context"
	"errors"
	"time"

	"github.com/holdfast-edge/holdfast/protocols"
	"github.com/holdfast-edge/holdfast/protocols/outbox"
	"github.com/holdfast-edge/holdfast/tag"
)

// poll is what a subscription reads of a group, since nobody reports it.
type poll struct {
	every    time.Duration
	next     time.Time
	requests []request
}

func newPoll(d *device, group int, tags []reading, maxPDU int) *poll {
	objects, inside := byObject(tags)
	return &poll{every: d.scans[group], next: time.Now(), requests: pack(objects, inside, maxPDU-envelope)}
}

// byObject returns the objects that tags are in, and the tags in each.
func byObject(tags []reading) (objects []*object, inside [][]reading) {
	at := map[*object]int{}
	for _, t := range tags {
		n, ok := at[t.place.object]
		if !ok {
			n = len(objects)
			at[t.place.object] = n
			objects, inside = append(objects, t.place.object), append(inside, nil)
		}
		inside[n] = append(inside[n], t)
	}
	return objects, inside
}

// groups sorts tags by their groups.
func (*device) groups(tags []reading) map[int][]reading {
	groups := map[int][]reading{}
	for _, t := range tags {
		groups[t.point.group] = append(groups[t.point.group], t)
	}
	return groups
}

// never is when nothing is to be read.
const never = time.Hour

// nextPoll returns what is to be read next, and when; nil where there is nothing.
func (b *subscription) nextPoll() (next *poll, at time.Time) {
	for _, p := range b.polls {
		if next == nil || p.next.Before(next.next) {
			next = p
		}
	}
	if next == nil {
		return nil, time.Now().Add(never)
	}
	return next, next.next
}

// poll reads a group. What cannot be read is Bad.
func (b *subscription) poll(ctx context.Context, p *poll) error {
	if p == nil {
		return nil
	}
	now := time.Now()
	if p.next = p.next.Add(p.every); p.next.Before(now) {
		p.next = now.Add(p.every) // it takes longer than that
	}
	for i := range p.requests {
		r := &p.requests[i]
		values, err := b.session.values(ctx, r)
		if f, ok := errors.AsType[*protocols.Fault](err); ok && (f.Scope == protocols.ScopeSession || ctx.Err() != nil) {
			return err
		}
		now := time.Now()
		b.fill(func(rows *outbox.Rows) {
			for n, tags := range r.tags {
				for _, t := range tags {
					if err != nil {
						rows.Put(outbox.Value{Group: t.point.group, Slot: t.point.slot, Value: tag.NullOf(protocols.QualityOf(err))})
						continue
					}
					put(rows, t, values[n], now, tag.Live)
				}
			}
		})
		if err != nil {
			return err
		}
	}
	return nil
}
