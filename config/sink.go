package config

import (
	"path"
	"time"
)

// Sink is a far end that records are delivered to, in order and until it acknowledges them.
type Sink struct {
	Origin        Origin
	Name          string        `yaml:"name" required:"true" match:"name" doc:"The sink's name, for the rules' to." example:"line"`
	Type          string        `yaml:"type" required:"true" chooses:"sink type" doc:"What kind of far end it is. Its own keys stand beside these." example:"mqtt"`
	Paused        bool          `yaml:"paused" default:"false" doc:"Whether to deliver nothing for now. The log keeps what comes for the sink, within max_backlog; a sink that is taken out of the configuration loses it."`
	Fields        []string      `yaml:"fields" single:"true" doc:"The fields to send, as names or patterns with * and ?. Not given, all are sent." example:"[temperature, motor_*]"`
	Historical    Historical    `yaml:"historical" default:"mark" enum:"mark,separate,skip" doc:"What becomes of records that are delivered late, after an outage: mark sends them as such, separate sends them under another stream name, and so to a topic or table of their own, skip leaves them out, with a gap record in their place."`
	Suffix        string        `yaml:"historical_suffix" default:"_historical" min:"1" max:"64" advanced:"true" doc:"What stands behind the stream's name with historical: separate."`
	OnError       OnError       `yaml:"on_error" doc:"What to do when the far end is away, and when it refuses a record for good."`
	MaxBacklog    ByteSize      `yaml:"max_backlog" default:"0" advanced:"true" doc:"How much the log keeps for this sink while the far end is away; beyond it the oldest is skipped, counted and marked by a gap record. 0 is all that the log holds."`
	MaxBacklogAge time.Duration `yaml:"max_backlog_age" default:"0" advanced:"true" doc:"How long the log keeps records for this sink; 0 is as long as the log holds them."`

	// Options is a pointer to the struct that the sink type declares; nil where it declares none.
	Options any `options:"sink type/options"`
}

// Historical is what becomes of records that are delivered late.
type Historical string

// The ways to deliver historical records.
const (
	HistoricalMark     Historical = "mark"
	HistoricalSeparate Historical = "separate"
	HistoricalSkip     Historical = "skip"
)

// OnError is what a sink does about errors. A far end that is away is tried again for ever: max_backlog_age bounds it.
type OnError struct {
	MinWait    time.Duration `yaml:"min_wait" default:"100ms" min:"1ms" max:"1h" advanced:"true" doc:"How long to wait before the first attempt to reconnect; each further one waits longer, with jitter."`
	MaxWait    time.Duration `yaml:"max_wait" default:"15s" min:"1ms" max:"24h" advanced:"true" doc:"The longest wait between two attempts."`
	Refused    Refused       `yaml:"refused" default:"drop" enum:"drop,dead_letter,hold" doc:"What becomes of a record that the far end refuses for good: drop counts it and tells the far end of a gap, dead_letter puts it on a stream of the node first, hold stops the sink until a person has looked."`
	DeadLetter string        `yaml:"dead_letter" default:"dead_letters" match:"name" advanced:"true" doc:"The stream that refused records go to with refused: dead_letter. It is logged and kept in the history, and rules read it by this name; several sinks may share it."`
}

// Refused is what becomes of a record that the far end refuses for good.
type Refused string

// The ways with a refused record.
const (
	RefusedDrop       Refused = "drop"
	RefusedDeadLetter Refused = "dead_letter"
	RefusedHold       Refused = "hold"
)

// Check finds waits that are the wrong way round, and patterns that are none.
func (s *Sink) Check(report Report) {
	if s.OnError.MaxWait < s.OnError.MinWait {
		report("on_error.max_wait", &Problem{What: "max_wait is shorter than min_wait", Fix: "give max_wait at least as long as min_wait"})
	}
	for _, pattern := range s.Fields {
		if _, err := path.Match(pattern, ""); err != nil {
			report("fields", &Problem{What: pattern + " is not a pattern", Fix: "write the name of a field, with * and ? where several are meant"})
		}
	}
}

// DeadLetters lists the streams that the site's sinks put refused records on, each once.
func (s *Site) DeadLetters() []string {
	var names []string
	seen := map[string]bool{}
	for i := range s.Sinks {
		e := &s.Sinks[i].OnError
		if e.Refused == RefusedDeadLetter && !seen[e.DeadLetter] {
			seen[e.DeadLetter] = true
			names = append(names, e.DeadLetter)
		}
	}
	return names
}
