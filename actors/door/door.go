package door

import (
	"context"
	"slices"
	"sync"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/holdfast-edge/holdfast/broker/mqttd"
	"github.com/holdfast-edge/holdfast/supervisor"
)

// Inlet is where messages of clients go.
type Inlet interface {
	// Filter returns the topics that it takes.
	Filter() string
	// Options returns how they are tapped.
	Options() mqttd.TapOptions
	// Take returns when the messages are safe; see mqttd.Broker.Tap.
	Take(ctx context.Context, messages []mqttd.Message) error
}

// Config is what a door is made of.
type Config struct {
	// MQTT returns what the broker is started with. It is called at each start, so
	// that passwords and certificates are those of now; Prepare is not looked at.
	MQTT    func() (mqttd.Config, error)
	Made    string // what MQTT makes its answer of: the same text, the same broker
	Inlets  []Inlet
	Outlets []Outlet
}

// Door is the node's own broker, while it runs and while it does not. It may be
// used concurrently.
type Door struct {
	mu     sync.Mutex
	config Config
	broker *mqttd.Broker        // nil while it does not run
	taps   map[Inlet]*mqttd.Tap // of the broker
	opened chan struct{}        // closed when there is a broker
}

// New returns a door that is not open yet.
func New(c Config) *Door { return &Door{config: c, opened: make(chan struct{})} }

// Set gives a door that is open another configuration. Clients stay connected
// unless the broker itself is made of something else; inlets that stay miss
// nothing.
func (d *Door) Set(ctx context.Context, system *supervisor.System, c Config) error {
	d.mu.Lock()
	last := d.config
	d.config = c
	d.mu.Unlock()
	if last.Made != c.Made {
		return system.Restart(ctx, "/broker/mqtt") // and with it what rests on it
	}
	if err := d.retap(); err != nil {
		return err
	}
	if !slices.EqualFunc(last.Outlets, c.Outlets, func(a, b Outlet) bool { return a.text() == b.text() }) {
		return system.Restart(ctx, "/broker/outlets")
	}
	return nil
}

// now returns the configuration.
func (d *Door) now() Config {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.config
}

// Spec returns the door as a child of the node.
func (d *Door) Spec() supervisor.Spec {
	policy := supervisor.PortPolicy()
	return supervisor.Spec{
		Name: "broker", Kind: "broker", Strategy: supervisor.RestForOne, New: supervisor.Group(
			supervisor.Spec{Name: "mqtt", Kind: "service", Policy: policy, New: func() actor.Actor { return &service{door: d} }},
			supervisor.Spec{Name: "outlets", Kind: "service", Policy: policy, New: supervisor.Service(d.publish)},
		),
	}
}

// Broker returns the broker, and nil while it does not run.
func (d *Door) Broker() *mqttd.Broker {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.broker
}

// await returns the broker as soon as it runs.
func (d *Door) await(ctx context.Context) (*mqttd.Broker, error) {
	for {
		d.mu.Lock()
		b, opened := d.broker, d.opened
		d.mu.Unlock()
		if b != nil {
			return b, nil
		}
		select {
		case <-opened:
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
	}
}

func (d *Door) set(b *mqttd.Broker) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.broker = b
	if b == nil {
		d.taps = nil
	} else {
		close(d.opened)
		d.opened = make(chan struct{})
	}
}
