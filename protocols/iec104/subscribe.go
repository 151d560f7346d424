package iec104

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/holdfast-edge/holdfast/protocols"
	"github.com/holdfast-edge/holdfast/protocols/iec104/apdu"
	"github.com/holdfast-edge/holdfast/protocols/outbox"
	"github.com/holdfast-edge/holdfast/tag"
)

// subscription is one device's. What a station sends comes to it on the goroutine of the link; what it asks of the station
// belongs to the goroutine of Subscribe.
//
//	        ┌──────────── the station has restarted, another connection, interrogate ◀─┐
//	        ▼                                                                          │
//	clock ─▶ interrogation ─▶ counters ─▶ what changes, as it is sent ─────────────────┘
//	               │
//	               └─ refused, or no answer: what it did not tell is Bad, and again after a minute, two, four …
type subscription struct {
	session *session
	device  *device
	out     *outbox.Outbox
	wake    chan struct{} // has an element when the station is to be interrogated again

	mutex    sync.Mutex
	began    time.Time // what the station dates before it happened while nobody listened
	settled  bool      // an interrogation has ended since: what comes now is how things are
	doubtful bool      // something old has come behind what the interrogation had told of it
	told     []bool    // the watched points that have a value since
}

// Subscribe is described at protocols.Subscriber.
func (s *session) Subscribe(ctx context.Context, of protocols.Device, deliver func(group int, row protocols.Row)) error {
	within, stop := context.WithCancelCause(ctx)
	d := of.(*device)
	sub := &subscription{
		session: s, device: d, out: outbox.New(d.widths), wake: make(chan struct{}, 1), began: s.began, told: make([]bool, len(d.watched)),
	}
	var delivering sync.WaitGroup
	defer delivering.Wait()
	defer stop(nil)
	delivering.Go(func() {
		stop(sub.out.Empty(within, deliver))
	})
	defer sub.join()()
	err := sub.run(within)
	switch {
	case ctx.Err() != nil:
		return nil
	case within.Err() != nil:
		return &protocols.Fault{Scope: protocols.ScopeSession, Quality: tag.BadInternal, Err: fmt.Errorf("deliver: %w", context.Cause(within))}
	default:
		return err
	}
}

// join has the subscription told what comes, beginning with what came before it.
func (b *subscription) join() (leave func()) {
	s := b.session
	s.mutex.Lock()
	defer s.mutex.Unlock()
	held, lost := s.early.claim(b.device.station)
	for i := range held {
		b.hear(&held[i], time.Now())
	}
	if lost > 0 {
		s.logger.Warn("dropped ASDUs that came before a device had subscribed", "count", lost)
	}
	return s.add(b)
}

// run asks the station until the session or ctx ends.
func (b *subscription) run(ctx context.Context) error {
	o := b.device.options
	clock, counters := newPace(o.SetClock), newPace(o.Counters)
	again := newPace(o.Interrogate)
	defer clock.stop()
	defer counters.stop()
	defer again.stop()
	failures := 0
	for first := true; ; first = false {
		if o.SetClock > 0 && first {
			b.setClock(ctx)
		}
		err := b.interrogate(ctx)
		if err == nil && b.device.counts && o.Counters > 0 {
			err = b.countersAsked(ctx)
		}
		if ended := b.over(ctx, err); ended != nil || ctx.Err() != nil {
			return ended
		}
		var retry <-chan time.Time
		if err != nil {
			retry = time.After(retryAfter(failures))
			failures++
		} else {
			failures = 0
		}
		if ended := b.wait(ctx, again, counters, clock, retry); ended != nil || ctx.Err() != nil {
			return ended
		}
	}
}

// retryAfter returns how long a station is left alone that was not interrogated: a minute, then twice as long each time,
// to an hour.
func retryAfter(failures int) time.Duration { return min(time.Minute<<min(failures, 6), time.Hour) }

// wait waits until the station is to be interrogated again, and does what is due meanwhile.
func (b *subscription) wait(ctx context.Context, again, counters, clock pace, retry <-chan time.Time) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-b.session.group.Done():
			return brokenFault("receive", b.session.group.Err())
		case <-b.wake:
			if b.device.options.SetClock > 0 {
				b.setClock(ctx)
			}
			return nil
		case <-again.due:
			return nil
		case <-retry:
			return nil
		case <-clock.due:
			b.setClock(ctx)
		case <-counters.due:
			if b.device.counts {
				if ended := b.over(ctx, b.countersAsked(ctx)); ended != nil {
					return ended
				}
			}
		}
	}
}

// over returns the fault that ends the session; nil for an error that only the station is at fault for.
func (b *subscription) over(ctx context.Context, err error) error {
	f, ok := errors.AsType[*protocols.Fault](err)
	ends := ok && f.Scope == protocols.ScopeSession
	if err != nil && !ends && ctx.Err() == nil {
		b.session.logger.Warn("interrogate the station", "device", b.device.name, "error", err)
	}
	if ends && ctx.Err() == nil {
		return f
	}
	return nil
}

// pace is a ticker that may be none.
type pace struct {
	due  <-chan time.Time
	stop func()
}

func newPace(every time.Duration) pace {
	if every <= 0 {
		return pace{stop: func() {}}
	}
	t := time.NewTicker(every)
	return pace{due: t.C, stop: t.Stop}
}

// hear takes values of the station, or that it has restarted.
func (b *subscription) hear(a *apdu.ASDU, now time.Time) {
	if a.Station != b.device.station {
		return
	}
	if a.Type == apdu.EndOfInitialization {
		b.interrogateAgain()
		return
	}
	b.mutex.Lock()
	defer b.mutex.Unlock()
	b.deliver(func(rows *outbox.Rows) {
		for i := range a.Len() {
			o := a.At(i)
			for _, n := range b.device.byAddress[o.Address] {
				b.arrange(rows, a, n, o, now)
			}
		}
	})
}

// arrange puts an object into the rows, as it is now or, before the first interrogation has ended, as it was while nobody
// listened.
func (b *subscription) arrange(rows *outbox.Rows, a *apdu.ASDU, n int, o apdu.Object, now time.Time) {
	p, origin := b.device.watched[n], tag.Live
	stamp := b.device.stampOf(a.Type, o, now)
	if !b.settled && stamp != 0 && stamp < b.began.UnixNano() {
		origin = tag.Backfill
		b.doubtful = b.doubtful || b.told[n]
	} else {
		b.told[n] = true
	}
	rows.Put(outbox.Value{Group: p.group, Slot: p.slot, Value: p.value(a.Type.Element(), o), Stamp: stamp, Origin: origin})
}

// deliver hands values to the actors, at their pace.
func (b *subscription) deliver(fill func(rows *outbox.Rows)) {
	if dropped := b.out.Fill(fill); dropped > 0 {
		b.session.logger.Warn("dropped rows that nobody took in time", "device", b.device.name, "count", dropped)
	}
}

// interrogateAgain wakes the goroutine of Subscribe.
func (b *subscription) interrogateAgain() {
	select {
	case b.wake <- struct{}{}:
	default:
	}
}

// reopened begins anew on another connection.
func (b *subscription) reopened(at time.Time) {
	b.mutex.Lock()
	b.began, b.settled, b.doubtful = at, false, false
	clear(b.told)
	b.mutex.Unlock()
	b.interrogateAgain()
}
