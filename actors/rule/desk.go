package rule

import (
	"sync"

	"github.com/holdfast-edge/holdfast/broker"
)

// desk is where the rules of one stream meet their evaluator. It outlives the
// incarnations of both and may be used concurrently.
type desk struct {
	name   string // of the evaluator
	source string
	input  broker.Input
	of     *Evaluators

	mu      sync.Mutex
	waiting []change
	called  func() // rings the evaluator's bell; nil while none is there
}

// change is a rule that comes or goes, or asks to be told when what came before
// is done. Changes are made in their order, so that a rule that comes back finds
// the state with which it went.
type change struct {
	seat    *seat
	goes    bool
	settled func() // of whoever asks; else nil
}

// join asks for a seat; the answer is hasSeat, failed or evicted.
func (d *desk) join(s *seat) { d.add(change{seat: s}) }

// leave gives a seat up. Nothing comes out of it any more when leave has
// returned; its state is kept soon.
func (d *desk) leave(s *seat) {
	s.left.Store(true)
	d.add(change{seat: s, goes: true})
}

// settle calls settled when the changes so far are made, and what waits in the
// stream's rings then has been evaluated.
func (d *desk) settle(settled func()) { d.add(change{settled: settled}) }

func (d *desk) add(c change) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.waiting = append(d.waiting, c)
	if d.called != nil {
		d.called()
	}
}

// attach gives the desk an evaluator, or with nil takes it away.
func (d *desk) attach(called func()) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.called = called
	if called != nil && len(d.waiting) > 0 {
		called()
	}
}

// isAwaited reports whether somebody waits.
func (d *desk) isAwaited() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return len(d.waiting) > 0
}

// take returns the changes so far.
func (d *desk) take() []change {
	d.mu.Lock()
	defer d.mu.Unlock()
	taken := d.waiting
	d.waiting = nil
	return taken
}
