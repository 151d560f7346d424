package supervisor

import "fmt"

// Phase is where an actor stands between its incarnations, as the supervision sees it.
type Phase uint8

const (
	// Starting: an incarnation handles its Started message.
	Starting Phase = iota
	// Running: an incarnation handles messages.
	Running
	// BackingOff: it failed and waits for its next attempt.
	BackingOff
	// Held: it failed permanently or exhausted its policy, and waits for a slow
	// retry or a command. It is shown as "failed".
	Held
	// Restarting: the old incarnation's children and goroutines are ending.
	Restarting
	// Waiting: it waits for the sibling that it rests on.
	Waiting
	// Stopping: it, its children and its goroutines are ending.
	Stopping
	// Down: it was stopped, by command or with its parent.
	Down
)

// String is the phase in an operator's words.
func (p Phase) String() string {
	names := [...]string{"starting", "running", "backing off", "failed", "restarting", "waiting", "stopping", "stopped"}
	if int(p) < len(names) {
		return names[p]
	}
	return fmt.Sprintf("phase %d", uint8(p))
}

// MarshalText gives the phase in JSON the words of String.
func (p Phase) MarshalText() ([]byte, error) { return []byte(p.String()), nil }
