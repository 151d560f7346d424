package endpoint

import (
	"context"
	"errors"
	"sync"
)

// laneCapacity bounds the writes that wait for one session. Scans and probes
// are bounded by the devices, which have one of each kind on the way.
const laneCapacity = 256

// probeEvery is how many scans may overtake a probe that waits.
const probeEvery = 8

// errBusy says that too many writes wait for the session.
var errBusy = errors.New("too many writes wait for this connection")

// lanes is the work that waits for one session, in three lanes: writes go
// before scans, scans before probes. Work is done in steps of one round trip,
// and what has steps left is put back in front of its lane, so that a write
// waits for one request in flight and no more. It is used by the device actors,
// which put, and by the session's goroutine, which takes.
type lanes struct {
	mu       sync.Mutex
	closed   bool
	writes   []*writeJob
	scans    []*scanJob
	probes   []*probeJob
	overtook int
	ready    chan struct{} // has an element when there may be work
}

func newLanes() *lanes { return &lanes{ready: make(chan struct{}, 1)} }

// put adds a job to its lane. It never blocks; errBusy refuses a write.
func (l *lanes) put(j job) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return errSessionGone
	}
	switch j := j.(type) {
	case *writeJob:
		if len(l.writes) >= laneCapacity {
			return errBusy
		}
		l.writes = append(l.writes, j)
	case *scanJob:
		l.scans = append(l.scans, j)
	case *probeJob:
		l.probes = append(l.probes, j)
	}
	l.signal()
	return nil
}

// take waits for work and removes it from its lane. It returns nil when ctx is
// done.
func (l *lanes) take(ctx context.Context) job {
	for {
		if j := l.next(); j != nil {
			return j
		}
		select {
		case <-l.ready:
		case <-ctx.Done():
			return nil
		}
	}
}

// back puts a scan that has steps left in front of the others.
func (l *lanes) back(j *scanJob) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.scans = append(l.scans, nil)
	copy(l.scans[1:], l.scans)
	l.scans[0] = j
}

// close empties the lanes and returns what was in them; put refuses from then
// on.
func (l *lanes) close() (left []job) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.closed = true
	for _, j := range l.writes {
		left = append(left, j)
	}
	for _, j := range l.scans {
		left = append(left, j)
	}
	for _, j := range l.probes {
		left = append(left, j)
	}
	l.writes, l.scans, l.probes = nil, nil, nil
	return left
}

func (l *lanes) next() job {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case len(l.writes) > 0:
		return pop(&l.writes)
	case len(l.probes) > 0 && (len(l.scans) == 0 || l.overtook >= probeEvery):
		l.overtook = 0
		return pop(&l.probes)
	case len(l.scans) > 0:
		if len(l.probes) > 0 {
			l.overtook++
		}
		return pop(&l.scans)
	}
	return nil
}

func (l *lanes) signal() {
	select {
	case l.ready <- struct{}{}:
	default:
	}
}

// pop removes the first of a lane.
func pop[J any](lane *[]J) J {
	j := (*lane)[0]
	var none J
	(*lane)[0] = none
	*lane = (*lane)[1:]
	return j
}
