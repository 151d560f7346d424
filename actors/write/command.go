package write

import (
	"fmt"
	"time"

	"github.com/holdfast-edge/holdfast/tag"
)

// Stage is how far a write has come.
type Stage uint8

// The stages, in the order in which they can be reached.
const (
	Accepted Stage = iota + 1
	Sent
	Acknowledged
	Verified
	Refused // answered with no, here or by the device
	Failed  // never sent
	Unknown // sent, never answered
)

var stageNames = [...]string{
	Accepted: "accepted", Sent: "sent", Acknowledged: "acknowledged", Verified: "verified",
	Refused: "refused", Failed: "failed", Unknown: "unknown",
}

// String returns the stage in words.
func (s Stage) String() string {
	if int(s) < len(stageNames) && stageNames[s] != "" {
		return stageNames[s]
	}
	return fmt.Sprintf("stage(%d)", uint8(s))
}

// Final reports whether nothing can follow the stage.
func (s Stage) Final() bool { return s >= Verified }

// Command asks a device to take a value. It is answered with a Report.
type Command struct {
	Device   string
	Tag      string
	Value    tag.Value
	By       string    // who asks: "rule open_valve", "user anna"
	Deadline time.Time // not sent after this; the zero time means no deadline
	DryRun   bool      // check everything, send nothing
}

// Step is one stage and when it was reached.
type Step struct {
	Stage Stage
	At    time.Time
}

// Report is the whole course of one command.
type Report struct {
	Command Command
	Steps   []Step
	Err     error // why it was refused, failed, or is unknown; also why it was not verified
}

// Outcome returns the last stage reached.
func (r Report) Outcome() Stage {
	if len(r.Steps) == 0 {
		return 0
	}
	return r.Steps[len(r.Steps)-1].Stage
}

// Reach returns the report with one more step.
func (r Report) Reach(stage Stage, at time.Time) Report {
	steps := make([]Step, 0, len(r.Steps)+1)
	steps = append(steps, r.Steps...)
	steps = append(steps, Step{Stage: stage, At: at})
	r.Steps = steps
	return r
}

// End returns the report with its last step and the reason for it.
func (r Report) End(stage Stage, at time.Time, err error) Report {
	r = r.Reach(stage, at)
	r.Err = err
	return r
}

// String describes the report for logs; it names no value, which may be
// nobody's business.
func (r Report) String() string {
	text := fmt.Sprintf("write %s.%s by %s: %s", r.Command.Device, r.Command.Tag, r.Command.By, r.Outcome())
	if r.Err != nil {
		text += ": " + r.Err.Error()
	}
	return text
}
