package endpoint

import (
	"log/slog"
	"strings"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/holdfast-edge/holdfast/actors/write"
	"github.com/holdfast-edge/holdfast/broker"
	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/protocols"
	"github.com/holdfast-edge/holdfast/supervisor"
	"github.com/holdfast-edge/holdfast/tag"
)

// Env is what the actors of an endpoint are given. All of it may be used
// concurrently.
type Env struct {
	Site    string
	Schemas *Schemas
	System  *supervisor.System
	Bus     *broker.Bus
	Logger  *slog.Logger
	Meter   func(device string) *Meter // the same one for the same name
	Wrote   func(write.Report)         // told of every command's end; must not block
	Now     func() time.Time           // with a monotonic reading
	Random  func() float64             // in [0, 1)

	// Tap is told what the sessions of an endpoint exchange: the same one for the same name. nil: nobody is told.
	Tap func(endpoint string) protocols.Tap
}

func (e Env) tap(endpoint string) protocols.Tap {
	if e.Tap == nil {
		return nil
	}
	return e.Tap(endpoint)
}

// Config is how one endpoint is reached: as one of the devices behind it says,
// which all say the same. The devices are children of their own; see Device.
type Config struct {
	Driver protocols.Driver
	Device *config.Device
}

// Name returns the endpoint's name in the tree: its address, with the slashes
// of a path replaced.
func Name(d *config.Device) string {
	name := strings.ReplaceAll(d.Endpoint.WithoutQuery(), "://", ":")
	return strings.ReplaceAll(name, "/", "_")
}

// Spec returns the endpoint as a child of the node's endpoints. Its devices are
// to be added to it, so that each can come and go without the others.
func Spec(env Env, c Config) supervisor.Spec {
	return supervisor.Spec{
		Name: Name(c.Device), Kind: "endpoint", Policy: standAlone(),
		New: func() actor.Actor { return &endpoint{env: env, config: c} },
	}
}

// standAlone is the policy of an endpoint: one that is hopeless raises an alarm
// and is tried again slowly. It does not take the others with it.
func standAlone() supervisor.Policy {
	p := supervisor.DefaultPolicy()
	p.Exhausted, p.Slow = supervisor.Alarm, time.Minute
	return p
}

// sessionOpened says that the lanes are being served.
type sessionOpened struct {
	lanes      *lanes
	connection protocols.Session // the session's own
	source     *actor.PID        // takes subscriptions; nil: devices are polled
	browser    *actor.PID        // takes browses; nil: the device cannot tell what it has
}

// sessionLost says that they are no more, and what that makes of the tags.
type sessionLost struct {
	quality tag.Quality
	reason  string
}

// hello asks an endpoint how its session is, now and from now on; the answer is
// a sessionOpened, or a sessionLost where one has been lost, or nothing yet.
type hello struct{ from *actor.PID }

// farewell says that a device wants to know no more.
type farewell struct{ from *actor.PID }

// endpoint keeps its devices informed about their session.
type endpoint struct {
	env     Env
	config  Config
	devices map[string]*actor.PID // that have said hello, by path
	news    any                   // the last *sessionOpened or *sessionLost
}

// Receive is the actor.
func (e *endpoint) Receive(ctx actor.Context) {
	switch msg := ctx.Message().(type) {
	case *actor.Started:
		e.start(ctx)
	case *sessionOpened, *sessionLost:
		e.news = msg
		for _, d := range e.devices {
			ctx.Send(d, msg)
		}
	case *hello:
		e.devices[msg.from.Id] = msg.from
		if e.news != nil {
			ctx.Send(msg.from, e.news)
		}
	case *farewell:
		delete(e.devices, msg.from.Id)
	}
}

func (e *endpoint) start(ctx actor.Context) {
	e.devices = map[string]*actor.PID{}
	if _, err := supervisor.Spawn(ctx, sessionSpec(e.env, e.config)); err != nil {
		supervisor.Fail(ctx, err)
	}
}
