package write

import (
	"errors"

	"github.com/holdfast-edge/holdfast/tag"
)

// ErrDeadline says that a command came too late to be sent.
var ErrDeadline = errors.New("the deadline has passed")

// Mode is when a rule's output becomes a command.
type Mode uint8

// The modes.
const (
	Edge   Mode = iota // when the condition becomes true, or the value changes while it is
	Change             // when the value differs from the last one written by the rule
	Always             // at every row
)

// ParseMode reads a mode from a configuration.
func ParseMode(s string) (Mode, error) {
	switch s {
	case "", "edge":
		return Edge, nil
	case "change":
		return Change, nil
	case "always":
		return Always, nil
	}
	return Edge, errors.New(`want "edge", "change" or "always"`)
}

// Trigger remembers what a rule has last asked of each tag, so that a condition
// that stays true does not write at every scan. The zero Trigger is in mode
// Edge and has seen nothing.
type Trigger struct {
	mode Mode
	last map[string]tag.Value
}

// NewTrigger returns a trigger of the mode.
func NewTrigger(mode Mode) *Trigger { return &Trigger{mode: mode} }

// Fell tells the trigger that the condition was evaluated and is not true, so
// that the next time it is true is an edge. A condition that could not be
// evaluated, because what it reads is Bad, is no such evidence: do not call it
// then.
func (t *Trigger) Fell() {
	if t.mode == Edge {
		clear(t.last)
	}
}

// Would reports whether the value is to be written to the tag now. A value that
// evaluates as NULL is never written.
func (t *Trigger) Would(name string, v tag.Value) bool {
	if v.IsNull() {
		return false
	}
	last, seen := t.last[name]
	return t.mode == Always || !seen || !last.Equal(v)
}

// Fires is Would for a value that is written then: it is remembered.
func (t *Trigger) Fires(name string, v tag.Value) bool {
	if !t.Would(name, v) {
		return false
	}
	if t.mode == Always {
		return true
	}
	if t.last == nil {
		t.last = map[string]tag.Value{}
	}
	t.last[name] = v.Clone()
	return true
}
