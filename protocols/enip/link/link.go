package link

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"time"

	"github.com/holdfast-edge/holdfast/protocols"
	"github.com/holdfast-edge/holdfast/protocols/enip/cip"
	"github.com/holdfast-edge/holdfast/protocols/enip/encap"
)

// Link is an open session with a device. Its calls may be made concurrently: one waits for the other.
type Link struct {
	conn    protocols.Transport
	options Options
	turn    chan struct{} // holds one while nobody exchanges
	session uint32
	context uint64 // of the newest request without a connection
	silent  int    // exchanges in a row without an octet received

	wanted   int       // the size of a connection; 0: none is wanted
	due      time.Time // when a refused one is asked for again
	open     *open     // nil while there is none
	serial   uint16    // of the newest connection
	sequence uint16    // of the newest request over a connection
	resting  int       // the capacity while there is no connection

	out, in  []byte
	from, to int // what of in is received and not yet taken
}

// Options are what a link is opened with.
type Options struct {
	Logger     *slog.Logger
	Originator uint32 // what names this side among all that open connections to the device
	Serial     uint16 // the number of the connection before the first
}

// NewOptions returns options that differ each time, so that a connection is never taken for one that was left behind.
func NewOptions(logger *slog.Logger) Options {
	return Options{Logger: logger, Originator: rand.Uint32(), Serial: uint16(rand.Uint32())} //nolint:gosec // a name, no secret
}

// open is a CIP connection.
type open struct {
	cip.Connection

	used time.Time // when it was last answered over
}

// Failure is why a request was not answered.
type Failure struct {
	Broken bool // only Close may follow
	Sent   bool // the request may have reached the device
	Err    error
}

// Error describes what failed.
func (f *Failure) Error() string { return f.Err.Error() }

// Unwrap returns the cause.
func (f *Failure) Unwrap() error { return f.Err }

var (
	// ErrNoAnswer says that the device did not answer in time. It may have done what was asked.
	ErrNoAnswer = errors.New("no answer in time")

	// errSilent ends a link on which nothing at all was received for several exchanges.
	errSilent = errors.New("nothing received for several requests")

	// errHalfFrame ends a link whose peer stopped in the middle of a frame.
	errHalfFrame = errors.New("half a frame, then silence")
)

const (
	vendor      = 0x4846          // nobody's: this program has no number of its own
	direction   = 0x48460001      // the number of a connection's direction to this side: one is open at a time
	interval    = 2 * time.Second // of a connection
	multiplier  = 3               // it ends after 32 intervals without a packet
	idle        = 45 * time.Second
	again       = time.Minute // until a refused connection is asked for once more
	silentLimit = 3
)

// Unconnected is the capacity without a connection: what every device passes on, the way and all.
const Unconnected = 460

// Open registers a session on a connection, which the link then owns, also where it fails. An error is a *Failure.
func Open(ctx context.Context, conn protocols.Transport, timeout time.Duration, o Options) (*Link, error) {
	l := &Link{
		conn: conn, options: o, turn: make(chan struct{}, 1), serial: o.Serial, resting: Unconnected, in: make([]byte, 8192),
	}
	l.turn <- struct{}{}
	data, err := l.plain(ctx, timeout, encap.RegisterSession, []byte{1, 0, 0, 0})
	if err == nil && len(data) < 4 {
		err = &Failure{Broken: true, Sent: true, Err: fmt.Errorf("%w: no session", encap.ErrFrame)}
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("register a session: %w", err), l.Close())
	}
	return l, nil
}

// Identify asks the device itself what it is (Vol. 2 §2-4.2).
func (l *Link) Identify(ctx context.Context, timeout time.Duration) (cip.Identity, error) {
	data, err := l.plain(ctx, timeout, encap.ListIdentity, nil)
	if err != nil {
		return cip.Identity{}, err
	}
	identity, err := encap.Identity(data)
	if err != nil {
		return cip.Identity{}, &Failure{Sent: true, Err: err}
	}
	return cip.ParseListed(identity)
}

// plain exchanges a frame that carries no CIP message.
func (l *Link) plain(ctx context.Context, timeout time.Duration, command encap.Command, data []byte) ([]byte, error) {
	if err := l.enter(ctx); err != nil {
		return nil, err
	}
	defer l.leave()
	l.context++
	header := encap.Header{Command: command, Session: l.session, Context: l.context}
	f, err := l.exchange(ctx, timeout, encap.Frame{Header: header, Data: data}, func(f encap.Frame) bool { return f.Context == header.Context })
	if err != nil {
		return nil, err
	}
	if command == encap.RegisterSession {
		l.session = f.Session
	}
	return bytes.Clone(f.Data), nil
}

// enter waits for this call's turn.
func (l *Link) enter(ctx context.Context) error {
	select {
	case <-l.turn:
		return nil
	case <-ctx.Done():
		return &Failure{Err: context.Cause(ctx)}
	}
}

func (l *Link) leave() { l.turn <- struct{}{} }

// Do has a service of the controller done that route leads to, and returns what it answered: a refusal is an answer. An
// error is a *Failure.
func (l *Link) Do(ctx context.Context, timeout time.Duration, route cip.Route, request []byte) (cip.Reply, error) {
	if err := l.enter(ctx); err != nil {
		return cip.Reply{}, err
	}
	defer l.leave()
	if err := l.ready(ctx, timeout, route); err != nil {
		return cip.Reply{}, err
	}
	if len(request) > l.resting {
		return cip.Reply{}, &Failure{Err: fmt.Errorf("a request of %d octets, and the connection has become one of %d", len(request), l.resting)}
	}
	if l.open != nil {
		return l.connected(ctx, timeout, request)
	}
	if !route.IsZero() {
		request = cip.AppendUnconnectedSend(nil, request, route)
	}
	return l.unconnected(ctx, timeout, request)
}

// unconnected exchanges a message without a connection.
func (l *Link) unconnected(ctx context.Context, timeout time.Duration, message []byte) (cip.Reply, error) {
	l.context++
	header := encap.Header{Command: encap.SendRRData, Session: l.session, Context: l.context}
	f, err := l.exchange(ctx, timeout, encap.Frame{Header: header, Data: encap.AppendUnconnected(nil, message)}, func(f encap.Frame) bool {
		return f.Context == header.Context
	})
	if err != nil {
		return cip.Reply{}, err
	}
	answer, err := encap.Unconnected(f.Data)
	if err != nil {
		return cip.Reply{}, &Failure{Broken: true, Sent: true, Err: err}
	}
	return replyOf(answer, message)
}

// connected exchanges a message over the connection, which is lost where it is not answered.
func (l *Link) connected(ctx context.Context, timeout time.Duration, message []byte) (cip.Reply, error) {
	c := l.open
	l.sequence++
	request := encap.Connected{Connection: c.ToTarget, Sequence: l.sequence, Message: message}
	var answer []byte
	header := encap.Header{Command: encap.SendUnitData, Session: l.session}
	_, err := l.exchange(ctx, timeout, encap.Frame{Header: header, Data: encap.AppendConnected(nil, request)}, func(f encap.Frame) bool {
		if f.Status != 0 {
			return true
		}
		reply, err := encap.ParseConnected(f.Data)
		answer = reply.Message
		return err == nil && reply.Connection == c.ToOriginator && reply.Sequence == l.sequence
	})
	if err != nil {
		l.open = nil
		return cip.Reply{}, err
	}
	c.used = time.Now()
	return replyOf(answer, message)
}

// replyOf reads the answer to a message, which is one to its service, or to that within it which was passed on.
func replyOf(answer, message []byte) (cip.Reply, error) {
	r, err := cip.ParseReply(bytes.Clone(answer))
	if err == nil && r.Service != cip.Service(message[0]) && !passedOn(message, r.Service) {
		err = fmt.Errorf("%w: a reply to service 0x%02X for one to 0x%02X", cip.ErrMessage, byte(r.Service), message[0])
	}
	if err != nil {
		return r, &Failure{Broken: true, Sent: true, Err: err}
	}
	return r, nil
}

// passedOn reports whether a message has one of the service within it.
func passedOn(message []byte, s cip.Service) bool {
	outer, err := cip.ParseRequest(message)
	if err != nil || outer.Service != cip.UnconnectedSend || !bytes.Equal(outer.Path, cip.AppendObject(nil, cip.ManagerClass, 1)) {
		return false
	}
	inner, _, err := cip.ParseUnconnectedSend(outer.Data)
	return err == nil && len(inner) > 0 && cip.Service(inner[0]) == s
}

// Close ends the session and releases the connection. It may be called at any time, and more than once.
func (l *Link) Close() error {
	select {
	case <-l.turn:
		l.farewell()
		l.leave()
	default: // an exchange is running, and ends with the connection
	}
	if err := l.conn.Close(); err != nil && !isClosed(err) {
		return err
	}
	return nil
}

// farewell tells the device that the session ends. Nobody waits for an answer: with the connection all of it ends.
func (l *Link) farewell() {
	if l.session == 0 || l.conn.SetDeadline(time.Now().Add(lastWord)) != nil {
		return
	}
	frame := encap.Append(nil, encap.Frame{Header: encap.Header{Command: encap.UnregisterSession, Session: l.session}})
	l.session = 0
	_, _ = l.conn.Write(frame) // whoever does not take it learns of the end by the connection's
}

// lastWord is how long a farewell may take.
const lastWord = 100 * time.Millisecond
