package modbus

import "time"

// estimate foretells how long a unit takes to answer, from how long it took (RFC 6298 §2): the mean and four times the
// mean deviation. Until something was measured it expects the longest. It is pure.
type estimate struct {
	shortest, longest time.Duration
	mean, deviation   time.Duration
	doublings         int // timeouts since the last answer
	unexpected        int // waits for answers that were not expected
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

// patientEvery is how many waits for an unexpected answer there are to one that is not brief.
const patientEvery = 8

// brief returns how long to wait for an answer that is not expected: as long as for a unit that is well, and as the
// others on its line where it has never answered, so that it costs them little. But now and then it is given the
// longest time: it may have become slower, or be slower than they are.
func (e *estimate) brief(others estimate) time.Duration {
	e.unexpected++
	if e.unexpected%patientEvery == 0 {
		return e.longest
	}
	well := *e
	well.doublings = 0
	if well.mean == 0 {
		well.mean, well.deviation = others.mean, others.deviation
	}
	return well.timeout()
}
