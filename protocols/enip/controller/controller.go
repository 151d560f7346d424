package controller

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"sync"
	"sync/atomic"

	"github.com/holdfast-edge/holdfast/protocols"
	"github.com/holdfast-edge/holdfast/protocols/enip/cip"
)

// Controller is a running controller. It may be used concurrently.
type Controller struct {
	listener net.Listener
	options  Options
	fault    atomic.Uint32
	stop     context.CancelFunc
	serving  sync.WaitGroup

	mutex     sync.Mutex
	memory    memory
	clients   map[*client]struct{}
	sessions  uint32
	numbers   uint32 // of the connections that were opened
	connected int    // connections that are open
	asked     map[cip.Service]int
}

// Options are what a controller is.
type Options struct {
	Identity cip.Identity
	Route    cip.Route // where it is, seen from its Ethernet module; the zero Route where it has the address itself

	LargestConnection int  // 0: it takes none; up to cip.MaxSmall: no large ones
	Connections       int  // how many it takes at once
	Alone             bool // it takes no several requests in one
	Old               bool // it does not tell External Access
	Logger            *slog.Logger
}

// Logix returns the options of a ControlLogix in slot 0.
func Logix(logger *slog.Logger) Options {
	return Options{
		Identity: cip.Identity{Vendor: 1, DeviceType: 14, ProductCode: 168, Major: 33, Minor: 11, Status: 0x0060, Serial: 0x00C0FFEE, Name: "1756-L83E/B"},
		Route:    cip.Backplane(0), LargestConnection: cip.LogixSize, Connections: 32, Logger: logger,
	}
}

// Micro returns the options of a Micro800.
func Micro(logger *slog.Logger) Options {
	return Options{
		Identity:          cip.Identity{Vendor: 1, DeviceType: 14, ProductCode: 190, Major: 12, Minor: 11, Status: 0x0060, Serial: 0x00BEEF00, Name: "2080-LC50-24QWB"},
		LargestConnection: cip.MaxSmall, Connections: 8, Old: true, Logger: logger,
	}
}

// Listen starts a controller on host:port. Port 0 takes a free one, which Address tells. ctx is for listening only: it runs
// until Close.
func Listen(ctx context.Context, address string, o Options) (*Controller, error) {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", address)
	if err != nil {
		return nil, fmt.Errorf("listen on %s: %w", address, err)
	}
	run, stop := context.WithCancel(context.Background())
	c := &Controller{
		listener: listener, options: o, stop: stop, memory: newMemory(), clients: map[*client]struct{}{}, asked: map[cip.Service]int{},
	}
	c.serving.Go(func() {
		if err := protocols.Accept(run, listener, c.serve); err != nil {
			o.Logger.Error("the controller takes no more connections", "error", err)
		}
	})
	return c, nil
}

// Address returns the host:port that it listens on.
func (c *Controller) Address() string { return c.listener.Addr().String() }

// Close stops listening, closes all connections, and returns when nothing is left behind.
func (c *Controller) Close() error {
	c.stop()
	c.Cut()
	c.serving.Wait()
	return nil
}

// Break switches a fault on, in the place of the one that there was; 0 heals.
func (c *Controller) Break(f Fault) {
	c.fault.Store(uint32(f))
	if f == Unreached {
		c.Cut()
	}
}

func (c *Controller) now() Fault { return Fault(c.fault.Load()) }

// Cut closes the connections of the network that there are; new ones are taken.
func (c *Controller) Cut() {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	for one := range c.clients {
		_ = one.line.Close() // whoever serves it ends with it
	}
}

// Forget loses all CIP connections, as a controller does that has restarted behind its Ethernet module: what is sent over them
// is not answered.
func (c *Controller) Forget() {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	for one := range c.clients {
		c.connected -= len(one.open)
		clear(one.open)
	}
}

// Connected returns how many CIP connections are open.
func (c *Controller) Connected() int {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	return c.connected
}

// Asked returns how often a service was asked for, within others, too.
func (c *Controller) Asked(s cip.Service) int {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	return c.asked[s]
}
