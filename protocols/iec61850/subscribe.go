package iec61850

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/holdfast-edge/holdfast/protocols"
	"github.com/holdfast-edge/holdfast/protocols/iec61850/assoc"
	"github.com/holdfast-edge/holdfast/protocols/iec61850/mms"
	"github.com/holdfast-edge/holdfast/protocols/outbox"
	"github.com/holdfast-edge/holdfast/tag"
)

// reporting is a session whose device sends what changes.
type reporting struct{ *session }

var _ protocols.Subscriber = reporting{}

// subscription is one device's. Reports come to it on the goroutine that reads; what it asks of the device belongs to the
// goroutine of Subscribe.
//
//	find tags ─▶ choose blocks ─▶ read once ─▶ enable each, from its last entry ─▶ general interrogation
//	                                                       │
//	reports ─▶ images of the data objects ─▶ rows ◀────────┘        what none reports is read at each scan of its group
type subscription struct {
	session *session
	device  *device
	out     *outbox.Outbox
	wake    chan *block // to be interrogated again
	polls   []*poll
	pending []*point // whose types the device refuses to tell for now

	mutex   sync.Mutex
	began   time.Time
	active  []*block
	objects map[mms.Name]*image
	gaps    uint64
}

// image is how a data object was last told, and the tags in it.
type image struct {
	object *object
	tags   []reading
	data   mms.Data
}

// Subscribe is described at protocols.Subscriber.
func (s reporting) Subscribe(ctx context.Context, of protocols.Device, deliver func(group int, row protocols.Row)) error {
	within, stop := context.WithCancelCause(ctx)
	d := of.(*device)
	b := &subscription{
		session: s.session, device: d, out: outbox.New(d.widths), wake: make(chan *block, wakes), began: time.Now(), objects: map[mms.Name]*image{},
	}
	var delivering sync.WaitGroup
	defer delivering.Wait()
	defer stop(nil)
	delivering.Go(func() { stop(b.out.Empty(within, deliver)) })
	defer s.listen(b)()
	err := b.run(within)
	switch {
	case ctx.Err() != nil:
		b.disable()
		return nil
	case within.Err() != nil:
		return &protocols.Fault{Scope: protocols.ScopeSession, Quality: tag.BadInternal, Err: fmt.Errorf("deliver: %w", context.Cause(within))}
	default:
		return asSessions(err)
	}
}

// wakes bounds how many interrogations are owed at a time; more are not needed.
const wakes = 16

// asSessions returns the fault that ends a session: there is no subscription without an answer to what it needs.
func asSessions(err error) error {
	f := *protocols.FaultOf(err)
	if refusal, ok := errors.AsType[*protocols.Refusal](err); ok {
		f = protocols.Fault{Quality: refusal.Quality, Sent: true, Err: refusal}
	}
	f.Scope = protocols.ScopeSession
	return &f
}

// listen has a subscription told what comes, until stop is called.
func (s *session) listen(b *subscription) (stop func()) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.subscribed[b] = true
	return func() {
		s.mutex.Lock()
		defer s.mutex.Unlock()
		delete(s.subscribed, b)
	}
}

// run subscribes, and then reads what nobody reports, until the session or ctx ends.
func (b *subscription) run(ctx context.Context) error {
	tags, err := b.find(ctx, b.device.readable())
	if err != nil {
		return err
	}
	rest, err := b.subscribe(ctx, tags)
	if err != nil {
		return err
	}
	b.read(rest)
	return b.tend(ctx)
}

// read has tags read at each scan of their groups.
func (b *subscription) read(tags []reading) {
	for group, inside := range b.device.groups(tags) {
		b.polls = append(b.polls, newPoll(b.device, group, inside, b.session.conn.MaxPDU()))
	}
}

// again looks for tags whose types the device refused to tell.
func (b *subscription) again(ctx context.Context) error {
	if len(b.pending) == 0 {
		return nil
	}
	tags, err := b.find(ctx, b.pending)
	b.read(tags)
	return err
}

// find finds tags in the device's model. Those that are not there are Bad from now on.
func (b *subscription) find(ctx context.Context, points []*point) (tags []reading, err error) {
	places, err := b.session.locate(ctx, points)
	if err != nil {
		return nil, err
	}
	b.pending = nil
	b.fill(func(rows *outbox.Rows) {
		for i, f := range places {
			p := points[i]
			if f.again {
				b.pending = append(b.pending, p)
			}
			if f.err == nil {
				tags = append(tags, reading{p, f.place})
			} else {
				rows.Put(outbox.Value{Group: p.group, Slot: p.slot, Value: tag.NullOf(protocols.QualityOf(f.err))})
				b.session.logger.Warn("a tag is not in the device's model", "device", b.device.name, "error", f.err)
			}
		}
	})
	return tags, nil
}

// subscribe has blocks report, and returns the tags that none reports.
func (b *subscription) subscribe(ctx context.Context, tags []reading) (rest []reading, err error) {
	var domains []string
	for _, t := range tags {
		if domain := t.place.object.name.Domain; !slices.Contains(domains, domain) {
			domains = append(domains, domain)
		}
	}
	all, err := b.session.blocks(ctx, domains)
	if err != nil {
		return nil, err
	}
	wanted := b.device.wanted()
	for {
		chosen, uncovered := choose(all, tags, wanted)
		refused, err := b.start(ctx, chosen, tags)
		if err != nil {
			return nil, err
		}
		if len(refused) == 0 {
			b.tell(all, chosen, uncovered)
			return uncovered, nil
		}
		all = slices.DeleteFunc(all, func(x *block) bool { return slices.Contains(refused, x) })
	}
}

// tell says in the log what is reported and what is read instead.
func (b *subscription) tell(all, chosen []*block, rest []reading) {
	var names []string
	for _, c := range chosen {
		names = append(names, c.reference())
	}
	b.session.logger.Info("report control blocks", "device", b.device.name, "reporting", strings.Join(names, ", "), "of", len(all))
	if len(rest) > 0 {
		b.session.logger.Warn("tags that no free report control block has are read at each scan", "device", b.device.name,
			"count", len(rest), "first", rest[0].point.name)
	}
}

// start reads the objects of blocks once and enables those that do not report yet; it returns the ones that the device refuses.
func (b *subscription) start(ctx context.Context, blocks []*block, tags []reading) (refused []*block, err error) {
	var covered []reading
	for _, t := range tags {
		if slices.ContainsFunc(blocks, func(x *block) bool { return !slices.Contains(b.active, x) && x.covers(t) }) {
			covered = append(covered, t)
		}
	}
	if err := b.imagine(ctx, covered); err != nil {
		return nil, err
	}
	for _, x := range blocks {
		if slices.Contains(b.active, x) {
			continue
		}
		enabled, err := b.enable(ctx, x)
		if err != nil {
			return nil, err
		}
		if !enabled {
			refused = append(refused, x)
		}
	}
	return refused, nil
}

// imagine reads objects, so that a report of a part of one says what the whole is.
func (b *subscription) imagine(ctx context.Context, tags []reading) error {
	objects, inside := byObject(tags)
	for _, r := range pack(objects, inside, b.session.conn.MaxPDU()-envelope) {
		values, err := b.session.values(ctx, &r)
		if refusal, refused := errors.AsType[*protocols.Refusal](err); refused {
			b.session.logger.Warn("data objects that are reported are not read", "device", b.device.name, "error", refusal)
			values, err = slices.Repeat([]mms.Data{mms.FailureOf(mms.TemporarilyUnavailable)}, len(r.tags)), nil
		}
		if err != nil {
			return err
		}
		now := time.Now()
		b.mutex.Lock()
		b.fill(func(rows *outbox.Rows) {
			for i, in := range r.tags {
				o := in[0].place.object
				b.objects[o.name] = &image{object: o, tags: in, data: mms.Clone(values[i])}
				for _, t := range in {
					put(rows, t, values[i], now, tag.Live)
				}
			}
		})
		b.mutex.Unlock()
	}
	return nil
}

// put puts what an object says of a tag into the rows.
func put(rows *outbox.Rows, t reading, d mms.Data, now time.Time, origin tag.Origin) {
	v, stamp := t.of(d, now)
	rows.Put(outbox.Value{Group: t.point.group, Slot: t.point.slot, Value: v, Stamp: stamp, Origin: origin})
}

// fill hands values to the actors, at their pace.
func (b *subscription) fill(fill func(rows *outbox.Rows)) {
	if dropped := b.out.Fill(fill); dropped > 0 {
		b.session.logger.Warn("dropped rows that nobody took in time", "device", b.device.name, "count", dropped)
	}
}

// tend reads what is due, and interrogates blocks again, until the session or ctx ends.
func (b *subscription) tend(ctx context.Context) error {
	life := time.NewTicker(signOfLife)
	defer life.Stop()
	for {
		next, at := b.nextPoll()
		timer := time.NewTimer(time.Until(at))
		var err error
		select {
		case <-ctx.Done():
			timer.Stop()
			return nil
		case <-b.session.conn.Done():
			timer.Stop()
			return b.session.judge("receive", &assoc.Failure{Sent: true, Err: b.session.conn.Err()})
		case x := <-b.wake:
			err = b.interrogate(ctx, x)
		case <-life.C:
			if err = b.session.Probe(ctx, b.device); err == nil {
				err = b.again(ctx)
			}
		case <-timer.C:
			err = b.poll(ctx, next)
		}
		timer.Stop()
		if f, ok := errors.AsType[*protocols.Fault](err); ok && f.Scope == protocols.ScopeSession {
			return err
		}
	}
}

// signOfLife is how often a device is asked who it is that may have nothing to report.
const signOfLife = 20 * time.Second
