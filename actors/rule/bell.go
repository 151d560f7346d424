package rule

import "sync/atomic"

// bell wakes an actor: however often it is rung before the actor answers, one
// message is sent. It may be rung from anywhere.
type bell struct {
	rung atomic.Bool
	send func()
}

// ring sends the message unless it is on its way.
func (b *bell) ring() {
	if b.rung.CompareAndSwap(false, true) {
		b.send()
	}
}

// answer is called by the actor before it looks for what there is to do.
func (b *bell) answer() { b.rung.Store(false) }
