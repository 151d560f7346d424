package subscription

import (
	"context"
	"log/slog"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/holdfast-edge/holdfast/broker"
	"github.com/holdfast-edge/holdfast/broker/mqttd"
	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/streamsql/decode"
	"github.com/holdfast-edge/holdfast/supervisor"
	"github.com/holdfast-edge/holdfast/tag"
)

// Env is what subscriptions are given. All of it may be used concurrently.
type Env struct {
	Site    string
	System  *supervisor.System
	Bus     *broker.Bus
	Logger  *slog.Logger
	Now     func() time.Time
	Meter   func(stream string) *Meter     // the same one for the same name
	Refused func(stream string, err error) // told of messages that cannot be decoded, at any rate
}

// Config is one stream and what its readers want of it.
type Config struct {
	Stream *config.Stream
	Demand *Demand // what they read
	Inlet  *Inlet  // of a stream of the node's own broker; else nil
}

// Spec returns the subscription as a child of the node's subscriptions. It
// reconnects with growing waits and for ever.
func Spec(env Env, c Config) supervisor.Spec {
	suspects := newSuspects()
	return supervisor.Spec{
		Name: c.Stream.Name, Kind: "subscription",
		Policy: supervisor.Policy{
			Floor: 100 * time.Millisecond, Cap: 15 * time.Second, Jitter: supervisor.EqualJitter,
			Healthy: 30 * time.Second, Slow: 5 * time.Minute,
		},
		New: func() actor.Actor { return &subscription{env: env, config: c, suspects: suspects} },
	}
}

// subscribed says that messages are taken.
type subscribed struct{}

// subscription is the actor.
type subscription struct {
	env      Env
	config   Config
	suspects *suspects
}

// Receive is the actor.
func (s *subscription) Receive(ctx actor.Context) {
	switch msg := ctx.Message().(type) {
	case *actor.Started:
		s.start(ctx)
	case subscribed:
		supervisor.Report(ctx, "receiving", "")
		supervisor.Healthy(ctx)
	case supervisor.GoFailed:
		supervisor.Fail(ctx, msg.Err)
	}
}

func (s *subscription) start(ctx actor.Context) {
	in, err := s.intake()
	if err != nil {
		supervisor.Fail(ctx, supervisor.Permanent(err))
		return
	}
	supervisor.Report(ctx, "connecting", "")
	self := ctx.Self()
	supervisor.Go(ctx, "intake", func(c context.Context) error {
		if s.config.Inlet == nil {
			return s.runFar(c, self, in)
		}
		return s.runOwn(c, self, in)
	})
}

func (s *subscription) intake() (*intake, error) {
	name := s.config.Stream.Name
	columns := s.config.Demand.columns.Load()
	decoder, err := decode.New(decode.Options{
		Stream: tag.NewStreamID(s.env.Site, name), Name: name,
		Columns: columns.Names, All: columns.All,
		Timestamp: s.config.Stream.Timestamp, MaxColumns: s.config.Stream.MaxColumns,
		Keeps: s.config.Inlet != nil, // the own broker's payloads are immutable
	})
	return &intake{
		decoder: decoder, demand: s.config.Demand, reads: columns, stream: s.env.Bus.Stream(name),
		drops: s.config.Stream.Overflow == config.DropOldest, qos: s.config.Stream.MQTT.QoS, far: s.config.Inlet == nil,
		meter: s.env.Meter(name), suspects: s.suspects, refused: func(err error) { s.env.Refused(name, err) },
	}, err
}

// runOwn takes the messages of the node's own broker until ctx is done.
func (s *subscription) runOwn(ctx context.Context, self *actor.PID, in *intake) error {
	if err := s.env.System.SendWait(ctx, self, subscribed{}); err != nil {
		return err
	}
	return s.config.Inlet.serve(ctx, func(ctx context.Context, arrived []mqttd.Message) error {
		err := in.take(ctx, arrived)
		if err != nil {
			in.meter.Untaken.Add(uint64(len(arrived)))
		}
		return err
	})
}
