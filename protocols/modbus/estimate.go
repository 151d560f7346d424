package modbus

import "time"

// estimate foretells how long a unit takes to answer, from how long it took (RFC 6298 §2): the mean and four times the
// mean deviation. Until something was measured it expects the longest. It is pure.
type estimate struct {
	shortest, longest time.Duration
	mean, deviation   time.Duration
	doublings         int // timeouts since the last answer
}

// answered takes in how long an answer took.
func (e *estimate) answered(took time.Duration) {
	e.doublings = 0
	if e.mean == 0 {
		e.mean, e.deviation = max(took, 1), took/2
		return
	}
	e.deviation += ((took - e.mean).Abs() - e.deviation) / 4
	e.mean += (took - e.mean) / 8
}

// missed takes in that no answer came: the next wait is twice as long.
func (e *estimate) missed() { e.doublings = min(e.doublings+1, 16) }

// timeout returns how long to wait for the next answer.
func (e *estimate) timeout() time.Duration {
	if e.mean == 0 {
		return e.longest
	}
	wait := max(e.mean+4*e.deviation, e.shortest)
	for range e.doublings {
		if wait *= 2; wait >= e.longest {
			return e.longest
		}
	}
	return min(wait, e.longest)
}

// brief returns how long to wait for an answer that is not expected: as long as for a unit that is well.
func (e *estimate) brief() time.Duration {
	well := *e
	well.doublings = 0
	return well.timeout()
}
