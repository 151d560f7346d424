package gateway

import (
	"context"
	"errors"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/holdfast-edge/holdfast/cluster/commands"
	"github.com/holdfast-edge/holdfast/cluster/desired"
	"github.com/holdfast-edge/holdfast/cluster/link"
	"github.com/holdfast-edge/holdfast/cluster/link/wire"
	"github.com/holdfast-edge/holdfast/supervisor"
)

// The messages of a site's actor.
type (
	opened   struct{ session *session }
	closed   struct{ session *session }
	received struct {
		session *session
		message *wire.FromNode
	}
	reclaimed struct { // the same session, under a new epoch
		session *session
		claim   claim
	}
	submitted struct{ command commands.Command } // it is in the book
	announced struct{ generation desired.Generation }
	resumed   struct { // what the book had, when a session was opened
		session  *session
		commands []commands.Command
		desired  *desired.Generation
	}
	marked struct { // the command may be sent, under this session's claim
		session *session
		command commands.Command
		err     error
	}
	settled struct {
		session *session
		outcome *wire.Outcome
		err     error
	}
	reportKept struct {
		session *session
		message *wire.Reported
		report  desired.Reported
		err     error
	}
	again struct { // what the store did not take, if the session is still there
		session *session
		take    func(actor.Context)
	}
)

// tryAgain is how long after the store has refused something it is asked again.
const tryAgain = time.Second

// site is the actor of a site. It holds the session, and is the only one that sends commands to it. All that waits for the
// store is an effect, one at a time, so that a site's commands go in order.
//
//	away ──opened──▶ connected ──closed──▶ away
type site struct {
	g       *Gateway
	name    string
	session *session
	begun   map[string]uint64 // commands sent or about to be, by key, with the epoch; without an outcome yet
	kept    desired.Reported
	latest  *wire.Reported // of the session
	effects effects
}

// Receive is the actor.
func (s *site) Receive(ctx actor.Context) {
	switch m := ctx.Message().(type) {
	case *actor.Started:
		s.begun = map[string]uint64{}
		supervisor.Report(ctx, "away", "")
		if n, ok := s.g.session(s.name); ok {
			s.open(ctx, n) // the actor has failed, the session has not
		}
	case opened:
		if m.session != s.session {
			s.open(ctx, m.session)
		}
	case closed:
		s.close(ctx, m.session)
	case reclaimed:
		s.reclaim(ctx, m)
	case resumed:
		s.resume(ctx, m)
	case submitted:
		s.submit(ctx, m.command)
	case announced:
		s.announce(m.generation)
	case received:
		if m.session == s.session {
			s.take(ctx, m.message)
		}
	default:
		s.done(ctx)
	}
}

// done takes what effects have come to.
func (s *site) done(ctx actor.Context) {
	switch m := ctx.Message().(type) {
	case marked:
		s.send(ctx, m)
	case settled:
		s.settle(ctx, m)
	case reportKept:
		s.keep(ctx, m)
	case again:
		if m.session == s.session {
			m.take(ctx)
		}
	case supervisor.GoDone:
		s.effects.next(ctx)
	case supervisor.GoFailed:
		supervisor.Fail(ctx, m.Err)
	}
}

func (s *site) open(ctx actor.Context, n *session) {
	if s.session != nil && s.session.claim.Load().Epoch > n.claim.Load().Epoch {
		n.end(&wire.TurnedAway{Reason: errTaken.Error()})
		return
	}
	s.session = n
	clear(s.begun)
	s.welcome()
	supervisor.Report(ctx, "connected", n.remote)
	supervisor.Healthy(ctx)
	s.report(ctx, n.hello.GetReported())
	s.load(ctx)
}

func (s *site) welcome() {
	epoch := s.session.claim.Load().Epoch
	w := &wire.Welcome{
		Version: s.session.version, Epoch: epoch, Member: s.g.o.Member, Time: s.g.o.Now().UnixNano(),
		Telemetry: s.g.o.Telemetry != nil && s.g.o.Telemetry.Takes(),
	}
	if s.g.o.Members != nil {
		w.Addresses = s.g.o.Members()
	}
	s.session.send(&wire.FromCloud{Message: &wire.FromCloud_Welcome{Welcome: w}})
}

// load reads what the site has to be told.
func (s *site) load(ctx actor.Context) {
	n := s.session
	s.effects.add(ctx, func(c context.Context) any {
		open, err := s.g.o.Commands.Open(c, s.name)
		if err == nil {
			err = s.g.recheck(c, n)
		}
		if err != nil {
			n.end(&wire.TurnedAway{Reason: "the store cannot be read", RetryAfterMs: comeBack.Milliseconds()})
			return nil
		}
		m := resumed{session: n, commands: open}
		g, err := s.g.o.Desired.Current(c, s.name)
		if err == nil {
			m.desired = &g
		} else if !errors.Is(err, desired.ErrNone) {
			n.end(&wire.TurnedAway{Reason: "the store cannot be read", RetryAfterMs: comeBack.Milliseconds()})
		}
		return m
	})
}

func (s *site) resume(ctx actor.Context, m resumed) {
	if m.session != s.session {
		return
	}
	for _, c := range m.commands {
		s.submit(ctx, c)
	}
	if m.desired != nil {
		s.announce(*m.desired)
	}
}

func (s *site) close(ctx actor.Context, n *session) {
	if n != s.session {
		return
	}
	s.session = nil
	supervisor.Report(ctx, "away", "")
}

// reclaim goes on under a new epoch: what was sent under the old one is sent again, and the node's journal knows it.
func (s *site) reclaim(ctx actor.Context, m reclaimed) {
	if m.session != s.session {
		return
	}
	s.session.claim.Store(&m.claim)
	clear(s.begun)
	s.welcome()
	s.load(ctx)
}

// submit has a command marked as sent, and then sent.
func (s *site) submit(ctx actor.Context, c commands.Command) {
	n := s.session
	if n == nil || c.State.Terminal() && c.State != commands.Unknown {
		return
	}
	held := *n.claim.Load()
	if s.begun[c.Key] == held.Epoch {
		return
	}
	s.begun[c.Key] = held.Epoch
	s.effects.add(ctx, func(effect context.Context) any {
		if _, ok := s.g.claims.current(); !ok {
			return marked{n, c, errNoLease}
		}
		sent, err := s.g.o.Commands.MarkSent(effect, c, held.Epoch, held.check())
		return marked{n, sent, err}
	})
}

// send sends a command that the book has as sent. One that could not be marked is tried again: the store may have it as
// sent all the same, and then nobody else will.
func (s *site) send(ctx actor.Context, m marked) {
	if m.session != s.session || m.err != nil {
		delete(s.begun, m.command.Key)
		s.retry(ctx, m.session, func(ctx actor.Context) { s.submit(ctx, m.command) })
		return
	}
	if m.command.State.Terminal() && m.command.State != commands.Unknown {
		delete(s.begun, m.command.Key)
		return
	}
	s.session.send(&wire.FromCloud{Message: &wire.FromCloud_Command{Command: m.command.Message(s.g.o.Now())}})
}

func (s *site) announce(g desired.Generation) {
	if s.session != nil {
		s.session.send(&wire.FromCloud{Message: &wire.FromCloud_Desired{Desired: g.Message()}})
	}
}

// take handles what the node says.
func (s *site) take(ctx actor.Context, m *wire.FromNode) {
	switch m := m.GetMessage().(type) {
	case *wire.FromNode_Outcome:
		s.outcome(ctx, m.Outcome)
	case *wire.FromNode_Reported:
		s.report(ctx, m.Reported)
	case *wire.FromNode_Refusal:
		s.g.meter.Strange.Add(1)
		s.g.o.Logger.Warn("a node does not know what it was told", "site", s.name, "what", link.Cut(m.Refusal.GetWhat()))
	default:
		s.g.meter.Strange.Add(1)
		s.session.send(&wire.FromCloud{Message: &wire.FromCloud_Refusal{Refusal: &wire.Refusal{What: "this member does not know that message"}}})
	}
}

func (s *site) outcome(ctx actor.Context, o *wire.Outcome) {
	n := s.session
	s.effects.add(ctx, func(c context.Context) any {
		return settled{n, o, s.g.o.Commands.Settle(c, s.name, o)}
	})
}

// settle lets the node forget an outcome that the book has, or never will.
func (s *site) settle(ctx actor.Context, m settled) {
	if m.err != nil && !errors.Is(m.err, commands.ErrUnknown) {
		s.retry(ctx, m.session, func(ctx actor.Context) { s.outcome(ctx, m.outcome) })
		return
	}
	key := m.outcome.GetKey()
	delete(s.begun, key)
	if m.session == s.session && s.session != nil {
		s.session.send(&wire.FromCloud{Message: &wire.FromCloud_Settled{Settled: &wire.Settled{Keys: []string{key}}}})
	}
}

// retry does something once more after a while, if the session is still the one of the site.
func (s *site) retry(ctx actor.Context, n *session, take func(actor.Context)) {
	if n == s.session && n != nil {
		supervisor.After(ctx, tryAgain, again{n, take})
	}
}

// keep remembers a report that the store has, and enters one that it has not again, unless there is a newer one.
func (s *site) keep(ctx actor.Context, m reportKept) {
	if m.err == nil {
		s.kept = m.report
	} else if m.message == s.latest {
		s.retry(ctx, m.session, func(ctx actor.Context) { s.report(ctx, m.message) })
	}
}

// report keeps what the site runs, where that is news, and confirms a generation that waits for it.
func (s *site) report(ctx actor.Context, m *wire.Reported) {
	n := s.session
	s.latest = m
	r := desired.ReportedOf(s.name, n.hello, m, s.g.o.Now())
	if r.Program.Phase == "waiting" {
		n.send(&wire.FromCloud{Message: &wire.FromCloud_Confirmed{Confirmed: &wire.Confirmed{Program: r.Program.Digest}}})
	}
	if r.Phase == "waiting" && r.Running == r.Target && link.Confirms(n.version) {
		n.send(&wire.FromCloud{Message: &wire.FromCloud_Confirmed{Confirmed: &wire.Confirmed{Generation: r.Running}}})
	}
	if r.Same(s.kept) {
		return
	}
	s.effects.add(ctx, func(c context.Context) any {
		return reportKept{n, m, r, s.g.o.Desired.Report(c, r, n.claim.Load().check())}
	})
}
