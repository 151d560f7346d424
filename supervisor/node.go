package supervisor

import (
	"slices"
	"sync/atomic"
	"time"

	"github.com/asynkron/protoactor-go/actor"
)

// node is what the tree remembers of one actor. It outlives the actor's
// incarnations, and the actor itself where the parent restarts or a command
// stopped it. Its fields belong to the registry's lock, unless they are atomic.
type node struct {
	head   Head // path and kind; the time is unused
	spec   *Spec
	parent *node
	siblings
	first, last *node // children in the order they were spawned
	children    int

	box *mailbox   // nil while there is no process
	pid *actor.PID // as box

	phase     Phase
	reported  string // the state the actor gave itself, of this incarnation
	detail    string
	since     time.Time
	up        time.Time // when the running incarnation had started
	ups       int       // incarnations that had started
	failure   *Failure
	next      time.Time
	alarm     bool
	commanded bool // stopped by command
	tasks     []string

	rejected     atomic.Int64
	rejectedSaid atomic.Int64 // unix nanoseconds of the last Rejected event
}

// siblings links the children of one node.
type siblings struct{ before, after *node }

func (n *node) append(child *node) {
	child.before = n.last
	if n.last == nil {
		n.first = child
	} else {
		n.last.after = child
	}
	n.last = child
	n.children++
}

func (n *node) unlink(child *node) {
	if child.before == nil {
		n.first = child.after
	} else {
		child.before.after = child.after
	}
	if child.after == nil {
		n.last = child.before
	} else {
		child.after.before = child.before
	}
	child.siblings = siblings{}
	n.children--
}

func (n *node) state() string {
	if n.phase == Running && n.reported != "" {
		return n.reported
	}
	return n.phase.String()
}

func (n *node) addTask(name string) { n.tasks = append(slices.Clone(n.tasks), name) }

func (n *node) removeTask(name string) {
	if i := slices.Index(n.tasks, name); i >= 0 {
		n.tasks = slices.Delete(slices.Clone(n.tasks), i, i+1)
	}
}
