package simulator

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/holdfast-edge/holdfast/protocols/modbus/faultline"
	"github.com/holdfast-edge/holdfast/protocols/modbus/slave"
)

// Options are what a plant is made of.
type Options struct {
	Address string        // host:port to listen on; port 0 takes a free one
	Units   int           // numbered from 1, at most 247
	Waves   int           // moving registers of each unit beside those of the vessel
	Tick    time.Duration // how often values move; 0: only when Step is called
	Logger  *slog.Logger
}

// Plant is a running endpoint with its units.
type Plant struct {
	slave   *slave.Slave
	line    *faultline.Line
	vessels []vessel

	cancel context.CancelFunc
	ended  chan struct{}
}

const maxUnits = 247 // SL §2.2

// Start starts a plant. ctx is for starting only: the plant runs until Close.
func Start(ctx context.Context, o Options) (*Plant, error) {
	if o.Units < 1 || o.Units > maxUnits {
		return nil, fmt.Errorf("%d units: want 1 to %d", o.Units, maxUnits)
	}
	server, err := slave.Listen(ctx, "127.0.0.1:0", o.Logger)
	if err != nil {
		return nil, err
	}
	line, err := faultline.Listen(ctx, o.Address, server.Address(), o.Logger)
	if err != nil {
		return nil, errors.Join(err, server.Close())
	}
	p := &Plant{slave: server, line: line, vessels: make([]vessel, o.Units), ended: make(chan struct{})}
	for i := range p.vessels {
		p.vessels[i] = newVessel(i)
		server.Put(byte(i+1), slave.NewUnit(slave.Sizes{
			Coils: 16, Discretes: 16, Inputs: Waves + o.Waves, Holdings: Waves + o.Waves,
		}))
	}
	p.Step()
	ctx, p.cancel = context.WithCancel(context.WithoutCancel(ctx))
	go p.run(ctx, o.Tick)
	return p, nil
}

// run moves the values until Close.
func (p *Plant) run(ctx context.Context, tick time.Duration) {
	defer close(p.ended)
	if tick <= 0 {
		return
	}
	ticker := time.NewTicker(tick)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
			p.Step()
		case <-ctx.Done():
			return
		}
	}
}

// Step moves all values on by one tick, from wherever clients have left the valves. It is for plants without a tick of
// their own.
func (p *Plant) Step() {
	for i := range p.vessels {
		v := &p.vessels[i]
		p.Unit(i + 1).Change(func(_, discretes []bool, inputs, holdings []uint16) {
			v.step(int(holdings[Valve]))
			v.fill(inputs)
			v.fill(holdings)
			discretes[0] = v.temperature >= alarm
		})
	}
}

// Address returns the host:port that clients connect to.
func (p *Plant) Address() string { return p.line.Address() }

// Line returns the line to the units, to break it.
func (p *Plant) Line() *faultline.Line { return p.line }

// Unit returns a unit by its number from 1; nil where there is none.
func (p *Plant) Unit(number int) *slave.Unit { return p.slave.Unit(byte(number)) }

// Units returns how many units there are.
func (p *Plant) Units() int { return len(p.vessels) }

// Close ends the plant and waits for its goroutines.
func (p *Plant) Close() error {
	p.cancel()
	<-p.ended
	return errors.Join(p.line.Close(), p.slave.Close())
}
