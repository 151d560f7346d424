package replay

import (
	"encoding/json"
	"fmt"
	"os"
)

// Case is one recorded fact.
type Case struct {
	Name     string            `json:"name"`
	Kind     string            `json:"kind"`
	Stage    string            `json:"stage"`
	SQL      string            `json:"sql"`
	Streams  map[string]string `json:"streams"`
	Inputs   []Input           `json:"inputs"`
	Options  []RuleOptions     `json:"options"`
	Metrics  map[string]int    `json:"metrics"`
	Fn       string            `json:"fn"`
	Args     []json.RawMessage `json:"args"`
	Steps    []Step            `json:"steps"`
	Expected json.RawMessage   `json:"expected"`
	Error    string            `json:"error"`
}

// Input is one row of a stream.
type Input struct {
	Stream string          `json:"stream"`
	Data   json.RawMessage `json:"data"`
	Meta   json.RawMessage `json:"meta"`
	TS     int64           `json:"ts"` // when it comes, milliseconds since the Unix epoch
}

// RuleOptions are what a rule runs under. Durations are nanoseconds.
type RuleOptions struct {
	IsEventTime        bool
	LateTol            int64
	SendError          bool
	CheckpointInterval int64
}

// Step is one call of a stateful function.
type Step struct {
	Args   []json.RawMessage `json:"args"`
	Result json.RawMessage   `json:"result"`
}

// Read reads the cases of a file.
func Read(path string) ([]Case, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read cases: %w", err)
	}
	var cases []Case
	if err := json.Unmarshal(data, &cases); err != nil {
		return nil, fmt.Errorf("read cases of %s: %w", path, err)
	}
	return cases, nil
}

// Run runs a case and returns how what came out differs from what was recorded;
// nil where it does not.
func Run(c Case) error {
	switch c.Kind {
	case "rule":
		return runRule(c)
	case "operator", "window":
		return runOperator(c)
	case "sequence":
		return runSequence(c)
	case "func":
		return runFunction(c)
	case "funcseq":
		return runSteps(c)
	case "parse":
		return runParse(c)
	default:
		return fmt.Errorf("cases of kind %q are not known", c.Kind)
	}
}
