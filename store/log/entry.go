package log

import "github.com/holdfast-edge/holdfast/tag"

// Lane is one of the two ways that a cursor takes through the log.
type Lane uint8

// The lanes. Each is in order; between them there is none.
const (
	LiveLane     Lane = iota // as it is committed
	BackfillLane             // what was missed while nobody read, marked tag.Backfill
)

// String returns the name of the lane.
func (l Lane) String() string {
	if l == BackfillLane {
		return "backfill"
	}
	return "live"
}

// Entry is one thing that a cursor delivers: a batch under its identity, or the
// record of a gap among them. One of the two is set.
type Entry struct {
	Batch *tag.Batch
	Gap   *tag.Gap
	Lane  Lane

	// Position is where the log has the entry; positions grow, with holes. A
	// gap that is the cursor's own, since it fell behind its quota or could not
	// read, has position 0.
	Position uint64

	ticket uint64 // of the cursor that delivered it
}

// Rows returns how many records the entry stands for.
func (e Entry) Rows() uint64 {
	if e.Gap != nil {
		return e.Gap.Count
	}
	return uint64(e.Batch.Len())
}

// Stream returns the stream of the entry.
func (e Entry) Stream() tag.StreamID { return e.First().Stream }

// First returns the identity of the first record that the entry stands for.
func (e Entry) First() tag.Identity {
	if e.Gap != nil {
		return e.Gap.First
	}
	return e.Batch.Identity(0)
}
