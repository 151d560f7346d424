package endpoint

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/holdfast-edge/holdfast/protocols"
	"github.com/holdfast-edge/holdfast/supervisor"
	"github.com/holdfast-edge/holdfast/tag"
)

// sessionPolicy redials with growing waits and for ever: a device that is away
// for a month is no reason to restart anything else.
func sessionPolicy() supervisor.Policy {
	return supervisor.Policy{
		Floor: 100 * time.Millisecond, Cap: 10 * time.Second, Jitter: supervisor.EqualJitter,
		Healthy: 10 * time.Second, Slow: time.Minute,
	}
}

func sessionSpec(env Env, c Config) supervisor.Spec {
	return supervisor.Spec{
		Name: "session", Kind: "session", Policy: sessionPolicy(),
		New: func() actor.Actor { return &session{env: env, config: c} },
	}
}

// session owns the connection, through its goroutines, one for the lanes, one for
// a browse and, where the device sends by itself, one for each subscription: it
// lives as long as one connection does, and its restart is the redial.
type session struct {
	env           Env
	config        Config
	said          bool                          // the endpoint has been told of the end
	source        protocols.Subscriber          // nil: there is none, or the devices are polled
	subscriptions map[string]context.CancelFunc // by the device's path
	browser       protocols.Browser             // nil: there is none, or the device cannot tell what it has
	asker         *actor.PID                    // whose browse is running; nil: none is
}

// Receive is the actor.
func (s *session) Receive(ctx actor.Context) {
	switch msg := ctx.Message().(type) {
	case *actor.Started:
		supervisor.Report(ctx, "connecting", "")
		self := ctx.Self()
		supervisor.Go(ctx, "connection", func(c context.Context) error { return s.run(c, self) })
	case *sessionOpened:
		supervisor.Report(ctx, "open", "")
		supervisor.Healthy(ctx) // a unit that breaks it again and again is demoted, not the session
		s.source, _ = msg.connection.(protocols.Subscriber)
		s.browser, _ = msg.connection.(protocols.Browser)
		ctx.Send(ctx.Parent(), msg)
	case *subscribe:
		s.subscribe(ctx, msg)
	case *unsubscribe:
		s.unsubscribe(msg.pid)
	case *Browse:
		s.browse(ctx, msg)
	case *browseEnded:
		s.browseEnded(ctx, msg.browsed)
	case supervisor.GoFailed:
		s.lost(ctx, protocols.QualityOf(msg.Err), msg.Err.Error())
		supervisor.Fail(ctx, cause(msg.Err))
	case *actor.Stopping, *actor.Restarting:
		s.browseEnded(ctx, &Browsed{Err: fmt.Errorf("%w: %w", ErrAway, errSessionGone)})
		s.lost(ctx, tag.BadNotConnected, "the session was stopped")
	}
}

// lost tells the endpoint, once.
func (s *session) lost(ctx actor.Context, q tag.Quality, reason string) {
	if !s.said {
		s.said = true
		ctx.Send(ctx.Parent(), &sessionLost{quality: q, reason: reason})
	}
}

// run is one connection from dial to close. It returns the fault that ended it.
func (s *session) run(ctx context.Context, self *actor.PID) error {
	d := s.config.Device
	open, err := s.config.Driver.Dial(ctx, protocols.Endpoint{
		URL: d.Endpoint.Parsed(), Options: d.EndpointOptions,
		Logger: s.env.Logger.With("endpoint", Name(d)), Tap: s.env.tap(Name(d)),
	})
	if err != nil {
		return err
	}
	defer closeQuietly(open)
	defer context.AfterFunc(ctx, func() { closeQuietly(open) })()

	work := &server{session: open, lanes: newLanes(), now: s.env.Now, tell: func(to *actor.PID, m any) {
		_ = s.env.System.SendWait(ctx, to, m) // fails only when the device or the session is stopping
	}}
	opened := &sessionOpened{lanes: work.lanes, connection: open}
	if _, sends := open.(protocols.Subscriber); sends {
		opened.source = self
	}
	if _, tells := open.(protocols.Browser); tells {
		opened.browser = self
	}
	if err := s.env.System.SendWait(ctx, self, opened); err != nil {
		return err
	}
	return work.serve(ctx)
}

// closeQuietly closes a connection that is given up: how it closes is of no
// interest any more.
func closeQuietly(s protocols.Session) { _ = s.Close() }

// cause marks a fault that dialling again cannot cure.
func cause(err error) error {
	if f, ok := errors.AsType[*protocols.Fault](err); ok && f.Permanent {
		return supervisor.Permanent(err)
	}
	return err
}
