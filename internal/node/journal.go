package node

import (
	"fmt"
	"sync"
	"time"

	"github.com/holdfast-edge/holdfast/actors/reconcile"
	"github.com/holdfast-edge/holdfast/actors/write"
	"github.com/holdfast-edge/holdfast/console"
	"github.com/holdfast-edge/holdfast/supervisor"
)

// journalCapacity is how many events are kept for people to look at.
const journalCapacity = 2_000

// sameWithin is how long the failures of rows, or of messages, count as one event.
const sameWithin = 10 * time.Second

// journal keeps the latest events. It may be used concurrently.
type journal struct {
	now func() time.Time

	mu      sync.Mutex
	events  []console.Event // oldest first
	next    uint64          // number of the next event, from 1
	changed chan struct{}
	said    map[string]time.Time // path → its last sample
}

func newJournal(now func() time.Time) *journal {
	return &journal{now: now, next: 1, changed: make(chan struct{}), said: map[string]time.Time{}}
}

// add keeps an event, and lets the oldest go.
func (j *journal) add(e console.Event) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.append(e)
}

func (j *journal) append(e console.Event) {
	e.Number = j.next
	j.next++
	if len(j.events) == journalCapacity {
		copy(j.events, j.events[1:])
		j.events = j.events[:journalCapacity-1]
	}
	j.events = append(j.events, e)
	close(j.changed)
	j.changed = make(chan struct{})
}

// Events returns what is kept of the events after a number, at most limit.
func (j *journal) Events(after uint64, limit int) []console.Event {
	j.mu.Lock()
	defer j.mu.Unlock()
	first := j.next - uint64(len(j.events))
	skip := 0
	if after >= first {
		skip = min(int(after-first)+1, len(j.events))
	}
	left := j.events[skip:]
	if len(left) > limit {
		left = left[:limit]
	}
	return append([]console.Event(nil), left...)
}

// Changed returns a channel that is closed at the next event.
func (j *journal) Changed() <-chan struct{} {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.changed
}

// follow keeps the events of the tree until the subscription ends.
func (j *journal) follow(sub *supervisor.Subscription) {
	for e := range sub.Events() {
		j.add(treeEvent(e))
	}
}

// wrote keeps the end of a write.
func (j *journal) wrote(r write.Report) {
	j.add(console.Event{
		Time: j.now(), Kind: "write", Path: r.Command.Device + "." + r.Command.Tag, Text: r.String(),
	})
}

// stepped keeps how a change of the configuration goes on.
func (j *journal) stepped(c reconcile.Change) {
	text := fmt.Sprintf("generation %d of %s is %s", c.Generation, c.Origin, c.State)
	if c.Reason != "" {
		text += ": " + c.Reason
	}
	j.add(console.Event{Time: j.now(), Kind: "change", Path: "/reconcile", Text: text})
}

// ruleFailed keeps the failure of a row.
func (j *journal) ruleFailed(rule string, err error) {
	j.sample("rule", "/rules/"+rule, fmt.Sprintf("row failed in %s: %v", rule, err))
}

// tableFailed keeps why a table could not be read again.
func (j *journal) tableFailed(table string, err error) {
	j.sample("table", "/tables/"+table, fmt.Sprintf("table not read again, its rows stay as they were: %v", err))
}

// messageRefused keeps why a message became no row.
func (j *journal) messageRefused(stream string, err error) {
	j.sample("stream", "/subscriptions/"+stream, fmt.Sprintf("message refused by %s: %v", stream, err))
}

// sample keeps one event for a while of each path: what fails at every row must
// not drive everything else out.
func (j *journal) sample(kind, path, text string) {
	now := j.now()
	j.mu.Lock()
	defer j.mu.Unlock()
	if last, ok := j.said[path]; ok && now.Sub(last) < sameWithin {
		return
	}
	j.said[path] = now
	j.append(console.Event{Time: now, Kind: kind, Path: path, Text: text})
}

// treeEvent is an event of the supervision tree as people read it.
func treeEvent(e supervisor.Event) console.Event {
	head := e.Header()
	out := console.Event{Time: head.Time, Path: head.Path, Text: e.String(), Kind: "tree"}
	switch e := e.(type) {
	case supervisor.Failed:
		out.Kind, out.Stack = "failed", e.Stack
	case supervisor.GoroutinePanicked:
		out.Kind, out.Stack = "failed", e.Stack
	case supervisor.PanickedEnding:
		out.Kind, out.Stack = "failed", e.Stack
	case supervisor.AlarmRaised, supervisor.AlarmCleared, supervisor.Escalated:
		out.Kind = "alarm"
	case supervisor.StateChanged:
		out.Kind = "state"
	case supervisor.Started, supervisor.Restarted, supervisor.Stopped:
		out.Kind = "life"
	}
	return out
}
