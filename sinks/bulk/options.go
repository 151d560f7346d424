package bulk

import "time"

// Options are the keys that all sinks of this kind have; they embed it.
type Options struct {
	Batch   int           `yaml:"batch" default:"1000" min:"1" max:"100000" doc:"How many records go into one request at most."`
	Linger  time.Duration `yaml:"linger" default:"100ms" max:"1m" doc:"How long a request waits for more records to go with it."`
	Window  int           `yaml:"window" default:"4" min:"1" max:"64" advanced:"true" doc:"How many requests may be on the way. Records of one stream stay in order: its next request waits for the answer to the one before."`
	Order   string        `yaml:"order" default:"stream" enum:"stream,log" advanced:"true" doc:"stream keeps the records of each stream in order and lets streams overtake each other; log keeps all in the order of the log, with one request at a time."`
	Timeout time.Duration `yaml:"timeout" default:"30s" min:"100ms" max:"1h" advanced:"true" doc:"A request that is unanswered for this long is given up, and what was in it is sent again on a new connection."`
}

// The orders.
const (
	ByStream = "stream"
	ByLog    = "log"
)

// lines is how many requests may be on the way.
func (o Options) lines() int {
	if o.Order == ByLog {
		return 1
	}
	return max(o.Window, 1)
}
