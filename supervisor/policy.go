package supervisor

import (
	"fmt"
	"time"
)

// Policy says what becomes of an actor that failed: how long it waits before it
// starts again, when that is forgotten, and how many failures are too many.
//
// A Policy is a value and has no state; the state of one child is a History.
// The zero Policy means DefaultPolicy. In any other, a zero Floor, Cap or Healthy
// means that of DefaultPolicy, so that nothing is ever retried hot.
type Policy struct {
	// Floor is the shortest wait before a restart, Cap the longest.
	Floor, Cap time.Duration
	// Jitter spreads the waits, so that what failed together does not return together.
	Jitter Jitter
	// Healthy is how long an actor must run for its earlier failures to be forgotten.
	Healthy time.Duration
	// Intensity is how many failures are borne before they are exhausting.
	Intensity Intensity
	// Exhausted says what happens when Intensity is exceeded.
	Exhausted Exhausted
	// Slow is the wait after a permanent failure, and after every failure of an
	// exhausted actor that stays where it is. Zero: it starts again by command only.
	Slow time.Duration
}

// Intensity is a number of failures within a time. More of them exhaust the
// policy. The zero Intensity is never exceeded.
type Intensity struct {
	Restarts int
	Within   time.Duration
}

// String gives the intensity as the drawn trees show it: "5 in 1m0s", or "unlimited".
func (i Intensity) String() string {
	if i.Restarts <= 0 {
		return "unlimited"
	}
	return fmt.Sprintf("%d in %v", i.Restarts, i.Within)
}

// Exhausted says what happens to an actor that fails more often than its Intensity allows.
type Exhausted uint8

const (
	// Escalate fails the parent, which is then restarted by its own policy.
	// A child of the root has nobody to escalate to: it does as Alarm says.
	Escalate Exhausted = iota
	// Alarm raises an alarm and retries at the pace of Policy.Slow, so that one
	// hopeless child costs its siblings nothing.
	Alarm
)

// Jitter is how a wait is drawn from the exponential bound of its attempt.
type Jitter uint8

const (
	// FullJitter draws evenly between Floor and the bound.
	FullJitter Jitter = iota
	// EqualJitter draws evenly between half the bound and the bound.
	EqualJitter
	// NoJitter waits for the bound itself.
	NoJitter
)

// DefaultPolicy suits a connection to one device: 0.1 to 30 s between attempts,
// forgotten after a minute of health; ten failures in five minutes escalate.
func DefaultPolicy() Policy {
	return Policy{
		Floor:     100 * time.Millisecond,
		Cap:       30 * time.Second,
		Jitter:    FullJitter,
		Healthy:   time.Minute,
		Intensity: Intensity{Restarts: 10, Within: 5 * time.Minute},
		Slow:      5 * time.Minute,
	}
}

// PortPolicy suits what serves at an address, which another process may have now,
// or no interface yet: it is tried a few times within two seconds, then an alarm is
// raised, and it is tried every 15 s. Nobody else is touched.
func PortPolicy() Policy {
	p := DefaultPolicy()
	p.Cap = 2 * time.Second
	p.Intensity = Intensity{Restarts: 3, Within: 5 * time.Minute}
	p.Exhausted, p.Slow = Alarm, 15*time.Second
	return p
}

// Verdict is what a Policy decides about a failure.
type Verdict uint8

const (
	// Retry restarts the actor after the backoff.
	Retry Verdict = iota
	// Hold keeps the actor failed; it is retried slowly, or by command only.
	Hold
	// Raise hands the failure to the parent, which fails in turn.
	Raise
)

// Fault is one failure as the policy sees it.
type Fault struct {
	// At is when it happened.
	At time.Time
	// Up is when the failed incarnation had started; zero if it never did.
	Up time.Time
	// Permanent tells that a restart will not help.
	Permanent bool
}

// Decision is the policy's answer to one Fault.
type Decision struct {
	Verdict Verdict
	// After is the wait before the next attempt; it means nothing if ByCommand.
	After time.Duration
	// ByCommand tells that only a command starts the actor again.
	ByCommand bool
	// Attempt counts the failures since the actor was last healthy, from 1.
	Attempt int
	// Exhausted tells that the intensity was exceeded.
	Exhausted bool
}

// History is what a Policy remembers of one child. The zero History remembers nothing.
type History struct {
	attempt   int
	recent    []time.Time // failures within the intensity's window, oldest first
	exhausted bool        // since the intensity was exceeded, until healthy
}

// Forget makes the history that of an actor that never failed.
func (h *History) Forget() { *h = History{} }

// Attempt is the number of failures since the actor was last healthy.
func (h *History) Attempt() int { return h.attempt }

// Step records the fault in h and decides what follows. random is in [0, 1).
//
//	           fault, intensity kept            healthy spell
//	healthy ───────────────────────▶ retrying ───────────────▶ healthy
//	   │                                │
//	   │ permanent fault                │ intensity exceeded
//	   ▼                                ▼
//	 held (slow retry, or command)    raised to the parent, or exhausted: held and alarmed
func (p Policy) Step(h *History, f Fault, random float64) Decision {
	if p.recovered(f) {
		h.Forget()
	}
	h.attempt++
	h.remember(f.At, p.Intensity)
	d := Decision{Attempt: h.attempt}
	switch {
	case f.Permanent:
		p.hold(&d)
	case h.exhausted || h.exceeds(p.Intensity):
		p.exhaust(h, &d)
	default:
		d.After = p.wait(h.attempt, random)
	}
	return d
}

func (p Policy) recovered(f Fault) bool {
	return p.Healthy > 0 && !f.Up.IsZero() && f.At.Sub(f.Up) >= p.Healthy
}

func (p Policy) hold(d *Decision) {
	d.Verdict, d.After, d.ByCommand = Hold, p.Slow, p.Slow <= 0
}

func (p Policy) exhaust(h *History, d *Decision) {
	d.Exhausted = true
	if p.Exhausted == Escalate {
		h.Forget()
		d.Verdict = Raise
		return
	}
	h.exhausted = true
	p.hold(d)
}

// Bound is the longest wait before the given attempt, counted from 1: it doubles
// from twice the Floor up to the Cap.
func (p Policy) Bound(attempt int) time.Duration {
	bound := p.Floor
	for range attempt {
		if bound >= p.Cap/2 {
			return max(p.Cap, p.Floor)
		}
		bound *= 2
	}
	return bound
}

func (p Policy) wait(attempt int, random float64) time.Duration {
	bound := p.Bound(attempt)
	low := bound
	switch p.Jitter {
	case FullJitter:
		low = p.Floor
	case EqualJitter:
		low = max(bound/2, p.Floor)
	}
	return low + time.Duration(random*float64(bound-low))
}

// remember keeps at most one failure more than the intensity bears.
func (h *History) remember(at time.Time, i Intensity) {
	if i.Restarts <= 0 {
		return
	}
	first := 0
	for first < len(h.recent) && at.Sub(h.recent[first]) > i.Within {
		first++
	}
	first = max(first, len(h.recent)-i.Restarts)
	h.recent = append(h.recent[:0], h.recent[first:]...)
	h.recent = append(h.recent, at)
}

func (h *History) exceeds(i Intensity) bool {
	return i.Restarts > 0 && len(h.recent) > i.Restarts
}

func (p Policy) complete() Policy {
	std := DefaultPolicy()
	if p == (Policy{}) {
		return std
	}
	if p.Floor <= 0 {
		p.Floor = std.Floor
	}
	if p.Cap <= 0 {
		p.Cap = std.Cap
	}
	if p.Healthy <= 0 {
		p.Healthy = std.Healthy
	}
	p.Cap = max(p.Cap, p.Floor)
	return p
}
