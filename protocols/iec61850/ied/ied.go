package ied

import (
	"context"
	"log/slog"
	"sync"

	"github.com/holdfast-edge/holdfast/protocols/conformance/faulty"
	"github.com/holdfast-edge/holdfast/protocols/iec61850/mms"
	"github.com/holdfast-edge/holdfast/protocols/iec61850/osi"
)

// IED is a running device. It may be used concurrently.
type IED struct {
	*faulty.Server
	options Options

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
	server, err := faulty.Listen(ctx, address, o.Logger)
	if err != nil {
		return nil, err
	}
	if o.MaxPDU == 0 {
		o.MaxPDU = 65000
	}
	if o.Outstanding == 0 {
		o.Outstanding = 5
	}
	d := &IED{
		Server: server, options: o, lists: map[mms.Name][]mms.Name{}, controls: map[mms.Name]*control{}, rcbs: map[mms.Name]*rcb{},
		clients: map[*client]struct{}{}, requests: map[mms.Service]int{},
	}
	server.Start(d.serve)
	return d, nil
}

// Requests returns how often a service was asked for.
func (d *IED) Requests(s mms.Service) int {
	d.mutex.Lock()
	defer d.mutex.Unlock()
	return d.requests[s]
}
