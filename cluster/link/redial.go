package link

import "time"

// Redial says how long a node waits before it dials again. The zero Redial has not failed yet.
//
// After an outage of a member every site of it is cut at the same moment, so even the first wait is spread evenly, over
// RedialFirst; it doubles to RedialMost. What the cloud asks for is the least, and is spread too.
type Redial struct{ failures int }

// The spread of the first wait and the longest.
const (
	RedialFirst = 2 * time.Second
	RedialMost  = 10 * time.Second
)

// Connected forgets the failures.
func (r *Redial) Connected() { r.failures = 0 }

// Wait returns the time to the next attempt. random is in [0, 1), least what the cloud has asked for.
func (r *Redial) Wait(random float64, least time.Duration) time.Duration {
	spread := min(RedialFirst<<min(r.failures, 10), RedialMost)
	r.failures++
	least = min(max(least, 0), time.Hour)
	return least + time.Duration(random*float64(max(spread, least/2)))
}
