package endpoint

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/holdfast-edge/holdfast/actors/write"
	"github.com/holdfast-edge/holdfast/protocols"
	"github.com/holdfast-edge/holdfast/tag"
)

// server does the work of the lanes on an open session, one round trip at a
// time. It lives in the session actor's goroutine.
type server struct {
	session protocols.Session
	lanes   *lanes
	tell    func(to *actor.PID, message any) // may wait, never drops while the actor lives
	now     func() time.Time
}

// serve works until ctx is done or the session cannot be used any more; then
// it returns the *protocols.Fault that says why. What is left in the lanes is
// answered in either case.
func (s *server) serve(ctx context.Context) error {
	defer s.abandon()
	for {
		j := s.lanes.take(ctx)
		if j == nil {
			return nil
		}
		if fault := s.do(ctx, j); fault != nil && fault.Scope == protocols.ScopeSession {
			return fault
		}
	}
}

// do works on one job for one round trip, or two where a write is verified,
// and returns the fault that it met.
func (s *server) do(ctx context.Context, j job) *protocols.Fault {
	var err error
	switch j := j.(type) {
	case *scanJob:
		err = s.scan(ctx, j)
	case *writeJob:
		err = s.write(ctx, j)
	case *probeJob:
		err = notRefused(s.session.Probe(ctx, j.device))
		s.tell(j.pid, &probeEnded{who: j.who, err: err})
	}
	if err == nil {
		return nil
	}
	return protocols.FaultOf(err)
}

// scan reads one step and puts the rest of the scan back in front.
func (s *server) scan(ctx context.Context, j *scanJob) error {
	err := s.session.Read(ctx, j.plan, j.step, j.row)
	j.step++
	if err == nil && j.step < j.plan.Steps() {
		s.lanes.back(j)
		return nil
	}
	s.tell(j.pid, &scanEnded{who: j.who, group: j.group, at: s.now().UnixNano(), err: err})
	return err
}

// write sends one command, unless its deadline has passed while it waited.
func (s *server) write(ctx context.Context, j *writeJob) error {
	report, now := j.report, s.now()
	if d := report.Command.Deadline; !d.IsZero() && now.After(d) {
		s.ended(j, report.End(write.Failed, now, write.ErrDeadline), nil)
		return nil
	}
	report = report.Reach(write.Sent, now)
	err := s.session.Write(ctx, j.point, report.Command.Value)
	if err != nil {
		s.ended(j, refusedOrUnknown(j.report, report, err, s.now()), notRefused(err))
		return notRefused(err)
	}
	report = report.Reach(write.Acknowledged, s.now())
	if !j.verify {
		s.ended(j, report, nil)
		return nil
	}
	report, err = s.readBack(ctx, j.point, report)
	s.ended(j, report, err)
	return err
}

// readBack reads what was written. A value that differs leaves the write
// acknowledged, and says what the device holds instead.
func (s *server) readBack(ctx context.Context, p protocols.Point, report write.Report) (write.Report, error) {
	got, err := s.session.ReadPoint(ctx, p)
	switch {
	case err != nil:
		report.Err = fmt.Errorf("read back: %w", err)
	case got.IsNull():
		report.Err = fmt.Errorf("read back: %s", got.Quality())
	case !same(got, report.Command.Value):
		report.Err = fmt.Errorf("read back: the device holds %s", tag.AppendJSON(nil, got))
	default:
		report = report.Reach(write.Verified, s.now())
	}
	return report, notRefused(err)
}

func (s *server) ended(j *writeJob, report write.Report, fault error) {
	s.tell(j.pid, &writeEnded{who: j.who, report: report, reply: j.reply, err: fault})
}

// abandon answers the jobs whose turn will not come: a write was never sent,
// and the devices learn of the session's end anyway.
func (s *server) abandon() {
	for _, j := range s.lanes.close() {
		if w, ok := j.(*writeJob); ok {
			s.ended(w, w.report.End(write.Failed, s.now(), errSessionGone), nil)
		}
	}
}

// refusedOrUnknown ends a report whose write was not acknowledged.
func refusedOrUnknown(accepted, sent write.Report, err error, at time.Time) write.Report {
	if notRefused(err) == nil {
		return sent.End(write.Refused, at, err)
	}
	if protocols.FaultOf(err).Sent {
		return sent.End(write.Unknown, at, err)
	}
	return accepted.End(write.Failed, at, err)
}

// notRefused returns nil for an error that is an answer.
func notRefused(err error) error {
	if _, refused := errors.AsType[*protocols.Refusal](err); refused {
		return nil
	}
	return err
}

// same reports whether two values are the same number or the same content,
// whatever their kinds: a register that holds 3 verifies a write of 3.0.
func same(a, b tag.Value) bool {
	if a.WithQuality(tag.Good).Equal(b.WithQuality(tag.Good)) {
		return true
	}
	x, xok := a.Float()
	y, yok := b.Float()
	return xok && yok && x == y
}
