package reconcile

import (
	"context"

	"github.com/holdfast-edge/holdfast/config"
)

// Plant is the node as a change of its configuration needs it. All of it may be
// called concurrently.
type Plant interface {
	// Check compiles a configuration and says what it would change. Its error is
	// for the author: it names places and fixes.
	Check(sources []config.Source) (Checked, error)

	// Enter has the node run a configuration that was checked. After an error the
	// node runs some of it, until it enters another.
	Enter(ctx context.Context, document []byte) error

	// Restart asks for the whole node to stop and to start again, with the running
	// generation of its state.
	Restart(why string)

	// Health is how the node is at this moment.
	Health() Health

	// Interlock reports whether the plant permits a change now, and if not, why.
	Interlock() (open bool, why string)
}

// Checked is a configuration that makes sense.
type Checked struct {
	Document []byte          // canonical
	Changes  []config.Change // against what runs; none where it does the same
	Restart  bool            // the node must restart to enter it
}

// Health is what a change is judged by. What is a map is by name or path.
type Health struct {
	Tags     map[string]bool   `json:"tags,omitempty"`     // Good or not; without those that wait for their first value
	Links    map[string]bool   `json:"links,omitempty"`    // sinks and subscriptions: whether they deliver
	Rows     map[string]Rows   `json:"rows,omitempty"`     // what rules have done
	Restarts map[string]int    `json:"restarts,omitempty"` // of actors, but of connections, which redial
	Alarms   map[string]string `json:"alarms,omitempty"`   // cause, by path
	Trouble  []string          `json:"trouble,omitempty"`  // of the node itself
}

// Rows counts the rows of a rule.
type Rows struct{ In, Failed uint64 }
