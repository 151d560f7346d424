package bacnet

import (
	"time"

	"github.com/holdfast-edge/holdfast/protocols/bacnet/wire"
)

// watch is the subscription to one object (COV reporting, clause 13.1). It is pure: the time comes in.
//
//	          ┌──────────────── half of its life is over ─────────────────┐
//	          ▼                                                           │
//	due ─▶ subscribed ─▶ told: its value stands until the next one ───────┤
//	          │             │                                             │
//	          │             └─ a check reads something else: lost ─▶ due ─┘
//	          └─ refused, or nothing told: its value is read, and it is asked again later
type watch struct {
	life  time.Duration
	check time.Duration // between two readings all the same

	due     time.Time // when to subscribe; zero: at once
	until   time.Time // when the subscription ends
	asked   time.Time // when the last one was made
	told    time.Time // when the object was told last
	read    time.Time // when it was read last
	values  []wire.Value
	flags   wire.Value
	isSaid  bool      // its loss was counted
	doubted time.Time // when a reading differed from what was told; zero: it did not
}

const (
	// grace is how long after a subscription the device may take to tell the value (clause 13.14.2 has it do so at once).
	grace = 10 * time.Second

	// refusedFor is how long an object is not subscribed to again whose subscription was refused.
	refusedFor = 15 * time.Minute
)

// isDue reports whether the object is to be subscribed to.
func (w *watch) isDue(now time.Time) bool { return !now.Before(w.due) }

// subscribing notes that a subscription is on its way: what is told from now on is of it.
func (w *watch) subscribing(now time.Time) { w.asked, w.isSaid = now, false }

// subscribed notes that the device has taken it.
func (w *watch) subscribed(now time.Time) { w.until, w.due = now.Add(w.life), now.Add(w.life/2) }

// refused notes that it has not.
func (w *watch) refused(now time.Time) { w.until, w.due = time.Time{}, now.Add(refusedFor) }

// lapse forgets the subscription: the device may have.
func (w *watch) lapse() { w.until, w.due = time.Time{}, time.Time{} }

// tell takes a notification.
func (w *watch) tell(now time.Time, n *wire.Notification) {
	if values, has := n.Values[wire.PresentValue]; has {
		w.values = values
	}
	if flags := n.Values[wire.StatusFlags]; len(flags) == 1 {
		w.flags = flags[0]
	}
	w.told = now
}

// stands reports whether what was told last is how things are.
func (w *watch) stands(now time.Time) bool {
	return now.Before(w.until) && w.values != nil && (!w.told.Before(w.asked) || now.Sub(w.asked) < grace && !w.told.IsZero()) && w.doubted.IsZero()
}

// isLost reports, once, that something should have been told and was not: the value of a new subscription, or a change.
func (w *watch) isLost(now time.Time) bool {
	silent := now.Before(w.until) && w.told.Before(w.asked) && now.Sub(w.asked) >= grace
	missed := !w.doubted.IsZero() && w.told.Before(w.doubted) && now.After(w.doubted)
	if !w.doubted.IsZero() && !w.told.Before(w.doubted) {
		w.doubted = time.Time{} // it was on its way
	}
	if !silent && !missed || w.isSaid {
		return false
	}
	w.isSaid = true
	if missed {
		w.doubted = time.Time{}
		w.lapse()
	}
	return true
}

// isFaulty reports whether the object has told that it is at fault.
func (w *watch) isFaulty() bool { return w.flags.Type == wire.Bits && w.flags.Bit(flagFault) }

// isUnread reports whether it is time for a reading.
func (w *watch) isUnread(now time.Time) bool { return now.Sub(w.read) >= w.check }

// compare takes a reading. A number may differ by the object's COV increment without being told; anything else is doubted.
func (w *watch) compare(now time.Time, values []wire.Value) {
	stood := w.stands(now)
	w.read = now
	if !stood || len(values) != 1 || len(w.values) != 1 || values[0].Type == wire.Real || values[0].Type == wire.Double {
		if stood {
			w.values = values
		}
		return
	}
	if values[0].Type != w.values[0].Type || values[0].Number != w.values[0].Number || values[0].Text != w.values[0].Text {
		w.doubted = now
	}
}
