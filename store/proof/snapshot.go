package proof

import "github.com/holdfast-edge/holdfast/store/log"

// Snapshot is what a log holds and what its sinks stand at, as it travels.
type Snapshot struct {
	Held    []Run       `json:"held" doc:"What the log has, by stream and life, gaps included."`
	Gaps    []Gap       `json:"gaps" doc:"Gaps in the log itself, which every sink is told."`
	Damaged []string    `json:"damaged" doc:"What could not be read."`
	Sinks   []SinkState `json:"sinks" doc:"What has a cursor: the sinks, the history, durable rules."`
}

// Run is records that follow each other.
type Run struct {
	Stream string `json:"stream" doc:"The name of the stream."`
	First  string `json:"first" doc:"The identity of the first record."`
	Count  uint64 `json:"count" doc:"How many there are."`
}

// Gap is a run that will not come, and why.
type Gap struct {
	Run
	Cause string `json:"cause" doc:"Why they will not come."`
}

// SinkState is what a cursor has not acknowledged.
type SinkState struct {
	Name    string   `json:"name" doc:"The name of the cursor: sink/NAME for a sink."`
	Streams []string `json:"streams" doc:"The streams that it takes, by name or pattern; none means all."`
	Waiting []Run    `json:"waiting" doc:"What it has not acknowledged."`
	Gaps    []Gap    `json:"gaps" doc:"What it has given up and not yet told."`
}

// NewSnapshot returns an audit as it travels.
func NewSnapshot(a *log.Audit) Snapshot {
	s := Snapshot{Held: runs(a.Held), Gaps: gaps(a.Gaps), Damaged: append([]string{}, a.Damaged...), Sinks: []SinkState{}}
	for _, c := range a.Cursors {
		s.Sinks = append(s.Sinks, SinkState{
			Name: c.Name, Streams: append([]string{}, c.Streams...), Waiting: runs(c.Waiting), Gaps: gaps(c.Gaps),
		})
	}
	return s
}

func runs(all []log.Run) []Run {
	list := []Run{}
	for _, r := range all {
		list = append(list, Run{r.Stream, r.First.String(), r.Count})
	}
	return list
}

func gaps(all []log.NamedGap) []Gap {
	list := []Gap{}
	for _, g := range all {
		list = append(list, Gap{Run{g.Stream, g.First.String(), g.Count}, g.Cause.String()})
	}
	return list
}
