package supervisor

import (
	"container/list"
	"iter"

	"github.com/asynkron/protoactor-go/actor"
)

// kid is what a parent keeps of one child.
type kid struct {
	spec     *Spec
	node     *node
	box      *mailbox
	pid      *actor.PID
	history  History
	standing standing
	waiting  bool        // for its backoff or a command: it may not be released yet
	number   uint64      // of the latest hold
	timer    func() bool // stops the pending backoff or health spell
	command  *command    // whose outcome is awaited
	stopping bool        // stopped for good
	place    *list.Element
}

func (k *kid) path() string { return k.node.head.Path }

func (k *kid) stopTimer() {
	if k.timer != nil {
		k.timer()
		k.timer = nil
	}
}

// answer gives the pending command its outcome.
func (k *kid) answer(err error) {
	if k.command != nil {
		k.command.reply <- err
		k.command = nil
	}
}

// answerEnd answers the pending command when the child has ended for good.
func (k *kid) answerEnd() {
	if k.command != nil && k.command.ends {
		k.answer(nil)
		return
	}
	k.answer(ErrStopped)
}

// family is a parent's children, in the order they were spawned. The zero family is empty.
type family struct {
	byID  map[string]*kid // by process id, which is the path
	order list.List
}

func (f *family) add(k *kid) {
	if f.byID == nil {
		f.byID = make(map[string]*kid)
	}
	f.byID[k.pid.Id] = k
	k.place = f.order.PushBack(k)
}

func (f *family) remove(k *kid) {
	delete(f.byID, k.pid.Id)
	f.order.Remove(k.place)
}

func (f *family) len() int { return len(f.byID) }

// of gives the child with that process, nil if it is none.
func (f *family) of(pid *actor.PID) *kid { return f.byID[pid.Id] }

func (f *family) last() *kid { return f.order.Back().Value.(*kid) }

func (f *family) all() iter.Seq[*kid] {
	return func(yield func(*kid) bool) {
		for e := f.order.Front(); e != nil; e = e.Next() {
			if !yield(e.Value.(*kid)) {
				return
			}
		}
	}
}
