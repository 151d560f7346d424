package controller

import (
	"context"
	"log/slog"
	"sync"

	"github.com/holdfast-edge/holdfast/protocols/conformance/faulty"
	"github.com/holdfast-edge/holdfast/protocols/enip/cip"
)

// Controller is a running controller. It may be used concurrently.
type Controller struct {
	*faulty.Server
	options Options

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
	server, err := faulty.Listen(ctx, address, o.Logger)
	if err != nil {
		return nil, err
	}
	c := &Controller{Server: server, options: o, memory: newMemory(), clients: map[*client]struct{}{}, asked: map[cip.Service]int{}}
	server.Start(c.serve)
	return c, nil
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
