package bacnet

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/holdfast-edge/holdfast/protocols"
	"github.com/holdfast-edge/holdfast/protocols/bacnet/link"
	"github.com/holdfast-edge/holdfast/protocols/bacnet/wire"
)

// session is a socket, and the devices behind it.
type session struct {
	link    *link.Link
	options *EndpointOptions
	logger  *slog.Logger

	mutex   sync.Mutex
	watches map[watched]*watch
	known   map[uint32]*peer // devices that were met, by instance
	finding []finding
	refused uint64 // subscriptions
	lost    uint64 // notifications
}

var _ protocols.Browser = (*session)(nil)

func newSession(o *EndpointOptions, e protocols.Endpoint) *session {
	return &session{
		options: o, logger: e.Logger, watches: map[watched]*watch{}, known: map[uint32]*peer{},
	}
}

// hear takes what devices send by themselves, on the goroutine of the link.
func (s *session) hear(from link.Peer, a *wire.APDU) *wire.APDU {
	switch {
	case a.Kind == wire.UnconfirmedRequest && a.Service == wire.IAm:
		s.identified(from, a.Body)
	case a.Kind == wire.UnconfirmedRequest && a.Service == wire.UnconfirmedCOV:
		s.notified(from, a.Body)
	case a.Kind == wire.ConfirmedRequest && a.Service == wire.ConfirmedCOV:
		if s.notified(from, a.Body) {
			return &wire.APDU{Kind: wire.SimpleACK, Service: a.Service}
		}
		return refusing(a.Service, 5, wire.UnknownSubscription)
	case a.Kind == wire.ConfirmedRequest:
		return &wire.APDU{Kind: wire.RejectPDU, Service: wire.RejectUnknownService}
	}
	return nil
}

// refusing returns an Error.
func refusing(s wire.Service, class, code uint64) *wire.APDU {
	body := wire.AppendValue(nil, wire.Value{Type: wire.Enumerated, Number: class})
	return &wire.APDU{Kind: wire.ErrorPDU, Service: s, Body: wire.AppendValue(body, wire.Value{Type: wire.Enumerated, Number: code})}
}

// question is a request to a device.
type question struct {
	doing   string
	service wire.Service
	body    []byte
	once    bool // it must not be sent twice
	extra   bool // whether the device answers it says nothing about the device
}

// ask asks a device that was met. That it does not answer is a reason to meet it anew: it may have been started again, and
// know nothing of its subscriptions.
func (s *session) ask(ctx context.Context, d *device, q question) ([]byte, error) {
	r := link.Request{To: d.peer.Peer, Service: q.service, Body: q.body, Timeout: d.options.Timeout, Retries: d.options.Retries}
	if q.once {
		r.Retries = 0
	}
	body, sent, err := s.link.Ask(ctx, r)
	if _, refused := isRefusal(err); err != nil && !refused {
		if !q.extra {
			d.peer = nil
			s.lapse(r.To)
		}
		return nil, errorOf(q.doing, sent, err)
	}
	d.heard = time.Now()
	return body, err
}

// Probe is described at protocols.Session: the device is met anew.
func (s *session) Probe(ctx context.Context, of protocols.Device) error {
	d := of.(*device)
	d.in(s)
	d.peer = nil
	return s.meet(ctx, d, true)
}

// Close is described at protocols.Session.
func (s *session) Close() error {
	if s.link.Err() == nil {
		s.unsubscribe()
	}
	s.link.Close()
	return nil
}
