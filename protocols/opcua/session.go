package opcua

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gopcua/opcua/ua"

	"github.com/holdfast-edge/holdfast/protocols"
	"github.com/holdfast-edge/holdfast/protocols/opcua/channel"
)

// maxTimeouts is how many requests in a row may be without an answer before the connection is given up: a link that is
// half open takes everything and answers nothing.
const maxTimeouts = 3

// session is an open session with one server. Its channel, and so every call, may be used concurrently; what is cached
// belongs to the goroutine of Read and Write.
type session struct {
	channel    *channel.Channel
	token      *ua.NodeID // proves to the server which session is meant
	options    *EndpointOptions
	logger     *slog.Logger
	namespaces []string
	limits     limits
	requests   map[*plan][]prepared

	timeouts atomic.Int32 // in a row
	heard    atomic.Int64 // when the server last answered, ns since the Unix epoch
	close    sync.Once
	stop     context.CancelFunc // of the tending goroutine
	tended   sync.WaitGroup
}

func newSession(c *channel.Channel, token *ua.NodeID, o *EndpointOptions, logger *slog.Logger) *session {
	return &session{
		channel: c, token: token, options: o, logger: logger, requests: map[*plan][]prepared{}, stop: func() {},
	}
}

// ask performs a request. Its error has a scope.
func (s *session) ask(ctx context.Context, doing string, request ua.Request) (ua.Response, error) {
	response, err := s.channel.Ask(ctx, request, s.token, s.options.RequestTimeout)
	return response, s.judge(doing, err)
}

// judge returns what an error makes of the session, and nil for none.
func (s *session) judge(doing string, err error) error {
	if err == nil {
		s.timeouts.Store(0)
		s.heard.Store(time.Now().UnixNano())
		return nil
	}
	err = faultOf(doing, err)
	if !errors.Is(err, channel.ErrTimeout) {
		return err
	}
	if n := s.timeouts.Add(1); n >= maxTimeouts {
		f := protocols.FaultOf(err)
		f.Scope, f.Err = protocols.ScopeSession, fmt.Errorf("%d requests in a row were not answered: %w", n, f.Err)
	}
	return err
}

// reply is the response of a kind that was asked for.
func reply[R ua.Response](doing string, response ua.Response, err error) (R, error) {
	var none R
	if err != nil {
		return none, err
	}
	r, ok := response.(R)
	if !ok {
		return none, faultOf(doing, fmt.Errorf("%w: it is %T", ua.StatusBadDecodingError, response))
	}
	return r, nil
}

// goodbye is how long a server may take to end a session.
const goodbye = time.Second

// Close is described at protocols.Session.
func (s *session) Close() error {
	s.close.Do(func() {
		s.stop()
		if s.channel.Err() == nil && s.timeouts.Load() == 0 {
			s.leave()
		}
		s.channel.Close()
		s.tended.Wait()
	})
	return nil
}

// leave ends the session at the server, which has room for a few only.
func (s *session) leave() {
	call, err := s.channel.Start(&ua.CloseSessionRequest{DeleteSubscriptions: true}, s.token, goodbye)
	if err != nil {
		return // it ends at the server by itself
	}
	_, _ = call.Wait(context.Background())
}
