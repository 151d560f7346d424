// Package light is a site that speaks the real protocol and has no plant: thousands of them fit into one process, to test
// a cloud and to measure it. It runs commands by counting them, and judges generations as it is told to.
package light

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/holdfast-edge/holdfast/cluster/link"
	"github.com/holdfast-edge/holdfast/cluster/link/enrol"
	"github.com/holdfast-edge/holdfast/cluster/link/wire"
)

// Site is one site. Run connects it; everything else may be called meanwhile.
type Site struct {
	Credentials enrol.Credentials
	Addresses   []string    // dialled in turn; those of the credentials where it is empty
	Dialer      link.Dialer // nil: the machine's network
	Versions    link.Versions
	Now         func() time.Time // what certificates are judged by; nil: time.Now
	// Judge says what the site makes of a generation: nil where it is confirmed, else it is reverted for that reason. It
	// may be nil, and then everything is confirmed at once.
	Judge func(link.Statement) error
	// Act carries out a command and returns the data of its outcome; nil does nothing. One at a time.
	Act func(*wire.Command) ([]byte, error)

	mu        sync.Mutex
	epoch     uint64
	ran       map[string]int
	outcomes  map[string]*wire.Outcome
	reported  *wire.Reported
	connected uint64 // sessions
	turned    uint64
	last      error
}

// New returns a site with credentials.
func New(c enrol.Credentials) *Site {
	return &Site{
		Credentials: c, ran: map[string]int{}, outcomes: map[string]*wire.Outcome{}, reported: &wire.Reported{Phase: "idle"},
		Versions: link.Spoken(),
	}
}

// Ran returns how often each command was run, by key.
func (s *Site) Ran() map[string]int {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := make(map[string]int, len(s.ran))
	for k, n := range s.ran {
		all[k] = n
	}
	return all
}

// Sessions returns how many sessions the site has had, and how often it was turned away.
func (s *Site) Sessions() (opened, turnedAway uint64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.connected, s.turned
}

// Last returns why the last connection ended.
func (s *Site) Last() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.last
}

// Running returns the generation that the site runs, and its phase.
func (s *Site) Running() (uint64, string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.reported.GetRunning(), s.reported.GetPhase()
}

// Run keeps the site connected until ctx is done.
func (s *Site) Run(ctx context.Context) {
	addresses := s.Addresses
	if len(addresses) == 0 {
		addresses = s.Credentials.Addresses
	}
	var redial link.Redial
	for i := rand.IntN(len(addresses)); ctx.Err() == nil; i++ {
		before, _ := s.Sessions()
		after, err := s.Connect(ctx, addresses[i%len(addresses)])
		if now, _ := s.Sessions(); now > before {
			redial.Connected()
		}
		s.mu.Lock()
		s.last = err
		s.mu.Unlock()
		select {
		case <-ctx.Done():
		case <-time.After(redial.Wait(rand.Float64(), after)):
		}
	}
}

// errTurned says that a member turned the site away.
var errTurned = errors.New("turned away")

// Connect has one session, and returns when it has ended, with the time that the member has asked to wait.
func (s *Site) Connect(ctx context.Context, address string) (after time.Duration, err error) {
	now := s.Now
	if now == nil {
		now = time.Now
	}
	security, err := s.Credentials.TLS(now)
	if err != nil {
		return 0, err
	}
	return s.ConnectWith(ctx, address, security)
}

// ConnectWith is Connect with another way to say who it is.
func (s *Site) ConnectWith(ctx context.Context, address string, security *tls.Config) (after time.Duration, err error) {
	client, err := link.Dial(address, security, s.Dialer)
	if err != nil {
		return 0, err
	}
	defer client.Close()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	stream, err := client.Session(ctx)
	if err != nil {
		return 0, err
	}
	s.mu.Lock()
	hello := &wire.Hello{Oldest: s.Versions.Oldest, Newest: s.Versions.Newest, Epoch: s.epoch, Version: "light", Reported: s.reported}
	s.mu.Unlock()
	_ = stream.Send(&wire.FromNode{Message: &wire.FromNode_Hello{Hello: hello}}) // the receiver knows why it failed
	for {
		m, err := stream.Recv()
		if err != nil {
			return 0, err
		}
		if t := m.GetTurnedAway(); t != nil {
			s.mu.Lock()
			s.turned++
			s.mu.Unlock()
			return time.Duration(t.GetRetryAfterMs()) * time.Millisecond, fmt.Errorf("%w: %s", errTurned, t.GetReason())
		}
		for _, answer := range s.take(ctx, client, m) {
			if err := stream.Send(answer); err != nil {
				return 0, err
			}
		}
	}
}

// take handles one message and returns what to say.
func (s *Site) take(ctx context.Context, client *link.Client, m *wire.FromCloud) []*wire.FromNode {
	switch m := m.GetMessage().(type) {
	case *wire.FromCloud_Welcome:
		return s.welcome(m.Welcome)
	case *wire.FromCloud_Command:
		return s.command(m.Command)
	case *wire.FromCloud_Desired:
		return s.desired(ctx, client, m.Desired)
	case *wire.FromCloud_Settled, *wire.FromCloud_Confirmed, *wire.FromCloud_Refusal, *wire.FromCloud_Cancel:
		return nil
	case *wire.FromCloud_Ask:
		return []*wire.FromNode{{Message: &wire.FromNode_Reply{Reply: &wire.Reply{Id: m.Ask.GetId(), Data: []byte("{}\n"), Last: true}}}}
	}
	return []*wire.FromNode{{Message: &wire.FromNode_Refusal{Refusal: &wire.Refusal{What: "unknown"}}}}
}

func (s *Site) welcome(w *wire.Welcome) []*wire.FromNode {
	s.mu.Lock()
	defer s.mu.Unlock()
	if w.GetEpoch() > s.epoch {
		s.epoch = w.GetEpoch()
	}
	s.connected++
	return nil
}

// command runs a key once, and a command of an older session never.
func (s *Site) command(c *wire.Command) []*wire.FromNode {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c.GetEpoch() < s.epoch {
		return []*wire.FromNode{{Message: &wire.FromNode_Refusal{Refusal: &wire.Refusal{What: "an old epoch"}}}}
	}
	o, known := s.outcomes[c.GetKey()]
	if !known {
		now := time.Now().UnixNano()
		o = &wire.Outcome{Key: c.GetKey(), Result: wire.Result_RESULT_DONE, Begun: now, Ended: now}
		if c.GetWithinMs() <= 0 {
			o.Result, o.Begun = wire.Result_RESULT_REFUSED, 0
		} else {
			s.ran[c.GetKey()]++
			if s.Act != nil {
				data, err := s.Act(c)
				if o.Data = data; err != nil {
					o.Result, o.Detail = wire.Result_RESULT_FAILED, err.Error()
				}
			}
		}
		s.outcomes[c.GetKey()] = o
	}
	return []*wire.FromNode{{Message: &wire.FromNode_Outcome{Outcome: o}}}
}

// desired tries a generation once, as a node does with a health window of nothing.
func (s *Site) desired(ctx context.Context, client *link.Client, d *wire.Desired) []*wire.FromNode {
	statement, err := link.VerifyStatement(d, s.Credentials.SignerKeys(), s.Credentials.Site)
	s.mu.Lock()
	defer s.mu.Unlock()
	r := &wire.Reported{Running: s.reported.GetRunning(), Confirmed: s.reported.GetConfirmed(), Target: statement.Generation}
	switch {
	case err != nil:
		r.Target, r.Phase, r.Reason = s.reported.GetTarget(), "refused", err.Error()
	case statement.Generation <= s.reported.GetTarget():
		return nil
	default:
		if s.fetch(ctx, client, statement) != nil {
			return nil // the next session announces it again
		}
		if s.Judge != nil {
			err = s.Judge(statement)
		}
		r.Phase = "confirmed"
		if err != nil {
			r.Phase, r.Reason = "reverted", err.Error()
		} else {
			r.Running, r.Confirmed = statement.Generation, statement.Generation
		}
	}
	s.reported = r
	return []*wire.FromNode{{Message: &wire.FromNode_Reported{Reported: r}}}
}

func (s *Site) fetch(ctx context.Context, client *link.Client, want link.Statement) error {
	stream, err := client.Fetch(ctx, &wire.FetchRequest{Digest: want.Digest})
	if err != nil {
		return err
	}
	var bundle []byte
	for len(bundle) < want.Size {
		c, err := stream.Recv()
		if err != nil {
			return err
		}
		bundle = append(bundle, c.GetData()...)
	}
	if link.Digest(bundle) != want.Digest {
		return errors.New("the bundle has another digest")
	}
	return nil
}
