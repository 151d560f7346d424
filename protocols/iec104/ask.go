package iec104

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/holdfast-edge/holdfast/protocols"
	"github.com/holdfast-edge/holdfast/protocols/iec104/apdu"
	"github.com/holdfast-edge/holdfast/protocols/iec104/link"
	"github.com/holdfast-edge/holdfast/tag"
)

// question is what a station is asked: answers name it, and nothing else of the request.
type question struct {
	station uint16
	kind    apdu.Type
	address uint32
}

// answer is one of a station's: a confirmation, an end, or the value that was read.
type answer struct {
	cause    apdu.Cause
	negative bool
	kind     apdu.Type
	object   apdu.Object
	err      error // the call is over without one
}

// call is a question on its way.
type call struct {
	question question
	sent     apdu.Object // whose value confirmations repeat
	via      *link.Conn  // that it was sent on
	answers  chan answer
	done     chan struct{} // closed when the question may be asked again
}

// answersPerCall is how many answers there are at most: a confirmation, an end, and one that says that it is over.
const answersPerCall = 4

// give hands an answer over. What nobody takes is none.
func (c *call) give(a answer) {
	select {
	case c.answers <- a:
	default:
	}
}

func (c *call) fail(err error) { c.give(answer{err: err}) }

// begin takes a question's turn, once the one before has ended. Where a confirmation is still owed, a late one could be
// taken for that of this question: then the session is at fault, unless tolerant.
func (s *session) begin(ctx context.Context, q question, tolerant bool) (*call, error) {
	for {
		s.mutex.Lock()
		if s.owed[q] > 0 && !tolerant {
			s.mutex.Unlock()
			return nil, &protocols.Fault{
				Scope: protocols.ScopeSession, Quality: tag.BadTimeout,
				Err: fmt.Errorf("the station owes a confirmation of %v at %d: the connection is made anew, so that none is taken for another", q.kind, q.address),
			}
		}
		before := s.calls[q]
		if before == nil {
			c := &call{question: q, answers: make(chan answer, answersPerCall), done: make(chan struct{})}
			s.calls[q] = c
			s.mutex.Unlock()
			return c, nil
		}
		s.mutex.Unlock()
		select {
		case <-before.done:
		case <-ctx.Done():
			return nil, &protocols.Fault{Scope: protocols.ScopeUnit, Quality: tag.BadTimeout, Err: context.Cause(ctx)}
		}
	}
}

// end gives the turn back. owes says that the station has not confirmed.
func (s *session) end(c *call, owes bool) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	delete(s.calls, c.question)
	close(c.done)
	if owes {
		s.owed[c.question]++
	}
}

// send sends the question, as an activation or a request, with an object.
func (s *session) send(ctx context.Context, c *call, cause apdu.Cause, o apdu.Object) error {
	asdu, err := apdu.Append(nil, apdu.Header{
		Type: c.question.kind, Cause: cause, Originator: uint8(s.options.Originator), Station: c.question.station,
	}, o)
	if err != nil {
		return err
	}
	conn, err := s.group.Started(ctx)
	if err != nil {
		return err
	}
	s.mutex.Lock()
	c.sent, c.via = o, conn
	s.mutex.Unlock()
	return conn.Send(ctx, asdu)
}

// await waits for the next answer, as long as patience says. It returns the link's error where that breaks.
func (s *session) await(ctx context.Context, c *call, patience time.Duration) (answer, error) {
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case a := <-c.answers:
		return a, a.err
	case <-timer.C:
		return answer{}, errNoAnswer
	case <-s.group.Done():
		return answer{}, errLinkBroken
	case <-ctx.Done():
		return answer{}, context.Cause(ctx)
	}
}

// errLinkBroken stands for the error of the link.
var errLinkBroken = errors.New("the link is broken")

// judge returns the fault that an error of the link or of await is. That a connection broke is the session's only where no
// other can take over.
func (s *session) judge(doing string, err error) *protocols.Fault {
	if errors.Is(err, errLinkBroken) {
		return brokenFault(doing, s.group.Err())
	}
	f := faultOf(doing, err)
	if f.Scope == protocols.ScopeSession && s.group.TakesOver() {
		f.Scope = protocols.ScopeUnit
	}
	return f
}

// ask sends a question and returns the first answer: its confirmation, or the value that was read. An answer that is no is
// a *protocols.Refusal.
func (s *session) ask(ctx context.Context, doing string, c *call, cause apdu.Cause, o apdu.Object, patience time.Duration) (a answer, confirmed bool, err error) {
	if err := s.send(ctx, c, cause, o); err != nil {
		f := s.judge(doing, err)
		return a, !f.Sent || ctx.Err() == nil, f // nothing is owed by a connection that broke
	}
	a, err = s.await(ctx, c, patience)
	switch {
	case err != nil:
		return a, errors.Is(err, errSwitched), s.judge(doing, err)
	case a.negative || a.cause.IsUnknown():
		return a, true, refusalOf(doing, a.cause)
	default:
		return a, true, nil
	}
}

// confirmed takes what a station says of something that it was asked.
func (s *session) confirmed(a *apdu.ASDU) {
	o := a.At(0)
	q := question{a.Station, a.Type, o.Address}
	c := s.calls[q]
	if c == nil {
		c = s.calls[question{apdu.AllStations, a.Type, o.Address}]
	}
	if c != nil && (repeats(o, c.sent) || a.Cause.IsUnknown()) {
		c.give(answer{cause: a.Cause, negative: a.Negative, kind: a.Type, object: o})
		return
	}
	isLate := s.owed[q] > 0 && a.Cause != apdu.ActivationTerm
	if isLate {
		s.owed[q]--
	}
	if isLate || a.Negative {
		s.logger.Warn("the station confirms what nobody waits for any more", "type", a.Type, "station", a.Station,
			"address", o.Address, "cause", a.Cause, "negative", a.Negative)
	}
}

// repeats reports whether an answer has the value that was sent. Qualifier and time may be the station's own.
func repeats(o, sent apdu.Object) bool {
	return o.Int == sent.Int && math.Float32bits(o.Float) == math.Float32bits(sent.Float)
}

// answerRead takes a value that somebody may have asked for.
func (s *session) answerRead(a *apdu.ASDU) {
	if a.Cause != apdu.Request {
		return
	}
	for i := range a.Len() {
		o := a.At(i)
		q := question{a.Station, apdu.Read, o.Address}
		if c := s.calls[q]; c != nil {
			c.give(answer{cause: a.Cause, kind: a.Type, object: o})
		} else if s.owed[q] > 0 {
			s.owed[q]--
		}
	}
}
