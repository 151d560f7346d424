package gateway

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"time"

	"github.com/holdfast-edge/holdfast/cluster/link"
	"github.com/holdfast-edge/holdfast/cluster/link/wire"
)

// comeBack is when a node that was turned away shall try again; it adds a spread of its own.
const comeBack = time.Second

// Session is link.Cloud's: a control stream, from its hello to its end.
func (g *Gateway) Session(stream link.ControlStream) error {
	ctx := stream.Context()
	if !g.Ready() { // there is nothing to ask the store for, which would not answer
		g.meter.TurnedAway.Add(1)
		return stream.Send(turnedAway(&wire.TurnedAway{Reason: errNoLease.Error(), RetryAfterMs: comeBack.Milliseconds()}))
	}
	site, leaf, err := g.admit(ctx)
	if err != nil {
		return g.notAdmitted(ctx, "session", err)
	}
	hello, err := greeting(ctx, stream)
	if err != nil {
		return err
	}
	version, err := g.o.Versions.Agree(link.Versions{Oldest: hello.GetOldest(), Newest: hello.GetNewest()})
	if err != nil {
		g.door.refuse(ctx, "session", remoteOf(ctx), fmt.Errorf("site %s: %w", site.Name, err))
		return stream.Send(turnedAway(&wire.TurnedAway{Reason: err.Error(), Permanent: true, RetryAfterMs: time.Minute.Milliseconds()}))
	}
	s, err := g.begin(ctx, site.Name, leaf, hello, version)
	if err != nil {
		g.meter.TurnedAway.Add(1)
		return stream.Send(turnedAway(&wire.TurnedAway{Reason: link.Cut(err.Error()), RetryAfterMs: comeBack.Milliseconds()}))
	}
	return g.hold(stream, s)
}

// notAdmitted writes down who was refused; that the store is away is nobody's fault.
func (g *Gateway) notAdmitted(ctx context.Context, what string, err error) error {
	status := statusOf(err)
	if isPermanent(status) {
		g.door.refuse(ctx, what, remoteOf(ctx), err)
	}
	return status
}

// errHello says that a stream did not begin with a hello.
var errHello = errors.New("a control stream begins with a hello")

// greeting waits for the hello.
func greeting(ctx context.Context, stream link.ControlStream) (*wire.Hello, error) {
	type first struct {
		m   *wire.FromNode
		err error
	}
	came := make(chan first, 1)
	go func() { // ends with the stream
		m, err := stream.Recv()
		came <- first{m, err}
	}()
	timer := time.NewTimer(link.HelloWithin)
	defer timer.Stop()
	select {
	case f := <-came:
		if f.err != nil {
			return nil, f.err
		}
		if h := f.m.GetHello(); h != nil {
			return h, nil
		}
		return nil, statusOf(errHello)
	case <-timer.C:
		return nil, statusOf(errHello)
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// errBusy says that as many sessions are being opened as may be.
var errBusy = errors.New("many sites connect at this moment")

// begin takes the site, within the bound of how many may be taken at once.
func (g *Gateway) begin(ctx context.Context, site string, leaf *x509.Certificate, hello *wire.Hello, version uint32) (*session, error) {
	select {
	case g.hellos <- struct{}{}:
	default:
		return nil, errBusy
	}
	defer func() { <-g.hellos }()
	ctx, cancel := context.WithTimeout(ctx, link.HelloWithin)
	defer cancel()
	taken, err := g.claims.take(ctx, site, nil, hello.GetEpoch())
	if err != nil {
		return nil, err
	}
	s := newSession(site, remoteOf(ctx), leaf.SerialNumber.Text(16), hello, version, taken, g.o.Now())
	if err := g.enter(ctx, s); err != nil {
		return nil, errors.Join(err, g.claims.release(ctx, taken))
	}
	return s, nil
}

// enter makes a session the one of its site, ends the one before, and has an actor.
func (g *Gateway) enter(ctx context.Context, s *session) error {
	g.mu.Lock()
	before := g.sessions[s.site]
	if before != nil && before.claim.Load().Epoch > s.claim.Load().Epoch {
		g.mu.Unlock()
		return errTaken // two hellos of one site, and the later one was faster
	}
	g.sessions[s.site] = s
	g.mu.Unlock()
	if before != nil {
		before.end(&wire.TurnedAway{Reason: "the site has opened another session"})
	}
	g.meter.Sessions.Add(1)
	return g.actor(ctx, s)
}

// hold serves a session until it ends.
func (g *Gateway) hold(stream link.ControlStream, s *session) error {
	ctx, cancel := context.WithCancel(stream.Context())
	read := make(chan error, 1)
	go func() { read <- g.read(ctx, stream, s) }()
	err := s.write(stream)
	cancel()
	s.end(nil)
	g.leave(s)
	if err != nil {
		<-read //nolint:errcheck // the stream has ended, and so has its reading
	}
	return err
}

// read hands what the node says to the site's actor, as fast as that takes it.
func (g *Gateway) read(ctx context.Context, stream link.ControlStream, s *session) error {
	for {
		m, err := stream.Recv()
		if err != nil {
			s.end(nil)
			return err
		}
		if r := m.GetReply(); r != nil {
			s.answer(r)
			continue
		}
		if err := g.tell(ctx, s.site, received{s, m}); err != nil {
			s.end(&wire.TurnedAway{Reason: "this member stops", RetryAfterMs: comeBack.Milliseconds()})
			return err
		}
	}
}

// leave forgets a session and gives its site up.
func (g *Gateway) leave(s *session) {
	g.mu.Lock()
	own := g.sessions[s.site] == s
	if own {
		delete(g.sessions, s.site)
	}
	g.mu.Unlock()
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	if err := g.tell(ctx, s.site, closed{s}); err != nil {
		g.o.Logger.Debug("the actor of a site was not told that its session ended", "site", s.site, "error", err)
	}
	if !own {
		return
	}
	if err := g.claims.release(ctx, *s.claim.Load()); err != nil {
		g.o.Logger.Debug("a site was not given up in the store; the lease will", "site", s.site, "error", err)
	}
}

// elsewhere is when a node that is let go shall dial another member.
const elsewhere = 100 * time.Millisecond

// endAll ends every session; the nodes come back to other members spread over a time.
func (g *Gateway) endAll(reason string, over time.Duration) {
	g.mu.Lock()
	list := make([]*session, 0, len(g.sessions))
	for _, s := range g.sessions {
		list = append(list, s)
	}
	g.mu.Unlock()
	for i, s := range list {
		wait := elsewhere + over*time.Duration(i)/time.Duration(len(list))
		s.end(&wire.TurnedAway{Reason: reason, RetryAfterMs: wait.Milliseconds()})
	}
}
