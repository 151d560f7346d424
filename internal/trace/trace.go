package trace

import (
	"time"

	"github.com/holdfast-edge/holdfast/tag"
)

// Target is whose next record is followed; exactly one is given, but for Device and Tag, which are together.
type Target struct {
	Device, Tag string
	Stream      string // of the bus; that of a tag is filled in with the tag
	Rule        string
	Sink        string
}

// Stage is what happens at a hop.
type Stage string

// The stages.
const (
	Source       Stage = "source"       // the value was true
	Read         Stage = "read"         // the node had it
	Published    Stage = "published"    // on a stream of the bus
	RuleIn       Stage = "rule in"      // a rule has the record
	RuleOut      Stage = "rule out"     // a rule has made something of it
	Committed    Stage = "committed"    // it is on the disk
	Handed       Stage = "handed"       // a sink has it
	Acknowledged Stage = "acknowledged" // the far end has it
	Failed       Stage = "failed"       // the far end has it not: it is tried again, or was refused
	Nothing      Stage = "no row from"  // a rule has let the record go
)

// Hop is one step.
type Hop struct {
	Stage    Stage
	At       time.Time
	Follows  int    // the hop that it comes after; -1 for the first
	Stream   string // of the record
	Where    string // the rule or sink; empty elsewhere
	Sequence uint64 // of the record in the log; 0 before it is committed
	Note     string // why it failed
}

// Expected is something that a record should come to. Where is the rule or the sink, Stream the one that it has the record
// from; of RuleOut both are the rule's.
type Expected struct {
	Stage         Stage
	Where, Stream string
}

// String names it for people.
func (e Expected) String() string {
	if e.Where == "" {
		return string(e.Stage) + " " + e.Stream
	}
	return string(e.Stage) + " " + e.Where
}

// State is how a trace stands.
type State string

// The states.
const (
	Armed   State = "armed"   // it waits for the record
	Running State = "running" // the record is on its way
	Done    State = "done"    // it has arrived wherever it was expected
	Ended   State = "ended"   // the time is over: see Missing
)

// Trace is a record's way so far.
type Trace struct {
	ID      uint64
	Target  Target
	State   State
	Started time.Time
	Until   time.Time
	Value   tag.Value // of the tag; Absent for other targets
	Hops    []Hop
	Missing []string // what it has not come to, of what was expected
}

// Limits of traces.
const (
	MostKept  = 16
	mostHops  = 256
	MaxTime   = 5 * time.Minute
	mostNames = 1024 // that can be expected
)
