package tag

import "fmt"

// Cause says why records are missing.
type Cause uint8

// The causes of a gap.
const (
	QuotaExceeded Cause = iota + 1 // a sink fell behind its quota and was advanced
	Overflow                       // a ring was full and dropped its oldest
	DiskFull                       // the log could not take it
	Corrupt                        // a segment failed its checksum
	Expired                        // older than the retention
	Rejected                       // the far end refused it for good
	Withheld                       // the configuration keeps it from this far end
	Withdrawn                      // the configuration has the far end no more
)

var causeNames = [...]string{
	QuotaExceeded: "quota exceeded", Overflow: "overflow", DiskFull: "disk full",
	Corrupt: "corrupt", Expired: "expired", Rejected: "rejected",
	Withheld: "withheld", Withdrawn: "withdrawn",
}

// String returns the cause in words.
func (c Cause) String() string {
	if int(c) < len(causeNames) && causeNames[c] != "" {
		return causeNames[c]
	}
	return fmt.Sprintf("cause(%d)", uint8(c))
}

// Gap records that Count records of a stream, the first of which is First,
// will never arrive, and why. A receiver that has every record or a gap for it
// has proof of completeness.
type Gap struct {
	First Identity
	Count uint64
	Cause Cause
	At    int64 // when it was recorded, nanoseconds since the Unix epoch
}

// String describes the gap for logs.
func (g Gap) String() string {
	return fmt.Sprintf("%s +%d: %s", g.First, g.Count, g.Cause)
}
