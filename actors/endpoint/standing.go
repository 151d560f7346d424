package endpoint

import (
	"time"

	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/supervisor"
)

// State is what a device is doing, as its actor and the console name it.
type State string

// The states of a device.
//
//	              session up
//	┌────────────┐──────────▶┌─────────┐ unit fault  ┌──────────┐
//	│ connecting │           │ polling │────────────▶│ degraded │
//	└────────────┘◀──────────└─────────┘◀────────────└──────────┘
//	      ▲     session down      ▲  good answer          │ demoteAfter faults in a row
//	      │                       │                       ▼
//	      │                 ┌─────────┐   due      ┌─────────┐
//	      └─────────────────│ probing │◀───────────│ demoted │
//	        from any state  └─────────┘───────────▶└─────────┘
//	                                     no answer
const (
	Connecting State = "connecting" // waits for the session
	Polling    State = "polling"    // answers
	Degraded   State = "degraded"   // did not answer lately; its scans go on
	Demoted    State = "demoted"    // does not answer; its scans rest until a probe succeeds
	Probing    State = "probing"    // one cheap question is on the way
)

// newStanding returns the standing of a device that nothing is known of.
func newStanding(c *config.Device) standing {
	return standing{
		state: Connecting, demoteAfter: c.DemoteAfter,
		backoff: supervisor.Policy{Floor: c.ProbeMin / 2, Cap: c.ProbeMax},
	}
}

// standing is how a device stands with the actor that polls it. It is pure: it
// decides, the actor acts.
type standing struct {
	state       State
	demoteAfter int // faults in a row
	backoff     supervisor.Policy
	faults      int
	probes      int
}

// sessionUp begins to poll, unless the device was demoted: then the session's
// return proves nothing about the unit, and it is probed at once.
func (s *standing) sessionUp() State {
	if s.faults >= s.demoteAfter {
		s.state = Demoted
	} else {
		s.state = Polling
	}
	return s.state
}

// sessionDown stops everything that needs the session. What is known of the
// unit is kept.
func (s *standing) sessionDown() { s.state = Connecting }

// answered says that the unit gave a usable answer. It reports whether that is
// news: the device was thought dead, and is to be scanned at once.
func (s *standing) answered() (back bool) {
	back = s.state == Demoted || s.state == Probing
	s.state, s.faults, s.probes = Polling, 0, 0
	return back
}

// faulted says that the unit gave no usable answer, be it to a scan or to a
// probe, and returns whether scans rest now.
func (s *standing) faulted() (rest bool) {
	s.faults++
	if s.faults < s.demoteAfter {
		if s.state == Polling {
			s.state = Degraded
		}
		return false
	}
	if s.state != Connecting {
		s.state = Demoted
	}
	return true
}

// probeAfter returns how long to wait before the next probe; random is in [0, 1).
func (s *standing) probeAfter(random float64) time.Duration {
	s.probes++
	bound := s.backoff.Bound(s.probes)
	return bound/2 + time.Duration(random*float64(bound/2))
}

// scans reports whether the device is to be scanned.
func (s *standing) scans() bool { return s.state == Polling || s.state == Degraded }
