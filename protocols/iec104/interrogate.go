package iec104

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"github.com/holdfast-edge/holdfast/protocols"
	"github.com/holdfast-edge/holdfast/protocols/iec104/apdu"
	"github.com/holdfast-edge/holdfast/protocols/iec104/link"
	"github.com/holdfast-edge/holdfast/protocols/outbox"
	"github.com/holdfast-edge/holdfast/tag"
)

// survey is an interrogation, or a request of counters, on its way. It is a listener only to know that the station goes
// on: an interrogation of a large one takes minutes.
type survey struct {
	station uint16
	heard   atomic.Int64 // when the last value of it came, ns since the Unix epoch
}

// hear notes a sign of life.
func (v *survey) hear(a *apdu.ASDU, now time.Time) {
	if (a.Station == v.station || v.station == apdu.AllStations) && a.Cause >= apdu.InterrogatedStation {
		v.heard.Store(now.UnixNano())
	}
}

// survey asks a station for all that it has, of a kind, and returns when it has told. Whoever wants the values listens.
func (s *session) survey(ctx context.Context, doing string, d *device, kind apdu.Type, qualifier uint8, tolerant bool) error {
	c, err := s.begin(ctx, question{station: d.station, kind: kind}, tolerant)
	if err != nil {
		return err
	}
	v := &survey{station: d.station}
	defer s.listen(v)()
	patience := d.options.CommandTimeout
	_, confirmed, err := s.ask(ctx, doing, c, apdu.Activation, apdu.Object{Qualifier: qualifier}, patience)
	defer func() { s.end(c, !confirmed) }()
	for err == nil {
		var a answer
		a, err = s.await(ctx, c, patience)
		switch {
		case err == nil && a.cause == apdu.ActivationTerm:
			return nil
		case errors.Is(err, errNoAnswer) && time.Since(time.Unix(0, v.heard.Load())) < patience:
			err = nil // it goes on
		case err != nil:
			return s.judge(doing, err)
		}
	}
	return err
}

// interrogate has the station tell all that it has. What it does not tell is Bad from then on, with the reason.
func (b *subscription) interrogate(ctx context.Context) error {
	err := b.session.survey(ctx, "interrogate station "+stationName(b.device), b.device, apdu.Interrogation, apdu.WholeStation, true)
	if _, cut := errors.AsType[*link.Failure](err); ctx.Err() != nil || cut || errors.Is(err, errSwitched) {
		return err // another connection is started, and asked; or it is all over
	}
	missing, doubtful := b.settle(err)
	if len(missing) > 0 && err == nil {
		b.session.logger.Warn("the station's interrogation does not tell these tags", "device", b.device.name, "count", len(missing), "first", missing[0])
	}
	if doubtful {
		b.interrogateAgain()
	}
	return err
}

// settle takes that an interrogation has ended, and how. It returns the tags that are Bad for it, and whether something
// old has come behind what it had told.
func (b *subscription) settle(err error) (missing []string, doubtful bool) {
	q := tag.BadDataUnavailable
	if err != nil {
		q = protocols.QualityOf(err)
	}
	b.mutex.Lock()
	defer b.mutex.Unlock()
	b.deliver(func(rows *outbox.Rows) {
		for n, p := range b.device.watched {
			if !b.told[n] && !b.awaitsCounters(p, err) {
				rows.Put(outbox.Value{Group: p.group, Slot: p.slot, Value: tag.NullOf(q), Origin: tag.Live})
				missing = append(missing, p.name)
			}
		}
	})
	doubtful = b.doubtful && !b.settled
	b.settled, b.doubtful = true, false
	return missing, doubtful
}

// awaitsCounters reports whether a tag is told by the request of counters that follows.
func (b *subscription) awaitsCounters(p *point, err error) bool {
	return err == nil && p.form.element == apdu.BCR && b.device.options.Counters > 0
}

// countersAsked has the station tell its counters.
func (b *subscription) countersAsked(ctx context.Context) error {
	return b.session.survey(ctx, "ask for the counters of station "+stationName(b.device), b.device, apdu.CounterInterrogation, apdu.WholeCounters, true)
}

// setClock sets the station's clock. A station that refuses is told of, and no worse for it.
func (b *subscription) setClock(ctx context.Context) {
	const doing = "set the station's clock"
	c, err := b.session.begin(ctx, question{station: b.device.station, kind: apdu.ClockSynchronization}, true)
	if err == nil {
		var confirmed bool
		now := apdu.TimeOf(time.Now().In(b.device.zone))
		_, confirmed, err = b.session.ask(ctx, doing, c, apdu.Activation, apdu.Object{Time: now}, b.device.options.CommandTimeout)
		b.session.end(c, !confirmed)
	}
	if err != nil && ctx.Err() == nil {
		b.session.logger.Warn(doing, "device", b.device.name, "error", err)
	}
}

func stationName(d *device) string { return Address(d.station).String() }
