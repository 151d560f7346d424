package mqttd

import (
	"slices"
	"strings"
	"sync"
	"sync/atomic"
)

// subscription is one filter of one receiver. It is immutable once it is in the
// index.
type subscription struct {
	filter            string // without $share/group
	group             string // of a shared subscription, else empty
	receiver          *session
	tap               *Tap // instead of receiver
	id                int  // subscription identifier, 0 for none (MQTT 5.0 §3.8.2.1.2)
	qos               byte
	noLocal           bool
	retainAsPublished bool
	turn              *atomic.Uint32 // of the group, which all of it have; the index gives it
}

// holder is who the subscription belongs to.
func (s *subscription) holder() any {
	if s.tap != nil {
		return s.tap
	}
	return s.receiver
}

// index is the subscriptions by level of their filter. It may be used
// concurrently.
type index struct {
	version atomic.Uint64 // grows with every change

	mu    sync.RWMutex
	root  level
	count int
}

// level is a node of the tree. What is wild is found under its wildcard.
type level struct {
	below map[string]*level
	here  []*subscription
}

// add puts a subscription into the index in place of the one that the same
// receiver had on the same filter and group, and reports whether there was one.
func (x *index) add(s *subscription) (replaced bool) {
	x.mu.Lock()
	defer x.mu.Unlock()
	defer x.version.Add(1)
	at := &x.root
	for name := range strings.SplitSeq(s.filter, "/") {
		at = at.child(name)
	}
	s.turn = at.turn(s.group)
	if i := at.find(s.holder(), s.group); i >= 0 {
		at.here[i] = s
		return true
	}
	at.here = append(at.here, s)
	x.count++
	return false
}

// remove takes a subscription out and reports whether it was in.
func (x *index) remove(holder any, group, filter string) bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	path := []*level{&x.root}
	names := strings.Split(filter, "/")
	for _, name := range names {
		next := path[len(path)-1].below[name]
		if next == nil {
			return false
		}
		path = append(path, next)
	}
	last := path[len(path)-1]
	i := last.find(holder, group)
	if i < 0 {
		return false
	}
	last.here = slices.Delete(last.here, i, i+1)
	for i := len(names); i > 0 && path[i].empty(); i-- {
		delete(path[i-1].below, names[i-1])
	}
	x.count--
	x.version.Add(1)
	return true
}

// len is the number of subscriptions.
func (x *index) len() int {
	x.mu.RLock()
	defer x.mu.RUnlock()
	return x.count
}

// match calls visit for every subscription whose filter the topic is under, and
// returns the version that this is true of.
func (x *index) match(topic string, visit func(*subscription)) (version uint64) {
	x.mu.RLock()
	defer x.mu.RUnlock()
	x.root.match(topic, strings.HasPrefix(topic, "$"), visit)
	return x.version.Load()
}

func (l *level) match(topic string, hidden bool, visit func(*subscription)) {
	name, below, more := strings.Cut(topic, "/")
	if !hidden {
		l.below["#"].each(visit)
	}
	for _, key := range [...]string{name, "+"} {
		next := l.below[key]
		if next == nil || key == "+" && hidden {
			continue
		}
		if more {
			next.match(below, false, visit)
			continue
		}
		next.each(visit)
		next.below["#"].each(visit) // a/# is over a, too (MQTT 5.0 §4.7.1.2)
	}
}

func (l *level) each(visit func(*subscription)) {
	if l == nil {
		return
	}
	for _, s := range l.here {
		visit(s)
	}
}

func (l *level) child(name string) *level {
	next := l.below[name]
	if next == nil {
		if l.below == nil {
			l.below = map[string]*level{}
		}
		next = &level{}
		l.below[name] = next
	}
	return next
}

func (l *level) find(holder any, group string) int {
	return slices.IndexFunc(l.here, func(s *subscription) bool { return s.holder() == holder && s.group == group })
}

// turn is whose turn it is in a group: of those who are in it, or a new one.
func (l *level) turn(group string) *atomic.Uint32 {
	if group == "" {
		return nil
	}
	if i := slices.IndexFunc(l.here, func(s *subscription) bool { return s.group == group }); i >= 0 {
		return l.here[i].turn
	}
	return new(atomic.Uint32)
}

func (l *level) empty() bool { return len(l.below) == 0 && len(l.here) == 0 }
