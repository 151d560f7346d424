package gateway

import "sync/atomic"

// Meter counts what a gateway has done since it was started.
type Meter struct {
	Handshakes atomic.Int64 // begun
	Overflow   atomic.Int64 // connections closed since too many stood in line
	Failed     atomic.Int64 // handshakes that came to nothing
	Refused    atomic.Int64 // not let in
	TurnedAway atomic.Int64 // told to come back later
	Sessions   atomic.Int64 // opened
	Records    atomic.Int64 // of telemetry, acknowledged
	Strange    atomic.Int64 // messages that were not known or made no sense
}

// Meter returns the counters.
func (g *Gateway) Meter() *Meter { return &g.meter }
