package iec104

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/holdfast-edge/holdfast/protocols"
	"github.com/holdfast-edge/holdfast/protocols/iec104/apdu"
	"github.com/holdfast-edge/holdfast/protocols/iec104/link"
)

// session is an open session with one station, or several behind one link. It may be used concurrently.
type session struct {
	group   *link.Group
	options *EndpointOptions
	logger  *slog.Logger
	began   time.Time // when the link was asked for: what a station dates before it has happened while nobody listened

	mutex     sync.Mutex
	calls     map[question]*call
	owed      map[question]int // confirmations that did not come in time
	listeners map[listener]struct{}
	early     early
	puzzles   map[puzzle]uint64 // what came and was not understood, counted
}

var (
	_ protocols.Subscriber = (*session)(nil)
	_ protocols.Browser    = (*session)(nil)
)

// listener is told the values of a station, on the goroutine of the link: it does not wait.
type listener interface {
	hear(a *apdu.ASDU, now time.Time)
}

// puzzle is something that a station sends and that is not understood.
type puzzle struct {
	what    string
	kind    apdu.Type
	station uint16
}

// maxPuzzles bounds how many different ones are told.
const maxPuzzles = 256

func newSession(o *EndpointOptions, logger *slog.Logger) *session {
	return &session{
		options: o, logger: logger, began: time.Now(), calls: map[question]*call{}, owed: map[question]int{},
		listeners: map[listener]struct{}{}, early: newEarly(time.Now()), puzzles: map[puzzle]uint64{},
	}
}

// listen has a listener told what comes, until stop is called.
func (s *session) listen(l listener) (stop func()) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return s.add(l)
}

// add is listen under the lock.
func (s *session) add(l listener) (stop func()) {
	s.listeners[l] = struct{}{}
	return func() {
		s.mutex.Lock()
		defer s.mutex.Unlock()
		delete(s.listeners, l)
	}
}

// take takes an ASDU off the link.
func (s *session) take(asdu []byte) {
	a, err := apdu.ParseASDU(asdu)
	s.mutex.Lock()
	defer s.mutex.Unlock()
	switch {
	case errors.Is(err, apdu.ErrUnknownType):
		s.puzzled("a type that is not supported", &a, err)
	case err != nil:
		s.puzzled("an ASDU that is not well formed", &a, err)
	case a.Test:
		s.puzzled("a test, whose values are not taken", &a, nil)
	case a.Type.IsMonitored():
		s.answerRead(&a)
		s.tell(&a)
		if !s.early.keep(&a, asdu, time.Now()) {
			s.puzzled("values of a common address that no device has", &a, nil)
		}
	case a.Type == apdu.EndOfInitialization:
		s.logger.Warn("the station has restarted", "station", a.Station, "cause_of_initialisation", a.At(0).Qualifier)
		s.tell(&a)
	default:
		s.confirmed(&a)
	}
}

// tell tells the listeners.
func (s *session) tell(a *apdu.ASDU) {
	now := time.Now()
	for l := range s.listeners {
		l.hear(a, now)
	}
}

// puzzled counts what is not understood, and tells it once.
func (s *session) puzzled(what string, a *apdu.ASDU, err error) {
	p := puzzle{what, a.Type, a.Station}
	if _, known := s.puzzles[p]; !known && len(s.puzzles) >= maxPuzzles {
		return
	}
	if s.puzzles[p]++; s.puzzles[p] == 1 {
		s.logger.Warn("the station sends what is not taken", "what", what, "type", a.Type, "station", a.Station, "cause", a.Cause, "error", err)
	}
}

// switched takes that another connection was started in the place of one that broke: nobody knows what became of what was
// asked on that, and the stations are to be interrogated again.
func (s *session) switched(broken *link.Conn) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	for _, c := range s.calls {
		if c.via == broken {
			c.fail(errSwitched)
		}
	}
	clear(s.owed)
	for l := range s.listeners {
		if again, ok := l.(interface{ reopened(at time.Time) }); ok {
			again.reopened(time.Now())
		}
	}
}

// errSwitched ends the calls that were on the way on a connection that broke.
var errSwitched = errors.New("the connection broke, and another one was started")

// Probe is described at protocols.Session: the line is tested. Which of the objects behind it are reached, the station says
// with their qualities.
func (s *session) Probe(ctx context.Context, of protocols.Device) error {
	ctx, cancel := context.WithTimeout(ctx, of.(*device).options.CommandTimeout)
	defer cancel()
	if err := s.group.Test(ctx); err != nil {
		return s.judge("test the line", err)
	}
	return nil
}

// Close is described at protocols.Session.
func (s *session) Close() error {
	s.group.Close()
	return nil
}
