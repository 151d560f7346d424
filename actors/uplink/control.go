package uplink

import (
	"context"
	"errors"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/holdfast-edge/holdfast/cluster/link"
	"github.com/holdfast-edge/holdfast/cluster/link/enrol"
	"github.com/holdfast-edge/holdfast/cluster/link/wire"
	"github.com/holdfast-edge/holdfast/supervisor"
)

// Changed tells the control connection that what the node reports has changed.
type Changed struct{}

// The messages of the control's actor.
type (
	dialNow     struct{}
	sendOutcome struct{ outcome *wire.Outcome }
	welcomed    struct {
		connection *connection
		welcome    *wire.Welcome
	}
	lost struct {
		connection *connection
		err        error
		after      time.Duration // that the cloud has asked for
		refused    bool          // a person has to act
	}
)

// control is the actor of the control connection. An incarnation may see many connections: that the cloud is away is no
// failure.
type control struct {
	env        Env
	redial     link.Redial
	attempt    int
	connection *connection // nil while there is none; set from the first octet on
	connected  bool
	epoch      uint64 // highest that was ever welcomed with
	journal    string
	behind     bool // what the node reports has changed since the cloud was told
}

func controlSpec(env Env) supervisor.Spec {
	return supervisor.Spec{
		Name: "control", Kind: "link", New: func() actor.Actor { return &control{env: env} },
		Policy: supervisor.Policy{Exhausted: supervisor.Alarm, Slow: time.Minute, Healthy: time.Minute},
	}
}

// Receive is the actor.
func (c *control) Receive(ctx actor.Context) {
	switch m := ctx.Message().(type) {
	case *actor.Started:
		c.start(ctx)
	case dialNow:
		c.dial(ctx)
	case welcomed:
		c.welcome(ctx, m)
	case lost:
		c.lose(ctx, m)
	case sendOutcome:
		c.send(&wire.FromNode{Message: &wire.FromNode_Outcome{Outcome: m.outcome}})
	case Changed:
		c.changed()
	case supervisor.GoFailed:
		supervisor.Fail(ctx, m.Err) // a panic: the connection's goroutine returns no errors
	}
}

func (c *control) start(ctx actor.Context) {
	var err error
	if c.epoch, c.journal, err = loadLink(c.env.Documents); err != nil {
		supervisor.Fail(ctx, err)
	}
	c.attempt = int(c.env.Random() * 1000) // nodes spread over the members
	c.dial(ctx)
}

// dial begins a connection to the next member that is known.
func (c *control) dial(ctx actor.Context) {
	credentials, err := c.env.credentials()
	if err != nil {
		supervisor.Fail(ctx, err)
	}
	address := credentials.Addresses[c.attempt%len(credentials.Addresses)]
	n := newConnection(c.env, ctx.Self(), credentials, address)
	n.hello = &wire.Hello{
		Oldest: c.env.versions().Oldest, Newest: c.env.versions().Newest, Epoch: c.epoch, Version: c.env.Version,
		Journal: c.journal, Boot: c.env.Boot, Reported: c.env.Plant.Reported(), Platform: c.env.Platform,
	}
	c.connection, c.behind = n, false
	supervisor.Report(ctx, "connecting", address)
	supervisor.Go(ctx, "connection", n.run)
}

// welcome begins the session, or goes on with it under a higher epoch. An epoch that is not above every one before is
// that of a member that has been asleep.
func (c *control) welcome(ctx actor.Context, m welcomed) {
	if m.connection != c.connection {
		return
	}
	if m.welcome.GetEpoch() < c.epoch || m.welcome.GetEpoch() == c.epoch && !c.connected {
		m.connection.end(errFenced)
		return
	}
	c.epoch = m.welcome.GetEpoch()
	if err := keepEpoch(c.env.Documents, c.epoch); err != nil {
		supervisor.Fail(ctx, err)
	}
	m.connection.epoch.Store(c.epoch)
	c.connected = true
	c.redial.Connected()
	c.remember(m)
	supervisor.Report(ctx, "connected", m.welcome.GetMember()+" at "+m.connection.address)
	supervisor.Healthy(ctx)
	c.report()
	if pid, ok := c.env.System.Lookup(commandsPath); ok {
		ctx.Send(pid, listOutcomes{})
	}
}

// remember keeps where the members are, and shows the session.
func (c *control) remember(m welcomed) {
	if err := c.env.keepAddresses(m.welcome.GetAddresses()); err != nil {
		c.env.Logger.Warn("the members' addresses were not kept", "error", err)
	}
	known := m.connection.credentials
	c.env.Status.change(func(v *View) {
		v.Site, v.Connected, v.Member, v.Address, v.Epoch = known.Site, true, m.welcome.GetMember(), m.connection.address, c.epoch
		v.Since, v.Trouble, v.Expires = c.env.Now().UTC(), "", m.connection.expires
	})
}

// errFenced says that a member does not know of a later session.
var errFenced = errors.New("the member's epoch is not above that of the last session")

func (c *control) lose(ctx actor.Context, m lost) {
	if m.connection != c.connection {
		return
	}
	if !c.connected || m.after > 0 {
		c.attempt++ // the next member; one that had the session, and has not said to go, is tried once more
	}
	c.connection, c.connected = nil, false
	wait := c.redial.Wait(c.env.Random(), m.after)
	c.env.Status.change(func(v *View) { v.Connected, v.Since, v.Trouble = false, c.env.Now().UTC(), m.err.Error() })
	state := "waiting"
	if m.refused {
		state = "refused"
		c.env.Logger.Warn("the cloud refuses this node", "error", m.err)
	}
	supervisor.Report(ctx, state, m.err.Error())
	supervisor.After(ctx, wait, dialNow{})
}

func (c *control) changed() {
	c.behind = true
	c.report()
}

// report tells the cloud what the node reports, where that has changed: since the hello, too, which was made when the
// connection began.
func (c *control) report() {
	if c.connected && c.behind {
		c.behind = false
		c.send(&wire.FromNode{Message: &wire.FromNode_Reported{Reported: c.env.Plant.Reported()}})
	}
}

func (c *control) send(m *wire.FromNode) {
	if c.connected {
		c.connection.send(m)
	}
}

// isRefusal tells whether an error is for a person to mend.
func isRefusal(err error) bool { return status.Code(err) == codes.PermissionDenied }

// Renew renews the certificate where it is due, now and every hour, until ctx is done.
func (e Env) renew(ctx context.Context) error {
	for {
		wait := time.Hour
		if credentials, err := e.credentials(); err != nil {
			return err
		} else if credentials.Due(e.Now()) {
			if !e.renewAt(ctx, credentials) {
				wait = time.Duration((0.5 + e.Random()) * float64(renewRetry))
			}
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(wait):
		}
	}
}

const renewRetry = time.Minute

// renewAt asks each member that is known until one answers.
func (e Env) renewAt(ctx context.Context, old enrol.Credentials) bool {
	for _, address := range old.Addresses {
		once, cancel := context.WithTimeout(ctx, 20*time.Second)
		fresh, err := old.Renew(once, address, e.Now, e.Dialer)
		cancel()
		if err == nil {
			err = fresh.Save(e.Dir)
		}
		if err != nil {
			e.Logger.Warn("the certificate for the cloud was not renewed", "address", address, "error", err)
			continue
		}
		e.Logger.Info("the certificate for the cloud was renewed", "until", fresh.RenewAfter)
		return true
	}
	return false
}
