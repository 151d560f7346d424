package uplink

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/holdfast-edge/holdfast/cluster/link"
	"github.com/holdfast-edge/holdfast/cluster/link/enrol"
	"github.com/holdfast-edge/holdfast/cluster/link/wire"
)

// waiting is how many messages may wait to be sent. A cloud that reads nothing loses the session.
const waiting = 256

// connection is one control connection, from its dial to its end. It runs in a goroutine of the control's actor, to which
// it sends what the cloud says.
type connection struct {
	env         Env
	owner       *actor.PID
	credentials enrol.Credentials
	address     string
	expires     time.Time
	hello       *wire.Hello
	epoch       atomic.Uint64 // of the session; 0: there is none yet
	out         chan *wire.FromNode
	asking      atomic.Int32

	cancel context.CancelCauseFunc
	ready  context.Context //nolint:containedctx // of the connection itself: done when it ends

	mu   sync.Mutex
	asks map[uint64]context.CancelFunc
}

func newConnection(env Env, owner *actor.PID, credentials enrol.Credentials, address string) *connection {
	c := &connection{
		env: env, owner: owner, credentials: credentials, address: address,
		out: make(chan *wire.FromNode, waiting), asks: map[uint64]context.CancelFunc{},
	}
	c.ready, c.cancel = context.WithCancelCause(context.Background())
	return c
}

// end ends the connection, for a reason.
func (c *connection) end(reason error) { c.cancel(reason) }

// errDeaf says that a cloud does not read.
var errDeaf = errors.New("the cloud does not read what it is sent")

// send queues a message, and never waits.
func (c *connection) send(m *wire.FromNode) {
	select {
	case c.out <- m:
	default:
		c.end(errDeaf)
	}
}

// run is the whole life of the connection. How it ended is told to the actor; it returns no error.
func (c *connection) run(ctx context.Context) error {
	ctx, cancel := context.WithCancelCause(ctx)
	stop := context.AfterFunc(c.ready, func() { cancel(context.Cause(c.ready)) })
	defer stop()
	defer cancel(nil)
	end := c.serve(ctx, cancel)
	if cause := context.Cause(ctx); cause != nil && !errors.Is(cause, context.Canceled) {
		end.err = cause
	}
	end.connection = c
	if err := c.env.System.SendWait(context.WithoutCancel(ctx), c.owner, end); err != nil {
		c.env.Logger.Debug("the end of a connection was told to nobody", "error", err)
	}
	return nil
}

// serve dials, greets, and holds the session until it ends.
func (c *connection) serve(ctx context.Context, cancel context.CancelCauseFunc) lost {
	var err error
	if c.expires, err = c.credentials.Expires(); err != nil {
		return unusable(err)
	}
	client, err := c.env.dialBy(c.credentials, c.address)
	if err != nil {
		return unusable(err)
	}
	defer client.Close()
	greeting := time.AfterFunc(2*link.HelloWithin, func() { cancel(errGreeting) })
	defer greeting.Stop()
	stream, err := client.Session(ctx)
	if err != nil {
		return lost{err: err, refused: isRefusal(err)}
	}
	if err := stream.Send(&wire.FromNode{Message: &wire.FromNode_Hello{Hello: c.hello}}); err != nil {
		return c.broken(stream, err)
	}
	m, err := stream.Recv()
	if err != nil {
		return lost{err: err, refused: isRefusal(err)}
	}
	greeting.Stop()
	return c.greeted(ctx, cancel, stream, m)
}

// unusable is the end for want of credentials that are any good. It is not tried hot: somebody has to join again.
func unusable(err error) lost { return lost{err: err, refused: true, after: time.Minute} }

var errGreeting = errors.New("the cloud does not answer the hello")

// broken finds out why a stream does not take a message: the reason is with the receiver.
func (c *connection) broken(stream link.ControlClient, err error) lost {
	if _, received := stream.Recv(); received != nil {
		err = received
	}
	return lost{err: err, refused: isRefusal(err)}
}

func (c *connection) greeted(ctx context.Context, cancel context.CancelCauseFunc, stream link.ControlClient, m *wire.FromCloud) lost {
	if t := m.GetTurnedAway(); t != nil {
		return turnedAway(t)
	}
	w := m.GetWelcome()
	if w == nil {
		return lost{err: errors.New("the cloud did not begin with a welcome")}
	}
	if _, err := c.env.versions().Agree(link.Versions{Oldest: w.GetVersion(), Newest: w.GetVersion()}); err != nil {
		return lost{err: err, refused: true, after: time.Minute}
	}
	if err := c.env.System.SendWait(ctx, c.owner, welcomed{c, w}); err != nil {
		return lost{err: err}
	}
	var writing sync.WaitGroup
	writing.Go(func() { c.write(ctx, stream) })
	end := c.read(ctx, stream)
	cancel(nil)
	writing.Wait()
	return end
}

func turnedAway(t *wire.TurnedAway) lost {
	return lost{
		err:   fmt.Errorf("turned away: %s", link.Cut(t.GetReason())),
		after: time.Duration(t.GetRetryAfterMs()) * time.Millisecond, refused: t.GetPermanent(),
	}
}

func (c *connection) write(ctx context.Context, stream link.ControlClient) {
	for {
		select {
		case m := <-c.out:
			if err := stream.Send(m); err != nil {
				return // the reader knows why
			}
		case <-ctx.Done():
			return
		}
	}
}

// read hands on what the cloud says until the stream ends.
func (c *connection) read(ctx context.Context, stream link.ControlClient) lost {
	var answering sync.WaitGroup
	defer answering.Wait()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	for {
		m, err := stream.Recv()
		if err != nil {
			return lost{err: err, refused: isRefusal(err)}
		}
		if t := m.GetTurnedAway(); t != nil {
			return turnedAway(t)
		}
		if err := c.take(ctx, &answering, m); err != nil {
			return lost{err: err}
		}
	}
}

// take handles one message.
func (c *connection) take(ctx context.Context, answering *sync.WaitGroup, m *wire.FromCloud) error {
	switch m := m.GetMessage().(type) {
	case *wire.FromCloud_Welcome:
		return c.env.System.SendWait(ctx, c.owner, welcomed{c, m.Welcome})
	case *wire.FromCloud_Command:
		return c.command(ctx, m.Command)
	case *wire.FromCloud_Settled:
		return c.toCommands(ctx, settleCommands{m.Settled.GetKeys()})
	case *wire.FromCloud_Desired:
		c.env.Plant.Desired(m.Desired)
	case *wire.FromCloud_Confirmed:
		c.env.Plant.Confirmed(m.Confirmed)
	case *wire.FromCloud_Ask:
		c.answer(ctx, answering, m.Ask)
	case *wire.FromCloud_Cancel:
		c.forget(m.Cancel.GetId())
	case *wire.FromCloud_Refusal:
		c.env.Logger.Warn("the cloud does not know what it was told", "what", link.Cut(m.Refusal.GetWhat()))
	default:
		c.refuse("this node does not know that message")
	}
	return nil
}

func (c *connection) refuse(what string) {
	c.send(&wire.FromNode{Message: &wire.FromNode_Refusal{Refusal: &wire.Refusal{What: what}}})
}

// command hands on a command of this session. One of another epoch is of a member that has slept through the end of its
// own session: it is not run, and has no outcome, since the member that has the site now will send it again.
func (c *connection) command(ctx context.Context, m *wire.Command) error {
	if m.GetEpoch() < c.epoch.Load() {
		c.refuse(fmt.Sprintf("command %s is of epoch %d, this session of %d", link.Cut(m.GetKey()), m.GetEpoch(), c.epoch.Load()))
		return nil
	}
	return c.toCommands(ctx, runCommand{m, c.env.Now()})
}

func (c *connection) toCommands(ctx context.Context, message any) error {
	pid, ok := c.env.System.Lookup(commandsPath)
	if !ok {
		return errors.New("the commands' actor is not there")
	}
	return c.env.System.SendWait(ctx, pid, message)
}
