package endpoint

import "sync/atomic"

// Meter counts what a device did since the node was started. It outlives the
// device's incarnations and may be read at any time.
type Meter struct {
	Scans      atomic.Uint64 // finished, whatever came of them
	Late       atomic.Uint64 // finished, but not before the next was due
	Overruns   atomic.Uint64 // left out: the one before was still in flight, or the node was too busy
	Faults     atomic.Uint64 // scans and probes without a usable answer
	Demotions  atomic.Uint64 // times the device was taken for dead
	Rows       atomic.Uint64 // published
	Suppressed atomic.Uint64 // values that were read and, being no news, not reported
	Unlogged   atomic.Uint64 // rows that the log refused; the log holds a gap record for them
	Writes     atomic.Uint64 // commands that were acknowledged
	Unwritten  atomic.Uint64 // commands that were refused, failed or are unknown
}
