package log

import (
	"fmt"
	"path"
	"time"
)

// CursorOptions say what a cursor delivers and how. They may change from one
// opening to the next.
type CursorOptions struct {
	// Streams are the names of the streams to deliver, or patterns of them as
	// path.Match reads them; none means all.
	Streams []string

	// FromNow lets a cursor that is new begin at the tail. By default it begins
	// at the oldest entry that the log has.
	FromNow bool

	// SingleLane delivers everything in the order of the log, in the live lane
	// and with its origin as it was: for consumers on this node.
	SingleLane bool

	// LiveWithin is how far the live lane may fall behind. What is older when
	// it is read goes to the backfill lane.
	LiveWithin time.Duration // 10 s

	// BackfillShare is the share of the rows, 0 to 1, that the backfill lane is
	// sure of while the live lane has something, too.
	BackfillShare float64 // 0.25

	// InOrder says that the consumer acknowledges many entries at a time, in the
	// order in which they came: with AckThrough and never with Ack. What is on the
	// way then takes hardly any memory.
	InOrder bool

	// Window is how many entries may be on the way, unacknowledged; of a cursor
	// that is InOrder, how many thousands.
	Window int // 1024

	Quota Quota
}

const (
	defaultWindow     = 1024
	defaultLiveWithin = 10 * time.Second
	defaultShare      = 0.25
)

func (o CursorOptions) withDefaults() (CursorOptions, error) {
	for _, pattern := range o.Streams {
		if _, err := path.Match(pattern, ""); err != nil {
			return o, fmt.Errorf("stream pattern %q: %w", pattern, err)
		}
	}
	if o.Window <= 0 {
		o.Window = defaultWindow
	}
	o.LiveWithin = orDefault(o.LiveWithin, defaultLiveWithin)
	if o.BackfillShare <= 0 || o.BackfillShare > 1 {
		o.BackfillShare = defaultShare
	}
	o.Quota = o.Quota.normal()
	return o, nil
}

// selection remembers which streams a cursor wants, by number.
type selection struct {
	patterns []string
	known    []bool // whether the number has been looked up
	wanted   []bool
}

// wants reports whether the stream of a number is wanted.
func (s *selection) wants(n uint32, streams *directory) bool {
	if len(s.patterns) == 0 {
		return true
	}
	for int(n) >= len(s.known) {
		s.known, s.wanted = append(s.known, false), append(s.wanted, false)
	}
	if !s.known[n] {
		named, ok := streams.at(n)
		s.known[n], s.wanted[n] = ok, ok && s.matches(named.name)
	}
	return s.wanted[n]
}

func (s *selection) matches(name string) bool {
	for _, pattern := range s.patterns {
		if pattern == name {
			return true
		}
		if ok, err := path.Match(pattern, name); ok && err == nil {
			return true
		}
	}
	return false
}
