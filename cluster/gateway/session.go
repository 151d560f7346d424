package gateway

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"github.com/holdfast-edge/holdfast/cluster/link"
	"github.com/holdfast-edge/holdfast/cluster/link/wire"
)

// outgoing is how many messages may wait for a node that reads slowly. One that reads nothing loses its session.
const outgoing = 256

// session is one control stream, from its welcome to its end.
type session struct {
	site      string
	remote    string
	serial    string // of the node's certificate
	hello     *wire.Hello
	version   uint32
	connected time.Time
	claim     atomic.Pointer[claim]

	out   chan *wire.FromCloud
	ended chan struct{}
	once  sync.Once
	last  *wire.TurnedAway // sent before the stream ends; set before ended is closed

	mu      sync.Mutex
	asks    map[uint64]*ask
	lastAsk uint64
}

func newSession(site, remote, serial string, hello *wire.Hello, version uint32, c claim, now time.Time) *session {
	s := &session{
		site: site, remote: remote, serial: serial, hello: hello, version: version, connected: now,
		out: make(chan *wire.FromCloud, outgoing), ended: make(chan struct{}), asks: map[uint64]*ask{},
	}
	s.claim.Store(&c)
	return s
}

// send queues a message, and never waits. It is false where the session is over.
func (s *session) send(m *wire.FromCloud) bool {
	select {
	case <-s.ended:
		return false
	case s.out <- m:
		return true
	default:
		s.end(&wire.TurnedAway{Reason: "the node does not read what it is sent"})
		return false
	}
}

// end ends the session once, with a last word where there is one.
func (s *session) end(last *wire.TurnedAway) {
	s.once.Do(func() {
		s.last = last
		close(s.ended)
	})
}

// write sends what is queued until the session ends.
func (s *session) write(stream link.ControlStream) error {
	for {
		select {
		case m := <-s.out:
			if err := stream.Send(m); err != nil {
				return err
			}
		case <-s.ended:
			if s.last != nil {
				return stream.Send(turnedAway(s.last))
			}
			return nil
		case <-stream.Context().Done():
			return context.Cause(stream.Context())
		}
	}
}

func turnedAway(t *wire.TurnedAway) *wire.FromCloud {
	return &wire.FromCloud{Message: &wire.FromCloud_TurnedAway{TurnedAway: t}}
}

// ask is a question on its way. Its parts are bounded: an asker that is slow loses the answer, not the session.
type ask struct {
	parts chan *wire.Reply
}

// errSlow says that an answer was not read as fast as it came.
var errSlow = errors.New("the answer came faster than it was read")

// question sends a question and calls each with the parts of its answer.
func (s *session) question(ctx context.Context, q *wire.Ask, each func([]byte) error) error {
	a := &ask{parts: make(chan *wire.Reply, 64)}
	s.mu.Lock()
	s.lastAsk++
	q.Id = s.lastAsk
	s.asks[q.Id] = a
	s.mu.Unlock()
	defer s.forget(q.Id)
	if deadline, ok := ctx.Deadline(); ok {
		q.WithinMs = time.Until(deadline).Milliseconds()
	}
	if !s.send(&wire.FromCloud{Message: &wire.FromCloud_Ask{Ask: q}}) {
		return ErrAway
	}
	for {
		select {
		case r, ok := <-a.parts:
			if !ok {
				return errSlow
			}
			if len(r.GetData()) > 0 {
				if err := each(r.GetData()); err != nil {
					s.send(&wire.FromCloud{Message: &wire.FromCloud_Cancel{Cancel: &wire.Cancel{Id: q.Id}}})
					return err
				}
			}
			if r.GetError() != "" {
				return errors.New(link.Cut(r.GetError()))
			}
			if r.GetLast() {
				return nil
			}
		case <-s.ended:
			return ErrAway
		case <-ctx.Done():
			s.send(&wire.FromCloud{Message: &wire.FromCloud_Cancel{Cancel: &wire.Cancel{Id: q.Id}}})
			return ctx.Err()
		}
	}
}

func (s *session) forget(id uint64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.asks, id)
}

// answer hands a part of an answer to who has asked; nobody may be there any more.
func (s *session) answer(r *wire.Reply) {
	s.mu.Lock()
	defer s.mu.Unlock()
	a, ok := s.asks[r.GetId()]
	if !ok {
		return
	}
	select {
	case a.parts <- r:
	default:
		close(a.parts)
		delete(s.asks, r.GetId())
	}
}
