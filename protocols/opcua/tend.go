package opcua

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/gopcua/opcua/id"
	"github.com/gopcua/opcua/ua"

	"github.com/holdfast-edge/holdfast/protocols"
	"github.com/holdfast-edge/holdfast/supervisor"
)

// tend starts the goroutine that keeps the session alive while nobody asks anything, and the channel's keys fresh. It
// ends with Close, or with the channel, which it breaks where the server does not answer.
func (s *session) tend(timeout time.Duration) {
	ctx, stop := context.WithCancel(context.Background())
	s.stop = stop
	s.heard.Store(time.Now().UnixNano())
	s.tended.Go(func() {
		var err error
		if panicked := supervisor.Guard(func() { err = s.tending(ctx, timeout) }); panicked != nil {
			err = panicked
		}
		if err != nil {
			s.channel.Break(err)
		}
	})
}

// tending is tend without its end. A third of what the server waits for leaves room for two attempts.
func (s *session) tending(ctx context.Context, timeout time.Duration) error {
	silence := timeout / 3
	for {
		idle := time.Unix(0, s.heard.Load()).Add(silence)
		renewal := s.channel.RenewAt()
		if !s.sleepUntil(ctx, earlier(idle, renewal)) {
			return nil
		}
		now := time.Now()
		if !now.Before(renewal) {
			if err := s.channel.Renew(ctx, s.options.RequestTimeout); err != nil && ctx.Err() == nil {
				return fmt.Errorf("renew the keys: %w", err)
			}
		}
		if now.Sub(time.Unix(0, s.heard.Load())) < silence {
			continue
		}
		if err := s.alive(ctx); err != nil && protocols.FaultOf(err).Scope == protocols.ScopeSession {
			return err
		}
	}
}

// sleepUntil waits, and reports whether the session goes on.
func (s *session) sleepUntil(ctx context.Context, at time.Time) bool {
	timer := time.NewTimer(time.Until(at))
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-s.channel.Broken():
		return false
	case <-ctx.Done():
		return false
	}
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// alive asks the server for its state, which it always has.
func (s *session) alive(ctx context.Context) error {
	_, err := s.ask(ctx, "ask for the server's state", &ua.ReadRequest{
		TimestampsToReturn: ua.TimestampsToReturnNeither,
		NodesToRead:        []*ua.ReadValueID{valueID(ua.NewNumericNodeID(0, id.Server_ServerStatus_State))},
	})
	if _, refused := errors.AsType[*protocols.Refusal](err); refused {
		return nil // an answer, too
	}
	return err
}

// Probe is described at protocols.Session.
func (s *session) Probe(ctx context.Context, _ protocols.Device) error { return s.alive(ctx) }
