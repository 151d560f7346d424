package mqttd

import "sync"

// watches tell whether anybody would receive messages on a topic.
type watches struct {
	broker  *Broker
	changed chan struct{} // holds a token when the index may have changed
	done    chan struct{} // closed when run has returned

	mu  sync.Mutex
	all map[*watch]struct{}
}

// watch is one topic; only run calls tell.
type watch struct {
	topic string
	tell  func(subscribed bool)
	last  bool
}

func newWatches(b *Broker) *watches {
	return &watches{broker: b, changed: make(chan struct{}, 1), done: make(chan struct{}), all: map[*watch]struct{}{}}
}

// Watch calls tell with true when a topic has got its first subscriber, be it a
// client, a session that is away, or a tap, and with false when it has lost its
// last; first for what is the case now, unless nobody subscribes. Calls come
// from one goroutine, soon after the change; changes that cancel out in between
// are not told. tell must not wait. After cancel has returned there is no call
// any more; cancel must not be called from tell.
func (b *Broker) Watch(topic string, tell func(subscribed bool)) (cancel func(), err error) {
	if err := CheckTopic(topic); err != nil {
		return nil, err
	}
	w := &watch{topic: topic, tell: tell}
	b.watches.add(w)
	return func() { b.watches.remove(w) }, nil
}

// Subscribed reports whether anybody would receive a message on a topic.
func (b *Broker) Subscribed(topic string) bool {
	found := false
	b.index.match(topic, func(*subscription) { found = true })
	return found
}

func (w *watches) add(one *watch) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.all[one] = struct{}{}
	w.look()
}

func (w *watches) remove(one *watch) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.all, one)
}

// look lets run look for changes.
func (w *watches) look() {
	select {
	case w.changed <- struct{}{}:
	default:
	}
}

// run tells changes until over is closed.
func (w *watches) run(over <-chan struct{}) {
	defer close(w.done)
	for {
		select {
		case <-over:
			return
		case <-w.changed:
			w.compare()
		}
	}
}

func (w *watches) compare() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for one := range w.all {
		if is := w.broker.Subscribed(one.topic); is != one.last {
			one.last = is
			one.tell(is)
		}
	}
}
