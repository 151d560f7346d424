package ied

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"sync"
	"sync/atomic"

	"github.com/holdfast-edge/holdfast/protocols"
	"github.com/holdfast-edge/holdfast/protocols/iec61850/mms"
	"github.com/holdfast-edge/holdfast/protocols/iec61850/osi"
)

// IED is a running device. It may be used concurrently.
type IED struct {
	listener net.Listener
	options  Options
	fault    atomic.Uint32
	stop     context.CancelFunc
	serving  sync.WaitGroup

	mutex    sync.Mutex
	root     node
	lists    map[mms.Name][]mms.Name
	controls map[mms.Name]*control
	rcbs     map[mms.Name]*rcb
	clients  map[*client]struct{}
	requests map[mms.Service]int
}

// Options are what a device is run with.
type Options struct {
	osi.Party       // that it is known by; what is empty is not compared
	MaxPDU      int // octets of a PDU; 0: 65000
	Outstanding int // requests at a time; 0: 5
	Names       int // how many names it tells at once; 0: all that go into a PDU
	Logger      *slog.Logger
}

// Listen starts a device on host:port. Port 0 takes a free one, which Address tells. ctx is for listening only: it runs until
// Close.
func Listen(ctx context.Context, address string, o Options) (*IED, error) {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", address)
	if err != nil {
		return nil, fmt.Errorf("listen on %s: %w", address, err)
	}
	if o.MaxPDU == 0 {
		o.MaxPDU = 65000
	}
	if o.Outstanding == 0 {
		o.Outstanding = 5
	}
	run, stop := context.WithCancel(context.Background())
	d := &IED{
		listener: listener, options: o, stop: stop, lists: map[mms.Name][]mms.Name{}, controls: map[mms.Name]*control{}, rcbs: map[mms.Name]*rcb{},
		clients: map[*client]struct{}{}, requests: map[mms.Service]int{},
	}
	d.serving.Go(func() {
		if err := protocols.Accept(run, listener, d.serve); err != nil {
			o.Logger.Error("the device takes no more connections", "error", err)
		}
	})
	return d, nil
}

// Address returns the host:port that it listens on.
func (d *IED) Address() string { return d.listener.Addr().String() }

// Close stops listening, closes all connections, and returns when nothing is left behind.
func (d *IED) Close() error {
	d.stop()
	d.Cut()
	d.serving.Wait()
	return nil
}

// Cut closes the connections that there are.
func (d *IED) Cut() {
	d.mutex.Lock()
	defer d.mutex.Unlock()
	for c := range d.clients {
		_ = c.line.Close()
	}
}

// Break switches a fault on, in the place of the one that there was; 0 heals.
func (d *IED) Break(f Fault) {
	d.fault.Store(uint32(f))
	if f == Unreached {
		d.Cut()
	}
}

func (d *IED) now() Fault { return Fault(d.fault.Load()) }

// Requests returns how often a service was asked for.
func (d *IED) Requests(s mms.Service) int {
	d.mutex.Lock()
	defer d.mutex.Unlock()
	return d.requests[s]
}
