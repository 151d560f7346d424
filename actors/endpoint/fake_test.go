package endpoint_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/protocols"
	"github.com/holdfast-edge/holdfast/tag"
)

// roundTrip is what an answer of the fake plant takes, and silence what a unit
// that does not answer costs.
const (
	roundTrip = time.Millisecond
	silence   = 500 * time.Millisecond
)

// plant is a driver whose units live in memory: time is the only thing that is
// real about it.
type plant struct {
	mu     sync.Mutex
	units  map[string]*unit
	down   error // why dialling fails
	cut    chan struct{}
	dials  int
	closed int
	panics bool
	sends  bool // its units send by themselves
	tells  bool // its units can tell what they have
	lines  map[string]chan protocols.Row
	begun  int // subscriptions
	ended  int

	configure func(*config.Device) // what is particular about the devices; nil: nothing
}

func (p *plant) configured(d *config.Device) *config.Device {
	if p.configure != nil {
		p.configure(d)
	}
	return d
}

type unit struct {
	value  int64
	dead   bool  // gives no answer
	breaks bool  // its answers break the session
	refuse error // its answer to writes
	lost   bool  // takes writes and does not answer them
	deaf   bool  // acknowledges writes and does not take them
	reads  int
	writes []string
}

func newPlant(names ...string) *plant {
	p := &plant{units: map[string]*unit{}, cut: make(chan struct{}), lines: map[string]chan protocols.Row{}}
	for i, n := range names {
		p.units[n] = &unit{value: int64(i + 1)}
	}
	return p
}

// with changes the plant.
func (p *plant) with(name string, change func(*unit)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	change(p.units[name])
}

// disconnect ends every open session; err is what dialling meets from now on.
func (p *plant) disconnect(err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.down = err
	close(p.cut)
	p.cut = make(chan struct{})
}

func (p *plant) connect() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.down = nil
}

func (p *plant) Spec() config.Driver { return config.Driver{Name: "fake", Doc: "in memory"} }

type compiled struct {
	name   string
	groups []protocols.Plan
	tags   map[string]bool
}

type steps int

func (s steps) Steps() int { return int(s) }

func (c *compiled) Plans() []protocols.Plan { return c.groups }

func (c *compiled) Point(name string) (protocols.Point, bool) {
	return point{c, name}, c.tags[name]
}

type point struct {
	*compiled
	tag string
}

func (point) Check(v tag.Value) error {
	if v.Kind() != tag.Int {
		return errors.New("takes an integer")
	}
	return nil
}

// plan knows its unit, as a real one knows its addresses.
type plan struct {
	steps
	unit string
}

func (p *plant) Compile(d *config.Device) (protocols.Device, error) {
	c := &compiled{name: d.Name, tags: map[string]bool{}}
	for _, g := range d.Groups {
		c.groups = append(c.groups, plan{steps(len(g.Tags)), d.Name})
		for _, t := range g.Tags {
			c.tags[t.Name] = true
		}
	}
	return c, nil
}

func (p *plant) Dial(ctx context.Context, _ protocols.Endpoint) (protocols.Session, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.dials++
	if p.down != nil {
		return nil, p.down
	}
	w := &wire{plant: p, cut: p.cut, closing: make(chan struct{})}
	if p.sends {
		return sendingWire{w}, nil
	}
	if p.tells {
		return tellingWire{w}, nil
	}
	return w, nil
}

type wire struct {
	plant   *plant
	cut     chan struct{}
	closing chan struct{}
	once    sync.Once
}

func (w *wire) Close() error {
	w.once.Do(func() {
		close(w.closing)
		w.plant.mu.Lock()
		defer w.plant.mu.Unlock()
		w.plant.closed++
	})
	return nil
}

func fault(scope protocols.Scope, q tag.Quality, text string) error {
	return &protocols.Fault{Scope: scope, Quality: q, Sent: true, Err: errors.New(text)}
}

// ask lets a round trip pass and says what the unit makes of it.
func (w *wire) ask(ctx context.Context, name string) (*unit, error) {
	w.plant.mu.Lock()
	u := w.plant.units[name]
	dead, breaks, boom := u.dead, u.breaks, w.plant.panics
	w.plant.mu.Unlock()
	if boom {
		panic("a driver's defect")
	}
	took := roundTrip
	if dead {
		took = silence
	}
	select {
	case <-time.After(took):
	case <-w.cut:
		return nil, fault(protocols.ScopeSession, tag.BadConnectionClosed, "connection closed")
	case <-w.closing:
		return nil, fault(protocols.ScopeSession, tag.BadNotConnected, "closed here")
	case <-ctx.Done():
		return nil, fault(protocols.ScopeSession, tag.BadNotConnected, "cancelled")
	}
	switch {
	case breaks:
		return nil, fault(protocols.ScopeSession, tag.BadDecoding, "garbage")
	case dead:
		return nil, fault(protocols.ScopeUnit, tag.BadTimeout, fmt.Sprintf("%s: no answer in %s", name, silence))
	}
	return u, nil
}

func (w *wire) Read(ctx context.Context, p protocols.Plan, step int, row protocols.Row) error {
	u, err := w.ask(ctx, p.(plan).unit)
	if err != nil {
		return err
	}
	w.plant.mu.Lock()
	defer w.plant.mu.Unlock()
	u.reads++
	row.Values[step] = tag.IntOf(u.value)
	return nil
}

func (w *wire) Write(ctx context.Context, p protocols.Point, v tag.Value) error {
	at := p.(point)
	u, err := w.ask(ctx, at.name)
	if err != nil {
		return err
	}
	w.plant.mu.Lock()
	defer w.plant.mu.Unlock()
	if u.refuse != nil {
		return &protocols.Refusal{Quality: tag.BadOutOfRange, Err: u.refuse}
	}
	if u.lost {
		return fault(protocols.ScopeUnit, tag.BadTimeout, "no answer to the write")
	}
	if u.deaf {
		return nil
	}
	u.value, _ = v.Int()
	u.writes = append(u.writes, at.tag)
	return nil
}

func (w *wire) ReadPoint(ctx context.Context, p protocols.Point) (tag.Value, error) {
	u, err := w.ask(ctx, p.(point).name)
	if err != nil {
		return tag.Value{}, err
	}
	w.plant.mu.Lock()
	defer w.plant.mu.Unlock()
	return tag.IntOf(u.value), nil
}

func (w *wire) Probe(ctx context.Context, d protocols.Device) error {
	_, err := w.ask(ctx, d.(*compiled).name)
	return err
}

// sendingWire is a connection to units that send by themselves.
type sendingWire struct{ *wire }

func (w sendingWire) Subscribe(ctx context.Context, d protocols.Device, deliver func(int, protocols.Row)) error {
	name := d.(*compiled).name
	line := make(chan protocols.Row, 10)
	w.plant.mu.Lock()
	w.plant.lines[name] = line
	w.plant.begun++
	boom := w.plant.panics
	w.plant.mu.Unlock()
	defer func() {
		w.plant.mu.Lock()
		defer w.plant.mu.Unlock()
		w.plant.ended++
	}()
	if boom {
		panic("a driver's defect")
	}
	for {
		select {
		case row := <-line:
			deliver(0, row)
		case <-w.cut:
			return fault(protocols.ScopeSession, tag.BadConnectionClosed, "connection closed")
		case <-w.closing:
			return fault(protocols.ScopeSession, tag.BadNotConnected, "closed here")
		case <-ctx.Done():
			return nil
		}
	}
}

// send has a unit send its tags a and b; a value that is absent has not changed.
func (p *plant) send(name string, origin tag.Origin, stamp int64, values ...tag.Value) {
	p.mu.Lock()
	defer p.mu.Unlock()
	row := protocols.Row{Values: values, Stamps: make([]int64, len(values)), Origin: origin}
	for i, v := range values {
		if v.Kind() != tag.Absent {
			row.Stamps[i] = stamp
		}
	}
	p.lines[name] <- row
}
