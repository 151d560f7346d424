package console

import (
	"encoding/json"
	"math"
	"time"

	"github.com/holdfast-edge/holdfast/supervisor"
	"github.com/holdfast-edge/holdfast/tag"
)

// eventsAtOnce is how many events one frame carries at most, the rest being in
// the next, and how many of the past a new viewer is shown.
const eventsAtOnce = 200

// view is what one viewer has been shown, so that only what is new is sent. It
// is no more than the node's own size, whatever the viewer does.
type view struct {
	node    Node
	devices []string // whose tags the viewer looks at
	tags    []place
	actors  map[string]shownActor
	samples map[place]tag.Sample
	event   uint64 // number of the last event that was sent
}

// place is a tag of a device.
type place struct{ device, tag string }

// shownActor is an actor as it was sent, and whether it is still there.
type shownActor struct {
	actor   Actor
	failure *supervisor.Failure
	alive   bool
}

// Tree is a frame of a stream: actors that are new or have changed, parents
// before children, and the paths of those that are gone.
type treeFrame struct {
	Actors []Actor  `json:"actors,omitempty"`
	Gone   []string `json:"gone,omitempty"`
}

// liveTag is a tag in a frame of a stream, in few bytes since there are many.
type liveTag struct {
	Device  string          `json:"d"`
	Tag     string          `json:"t"`
	Value   json.RawMessage `json:"v"`
	Last    json.RawMessage `json:"l,omitempty"`
	Quality string          `json:"q"`
	Millis  int64           `json:"ms"` // source time, since 1970 UTC
}

// statusFrame is the counters of everything that moves data.
type statusFrame struct {
	Now     time.Time      `json:"now"`
	Trouble []string       `json:"trouble"`
	Devices []deviceStatus `json:"devices"`
	Streams []Stream       `json:"streams"` // those that take messages
	Broker  Broker         `json:"broker"`
	Rules   []Rule         `json:"rules"`
	Sinks   []Sink         `json:"sinks"`
	Servers []Served       `json:"servers"`
	Tables  []Table        `json:"tables"`
	Log     Log            `json:"log"`
	Faults  []Fault        `json:"faults"`
}

// deviceStatus is a device without its tags.
type deviceStatus struct {
	Name     string `json:"name"`
	Path     string `json:"path"`
	State    string `json:"state"`
	Detail   string `json:"detail,omitempty"`
	Scans    uint64 `json:"scans"`
	Late     uint64 `json:"late"`
	Overruns uint64 `json:"overruns"`
	Faults   uint64 `json:"faults"`

	Suppressed uint64 `json:"suppressed"`
}

func newView(node Node, devices []string, lastEvent uint64) *view {
	v := &view{
		node: node, devices: devices, event: lastEvent,
		actors: map[string]shownActor{}, samples: map[place]tag.Sample{},
	}
	if v.event == 0 {
		v.event = newest(node)
	}
	v.lookAt()
	return v
}

// newest returns the number after which the newest few events are.
func newest(node Node) uint64 {
	kept := node.Events(0, math.MaxInt)
	if len(kept) <= eventsAtOnce {
		return 0
	}
	return kept[len(kept)-eventsAtOnce-1].Number
}

// lookAt finds the tags of the viewer's devices.
func (v *view) lookAt() {
	for _, name := range v.devices {
		d, _ := v.node.Device(name) // of one that is gone there are no tags
		for _, g := range d.Groups {
			for _, t := range g.Tags {
				v.tags = append(v.tags, place{d.Name, t.Name})
			}
		}
	}
}

// tree returns the actors that are not as they were.
func (v *view) tree() (frame treeFrame, changed bool) {
	for path, shown := range v.actors {
		shown.alive = false
		v.actors[path] = shown
	}
	t := v.node.Tree()
	frame.Actors = v.compare(&t, nil)
	for path, shown := range v.actors {
		if !shown.alive {
			delete(v.actors, path)
			frame.Gone = append(frame.Gone, path)
		}
	}
	return frame, len(frame.Actors)+len(frame.Gone) > 0
}

// compare appends what differs at t and below.
func (v *view) compare(t *supervisor.Tree, differ []Actor) []Actor {
	now := shownActor{actor: actorOf(t), failure: t.LastFailure, alive: true}
	before, known := v.actors[t.Path]
	if !known || !now.same(before) {
		differ = append(differ, now.actor)
	}
	v.actors[t.Path] = now
	for i := range t.Children {
		differ = v.compare(&t.Children[i], differ)
	}
	return differ
}

// same compares all but the failure, which is the same where its origin is.
func (s shownActor) same(before shownActor) bool {
	a, b := s.actor, before.actor
	a.Failure, b.Failure = nil, nil
	return a == b && s.failure == before.failure
}

// live returns the tags whose sample is not the one that was sent.
func (v *view) live() (frame []liveTag) {
	for _, p := range v.tags {
		s, ok := v.node.Sample(p.device, p.tag)
		if before, sent := v.samples[p]; !ok || sent && before.Time == s.Time && before.Value.Equal(s.Value) {
			continue
		}
		v.samples[p] = tag.Sample{Value: s.Value.Clone(), Time: s.Time}
		frame = append(frame, liveTag{
			Device: p.device, Tag: p.tag, Value: valueJSON(s.Value), Last: lastJSON(s.Value),
			Quality: s.Value.Quality().String(), Millis: s.Time / int64(time.Millisecond),
		})
	}
	return frame
}

// events returns the events that the viewer lacks.
func (v *view) events() []Event {
	found := v.node.Events(v.event, eventsAtOnce)
	if len(found) > 0 {
		v.event = found[len(found)-1].Number
	}
	return found
}

// status returns the counters.
func (v *view) status(now time.Time) statusFrame {
	frame := statusFrame{
		Now: now.UTC(), Trouble: some(v.node.Trouble()), Rules: some(v.node.Rules()), Sinks: some(v.node.Sinks()), Servers: some(v.node.Servers()), Tables: some(v.node.Tables()),
		Log: v.node.Log(), Broker: v.node.Broker(), Faults: some(v.node.Faults()),
		Devices: []deviceStatus{}, Streams: []Stream{},
	}
	for _, s := range v.node.Streams() {
		if s.Topic != "" {
			frame.Streams = append(frame.Streams, s)
		}
	}
	for _, d := range v.node.Devices(false) {
		frame.Devices = append(frame.Devices, deviceStatus{
			Name: d.Name, Path: d.Path, State: d.State, Detail: d.Detail,
			Scans: d.Scans, Late: d.Late, Overruns: d.Overruns, Faults: d.Faults, Suppressed: d.Suppressed,
		})
	}
	return frame
}
