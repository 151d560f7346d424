package node

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/holdfast-edge/holdfast/actors/endpoint"
	"github.com/holdfast-edge/holdfast/console"
	"github.com/holdfast-edge/holdfast/protocols/record"
)

// recorders holds the recorder of each endpoint, which outlives its sessions.
type recorders struct {
	mu     sync.Mutex
	byName map[string]*record.Recorder
}

// of returns the recorder of an endpoint, the same one each time.
func (r *recorders) of(name string) *record.Recorder {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.byName == nil {
		r.byName = map[string]*record.Recorder{}
	}
	recorder, ok := r.byName[name]
	if !ok {
		recorder = record.NewRecorder(time.Now)
		r.byName[name] = recorder
	}
	return recorder
}

// Connections lists the connections to the plant by name.
func (n *Node) Connections() []console.Connection {
	var list []console.Connection
	for _, c := range n.plan().endpoints {
		list = append(list, n.connection(c))
	}
	slices.SortFunc(list, func(a, b console.Connection) int { return strings.Compare(a.Name, b.Name) })
	return list
}

func (n *Node) connection(c endpoint.Config) console.Connection {
	name := endpoint.Name(c.Device)
	path := "/endpoints/" + name + "/session"
	state, detail := n.state(path)
	v := console.Connection{
		Name: name, Driver: c.Device.Driver, Path: path, State: state, Detail: detail, Devices: []string{},
		Recording: recordingState(n.recorders.of(name).State()),
	}
	for _, d := range n.plan().devices {
		if endpoint.Name(d.config) == name {
			v.Devices = append(v.Devices, d.config.Name)
		}
	}
	return v
}

func recordingState(s record.State) console.RecordingState {
	v := console.RecordingState{
		On: s.Recording, Full: s.Full, Length: s.Length, Ring: s.Limits.Ring, Frames: s.Frames, Bytes: s.Bytes, Lost: s.Lost,
	}
	if !s.Start.IsZero() {
		since := s.Start.UTC()
		v.Since = &since
	}
	return v
}

// Record begins or ends the recording of a connection.
func (n *Node) Record(connection string, on bool, limits record.Limits) error {
	if _, err := n.endpoint(connection); err != nil {
		return err
	}
	r := n.recorders.of(connection)
	if !on {
		r.Stop()
		return nil
	}
	return r.Start(limits)
}

// Recording returns what was recorded of a connection.
func (n *Node) Recording(connection string) (*record.Recording, error) {
	c, err := n.endpoint(connection)
	if err != nil {
		return nil, err
	}
	r, err := n.recorders.of(connection).Recording()
	if err != nil {
		return nil, err
	}
	r.Header.Driver, r.Header.Endpoint, r.Header.Program = c.Device.Driver, c.Device.Endpoint.WithoutQuery(), n.means.Version
	return r, nil
}

// endpoint finds one by its name.
func (n *Node) endpoint(name string) (endpoint.Config, error) {
	for _, c := range n.plan().endpoints {
		if endpoint.Name(c.Device) == name {
			return c, nil
		}
	}
	return endpoint.Config{}, fmt.Errorf("no connection is called %q", name)
}
