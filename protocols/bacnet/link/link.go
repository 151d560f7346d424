package link

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"sync"
	"syscall"
	"time"

	"github.com/holdfast-edge/holdfast/protocols"
	"github.com/holdfast-edge/holdfast/protocols/bacnet/wire"
	"github.com/holdfast-edge/holdfast/supervisor"
)

// Peer is a device: a socket, and where it is behind that.
type Peer struct {
	Socket  netip.AddrPort
	Address wire.Address
}

// Options are what a link needs.
type Options struct {
	Far     string        // host:port of the device, the router, or the BBMD
	Local   string        // host:port of this end; empty: any
	Foreign time.Duration // Far is a BBMD, to be registered at as a foreign device for so long at a time; 0: it is not
	Timeout time.Duration // of the registration
	Tap     protocols.Tap // may be nil
	Logger  *slog.Logger

	// Handle is told what devices send by themselves, on the goroutine that receives: it does not wait. Its answer to a
	// confirmed request is sent; nil is none.
	Handle func(from Peer, a *wire.APDU) *wire.APDU
}

var (
	// ErrNoAnswer says that no answer came in time.
	ErrNoAnswer = errors.New("the device does not answer in time")

	// ErrClosed says that the link was closed.
	ErrClosed = errors.New("the link is closed")
)

// Unreachable says that a request did not get to the device: a router, or the network, says so.
type Unreachable struct{ Err error }

// Error says why.
func (u *Unreachable) Error() string { return u.Err.Error() }

// Unwrap returns the cause.
func (u *Unreachable) Unwrap() error { return u.Err }

// Link is open until it is closed, or until its socket fails. It may be used concurrently.
type Link struct {
	options Options
	conn    *net.UDPConn
	far     netip.AddrPort
	running sync.WaitGroup
	stop    context.CancelFunc
	done    chan struct{}

	mutex   sync.Mutex
	err     error // why it is done
	calls   map[key]*call
	invoke  uint8
	rested  map[key]time.Time // when the ids of requests that got no answer may be used again
	results chan uint16       // of the registration
}

// key tells requests apart.
type key struct {
	peer   Peer
	invoke uint8
}

// Open opens a link. Where there is a BBMD it returns when that has registered this end.
func Open(ctx context.Context, o Options) (*Link, error) {
	far, err := resolve(ctx, o.Far)
	if err != nil {
		return nil, err
	}
	conn, err := open(ctx, o, far)
	if err != nil {
		return nil, err
	}
	within, stop := context.WithCancel(context.WithoutCancel(ctx))
	l := &Link{
		options: o, conn: conn, far: far, stop: stop, done: make(chan struct{}),
		calls: map[key]*call{}, rested: map[key]time.Time{}, results: make(chan uint16, 1),
	}
	l.note(protocols.Opened, nil)
	l.running.Go(func() { l.guarded(l.receive) })
	if o.Foreign > 0 {
		if err := l.register(ctx); err != nil {
			l.Close()
			return nil, err
		}
		l.running.Go(func() { l.guarded(func() { l.stayRegistered(within) }) })
	}
	return l, nil
}

// guarded runs a goroutine whose panic ends the link.
func (l *Link) guarded(run func()) {
	if panicked := supervisor.Guard(run); panicked != nil {
		l.end(fmt.Errorf("%w: %w", ErrClosed, panicked))
	}
}

// resolve returns the IPv4 socket of host:port.
func resolve(ctx context.Context, address string) (netip.AddrPort, error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return netip.AddrPort{}, err
	}
	n, err := net.DefaultResolver.LookupPort(ctx, "udp", port)
	if err != nil {
		return netip.AddrPort{}, err
	}
	addresses, err := net.DefaultResolver.LookupNetIP(ctx, "ip4", host)
	if err != nil {
		return netip.AddrPort{}, fmt.Errorf("BACnet/IP needs an IPv4 address: %w", err)
	}
	return netip.AddrPortFrom(addresses[0].Unmap(), uint16(n)), nil
}

// open opens the socket. One that talks to one far end is connected: then the kernel keeps others' datagrams away, tells
// that nobody listens there, and lets sockets with other far ends have the same local port.
func open(ctx context.Context, o Options, far netip.AddrPort) (*net.UDPConn, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	shared := func(_, _ string, raw syscall.RawConn) (err error) {
		if o.Local == "" {
			return nil
		}
		controlled := raw.Control(func(fd uintptr) {
			err = syscall.SetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_REUSEADDR, 1)
		})
		return errors.Join(controlled, err)
	}
	if o.Foreign > 0 {
		local := o.Local
		if local == "" {
			local = ":0"
		}
		conn, err := (&net.ListenConfig{}).ListenPacket(ctx, "udp4", local)
		if err != nil {
			return nil, err
		}
		return conn.(*net.UDPConn), nil
	}
	dialer := net.Dialer{Control: shared}
	if o.Local != "" {
		local, err := net.ResolveUDPAddr("udp4", o.Local)
		if err != nil {
			return nil, err
		}
		dialer.LocalAddr = local
	}
	conn, err := dialer.DialContext(ctx, "udp4", far.String())
	if err != nil {
		return nil, err
	}
	return conn.(*net.UDPConn), nil
}

// Far returns the device at the other end of the link itself.
func (l *Link) Far() Peer { return Peer{Socket: l.far} }

// note tells the tap.
func (l *Link) note(n protocols.Note, octets []byte) {
	if l.options.Tap != nil {
		l.options.Tap.Note(n, octets)
	}
}

// write sends a datagram. What the network said of one before is no reason not to send this one.
func (l *Link) write(to netip.AddrPort, datagram []byte) (err error) {
	l.note(protocols.Sent, datagram)
	for range 2 {
		if l.options.Foreign > 0 {
			_, err = l.conn.WriteToUDPAddrPort(datagram, to)
		} else {
			_, err = l.conn.Write(datagram)
		}
		if !isOfNetwork(err) {
			break
		}
	}
	return err
}

// isOfNetwork reports whether an error of a socket is what the network said of a datagram that was sent before.
func isOfNetwork(err error) bool {
	return errors.Is(err, syscall.ECONNREFUSED) || errors.Is(err, syscall.EHOSTUNREACH) || errors.Is(err, syscall.ENETUNREACH)
}

// send sends an APDU.
func (l *Link) send(to Peer, a *wire.APDU) error {
	p := wire.Packet{
		Function: wire.OriginalUnicast, Message: wire.NoMessage, To: to.Address,
		Replies: a.Kind == wire.ConfirmedRequest || a.Kind == wire.ComplexACK && a.Segmented, Body: a.Append(nil),
	}
	return l.write(to.Socket, p.Append(nil))
}

// Tell sends an unconfirmed request. To everywhere it goes as a broadcast: through the BBMD where there is one.
func (l *Link) Tell(to Peer, service wire.Service, body []byte) error {
	a := wire.APDU{Kind: wire.UnconfirmedRequest, Service: service, Body: body}
	p := wire.Packet{Function: wire.OriginalUnicast, Message: wire.NoMessage, To: to.Address, Body: a.Append(nil)}
	if to.Address.Network == wire.Everywhere && l.options.Foreign > 0 {
		p.Function = wire.DistributeToAll
	}
	return l.write(to.Socket, p.Append(nil))
}

// Post sends a confirmed request whose answer is of no interest.
func (l *Link) Post(to Peer, service wire.Service, body []byte) error {
	l.mutex.Lock()
	k := l.free(to, time.Now())
	l.rest(k, time.Now())
	l.mutex.Unlock()
	return l.send(to, request(k.invoke, service, body))
}

func request(invoke uint8, service wire.Service, body []byte) *wire.APDU {
	return &wire.APDU{
		Kind: wire.ConfirmedRequest, Accepts: true, Limits: wire.OwnLimits, Invoke: invoke, Service: service, Body: body,
	}
}

// Close closes the socket and returns when nothing of the link is left.
func (l *Link) Close() {
	l.end(ErrClosed)
	l.running.Wait()
}

// end ends the link, once.
func (l *Link) end(err error) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	if l.err != nil {
		return
	}
	l.err = err
	l.stop()
	close(l.done)
	_ = l.conn.Close()
	l.note(protocols.Closed, nil)
}

// Err returns why the link is done.
func (l *Link) Err() error {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	return l.err
}

// Done is closed when the link is.
func (l *Link) Done() <-chan struct{} { return l.done }
