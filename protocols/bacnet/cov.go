package bacnet

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/holdfast-edge/holdfast/protocols/bacnet/link"
	"github.com/holdfast-edge/holdfast/protocols/bacnet/wire"
)

// process is the number that subscriptions of this program have. A device tells subscribers apart by it and by their address.
const process = 1

// watched is an object of a device.
type watched struct {
	peer   link.Peer
	object wire.ObjectID
}

// watchOf returns the watch of a point's object. The caller holds the lock.
func (s *session) watchOf(d *device, p *point) *watch {
	k := watched{d.peer.Peer, p.at.Object}
	w := s.watches[k]
	if w == nil {
		w = &watch{life: d.options.CovLifetime, check: d.options.CovCheck}
		s.watches[k] = w
	}
	return w
}

// told puts what devices have told into the row, and returns the points that are to be read, and those of which an object is
// to be subscribed to.
func (a *asking) told() (polled, due []*point) {
	d := a.plan.device
	a.mutex.Lock()
	defer a.mutex.Unlock()
	planned := map[*watch]bool{}
	for _, p := range a.plan.points {
		if !p.cov {
			polled = append(polled, p)
			continue
		}
		w := a.watchOf(d, p)
		if w.isLost(a.now) {
			a.lost++
			a.logger.Warn("the device did not tell a change, or its value after a subscription: it is read until it does",
				"device", d.name, "object", p.at.Object, "lost_so_far", a.lost)
		}
		if w.isDue(a.now) && !planned[w] {
			planned[w], due = true, append(due, p)
		}
		if !w.stands(a.now) || w.isUnread(a.now) || w.isFaulty() { // one at fault is asked why
			polled = append(polled, p)
			continue
		}
		a.row.Values[p.slot], _ = p.judged(w.results(p), 0)
	}
	return polled, due
}

// results returns what was told as if it had been read.
func (w *watch) results(p *point) map[wire.Reference]result {
	return map[wire.Reference]result{p.at: {values: w.values}, p.flags(): {values: []wire.Value{w.flags}}}
}

// checked compares a reading with what was told.
func (a *asking) checked(p *point, results map[wire.Reference]result) {
	got := results[p.at]
	if !p.cov || got.refused != nil || a.plan.device.peer == nil {
		return
	}
	a.mutex.Lock()
	defer a.mutex.Unlock()
	a.watchOf(a.plan.device, p).compare(a.now, got.values)
}

// subscribe asks the device to tell the changes of a point's object. One that refuses is read.
func (a *asking) subscribe(ctx context.Context, p *point) error {
	d := a.plan.device
	a.mutex.Lock()
	w := a.watchOf(d, p)
	w.subscribing(a.now)
	a.mutex.Unlock()
	request := wire.Subscription{
		Process: process, Object: p.at.Object, Confirmed: d.options.CovConfirmed, Lifetime: uint32(d.options.CovLifetime / time.Second),
	}
	doing := fmt.Sprintf("subscribe to %v of device %s", p.at.Object, d.name)
	_, err := a.ask(ctx, d, question{doing: doing, service: wire.SubscribeCOV, body: request.Append(nil), extra: true})
	if refusal, isRefused := isRefusal(err); isRefused {
		err = refusalOf(doing, refusal)
	} else if err != nil && !errors.Is(err, link.ErrNoAnswer) {
		return err
	}
	a.mutex.Lock()
	defer a.mutex.Unlock()
	if err == nil {
		w.subscribed(a.now)
		return nil
	}
	w.refused(a.now)
	a.refused++
	a.logger.Warn("the device does not take a subscription: the tag is read at each scan", "tag", p.name, "error", err, "refused_so_far", a.refused)
	return nil
}

// notified takes a notification; false is for one that nobody has asked for.
func (s *session) notified(from link.Peer, body []byte) bool {
	n, err := wire.ParseNotification(bytes.Clone(body)) // what is told outlives the datagram
	if err != nil || n.Process != process {
		return false
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	w := s.watches[watched{from, n.Object}]
	if w == nil {
		return false
	}
	w.tell(time.Now(), &n)
	return true
}

// lapse has the objects of a device subscribed to anew.
func (s *session) lapse(of link.Peer) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	for k, w := range s.watches {
		if k.peer == of {
			w.lapse()
		}
	}
}

// unsubscribe takes the subscriptions back that there are, so that the devices need not tell nobody. Whether they hear it is
// of no importance: subscriptions end.
func (s *session) unsubscribe() {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	now := time.Now()
	for k, w := range s.watches {
		if now.Before(w.until) {
			_ = s.link.Post(k.peer, wire.SubscribeCOV, wire.Subscription{Process: process, Object: k.object, Cancels: true}.Append(nil))
		}
	}
}
