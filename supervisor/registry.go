package supervisor

import (
	"sync"
	"time"

	"github.com/asynkron/protoactor-go/actor"
)

// registry holds the nodes of the tree and tells the hub what becomes of them.
// One lock makes snapshots consistent; no call under it waits for anything.
type registry struct {
	hub   *hub
	clock Clock

	mu     sync.Mutex
	root   *node
	byPath map[string]*node
}

func newRegistry(h *hub, clock Clock) *registry {
	return &registry{hub: h, clock: clock, byPath: make(map[string]*node)}
}

// enter gives the node of parent's child, the remembered one if there is one.
// It fails with ErrExists if that still has a process.
func (r *registry) enter(parent *node, spec *Spec) (*node, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	path := childPath(parent, spec.Name)
	n, known := r.byPath[path]
	switch {
	case !known:
		n = &node{head: Head{Path: path}, parent: parent}
		r.link(parent, n)
	case n.box != nil:
		return nil, ErrExists
	}
	n.head.Kind, n.spec = spec.Kind, spec
	r.turn(n, Starting)
	return n, nil
}

func childPath(parent *node, name string) string {
	switch {
	case parent == nil:
		return "/"
	case parent.parent == nil:
		return "/" + name
	}
	return parent.head.Path + "/" + name
}

func (r *registry) link(parent, n *node) {
	r.byPath[n.head.Path] = n
	if parent == nil {
		r.root = n
		return
	}
	parent.append(n)
}

// bind tells that n has a process.
func (r *registry) bind(n *node, box *mailbox, pid *actor.PID) {
	r.mu.Lock()
	defer r.mu.Unlock()
	n.box, n.pid = box, pid
}

// leave tells that n's process has ended. The node stays if keep is set.
func (r *registry) leave(n *node, keep bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	n.box, n.pid = nil, nil
	if !keep {
		r.forget(n)
	}
}

// prune forgets the children of n that have no process: those that a restarted
// parent has not spawned again.
func (r *registry) prune(n *node) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for child := n.first; child != nil; {
		next := child.after
		if child.box == nil {
			r.forget(child)
		}
		child = next
	}
}

func (r *registry) forget(n *node) {
	for n.first != nil {
		r.forget(n.first)
	}
	delete(r.byPath, n.head.Path)
	if n.parent != nil {
		n.parent.unlink(n)
	}
}

// find gives the process of the actor at path, and its parent's node.
func (r *registry) find(path string) (n *node, box *mailbox, pid *actor.PID, ok bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if n, ok = r.byPath[path]; !ok {
		return nil, nil, nil, false
	}
	return n, n.box, n.pid, true
}

// boxOf is the mailbox of n, nil while it has no process.
func (r *registry) boxOf(n *node) *mailbox {
	r.mu.Lock()
	defer r.mu.Unlock()
	return n.box
}

// enterPhase moves n to a phase, without an attempt ahead.
func (r *registry) enterPhase(n *node, p Phase) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.turn(n, p)
}

// turn is enterPhase under the lock.
func (r *registry) turn(n *node, p Phase) {
	if n.phase != p || n.since.IsZero() {
		n.since = r.clock.Now()
	}
	n.phase, n.next = p, time.Time{}
	n.reported, n.detail = "", ""
	if p == Starting {
		n.up = time.Time{} // of an earlier incarnation
	}
}

// isUp records that the incarnation has handled Started.
func (r *registry) isUp(n *node) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if n.phase == Starting {
		reported, detail := n.reported, n.detail
		r.turn(n, Running)
		n.reported, n.detail = reported, detail
	}
	n.up = r.clock.Now()
	n.ups++
	head := n.headAt(n.up)
	if n.ups == 1 {
		r.hub.emit(Started{head})
	} else {
		r.hub.emit(Restarted{Head: head, Restarts: n.ups - 1})
	}
}

func (n *node) headAt(t time.Time) Head {
	return Head{Time: t, Path: n.head.Path, Kind: n.head.Kind}
}

// report records the state that the actor gives itself.
func (r *registry) report(n *node, state, detail string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	from := n.state()
	n.detail = detail
	if n.reported == state {
		return
	}
	n.reported = state
	n.since = r.clock.Now()
	r.hub.emit(StateChanged{Head: n.headAt(n.since), From: from, To: state, Detail: detail})
}

// takeUpTime gives when n's incarnation had started, once: zero if it had not.
func (r *registry) takeUpTime(n *node) time.Time {
	r.mu.Lock()
	defer r.mu.Unlock()
	up := n.up
	n.up = time.Time{}
	return up
}

// failed records a failure of n.
func (r *registry) failed(n *node, f Failure) {
	r.mu.Lock()
	defer r.mu.Unlock()
	n.failure = &f
	r.hub.emit(Failed{f})
}

// awaits records what n waits for: its next attempt, or a command.
func (r *registry) awaits(n *node, p Phase, next time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.turn(n, p)
	n.next = next
}

// alarm raises or clears n's alarm, once.
func (r *registry) alarm(n *node, raised bool, cause string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if n.alarm == raised {
		return
	}
	n.alarm = raised
	head := n.headAt(r.clock.Now())
	if raised {
		r.hub.emit(AlarmRaised{Head: head, Cause: cause})
	} else {
		r.hub.emit(AlarmCleared{head})
	}
}

func (r *registry) isAlarmed(n *node) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return n.alarm
}

// command records whether n is stopped by command.
func (r *registry) command(n *node, stopped bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	n.commanded = stopped
}

func (r *registry) isCommanded(n *node) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return n.commanded
}

// stopped records that n has ended, for now or for good.
func (r *registry) stopped(n *node, byCommand bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.turn(n, Down)
	r.hub.emit(Stopped{Head: n.headAt(n.since), ByCommand: byCommand})
}

func (r *registry) taskBegan(n *node, name string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	n.addTask(name)
}

func (r *registry) taskEnded(n *node, name string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	n.removeTask(name)
}

// emit tells the hub something of n that the tree does not keep.
func (r *registry) emit(n *node, event func(Head) Event) {
	r.hub.emit(event(n.headAt(r.clock.Now())))
}
