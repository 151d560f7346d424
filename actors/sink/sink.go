package sink

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"sync/atomic"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/internal/trace"
	"github.com/holdfast-edge/holdfast/sinks"
	"github.com/holdfast-edge/holdfast/sinks/shape"
	"github.com/holdfast-edge/holdfast/store/log"
	"github.com/holdfast-edge/holdfast/supervisor"
	"github.com/holdfast-edge/holdfast/tag"
)

// Env is what sinks are given. All of it may be used concurrently.
type Env struct {
	Site   string
	System *supervisor.System
	Log    *log.Log
	Logger *slog.Logger
	Now    func() time.Time
	Meter  func(sink string) *Meter // the same one for the same name

	// Bury commits refused records to a dead-letter stream of the node.
	Bury func(ctx context.Context, stream string, letters *tag.Batch) error

	Dir   string      // of what sinks keep by themselves, a directory each; empty: nothing can be kept
	Plant sinks.Plant // nil: there is none

	Trace *trace.Tracer // nil: nothing is traced

	MaxBacklog int64 // bytes of the log that any sink may hold back; 0: no limit
}

// dir is the directory of one sink.
func (e Env) dir(sink string) string {
	if e.Dir == "" {
		return ""
	}
	return filepath.Join(e.Dir, sink)
}

// Config is one far end and the streams that go there.
type Config struct {
	Sink    sinks.Sink
	Config  *config.Sink
	Streams []string
	Window  int // entries of the log that may be on the way; 0: as the log has it
}

// CursorName returns the name of a sink's cursor in the log.
func CursorName(sink string) string { return "sink/" + sink }

// Spec returns the sink as a child of the node's sinks. It reconnects with
// growing waits and for ever: what is away for a month finds its data waiting.
func Spec(env Env, c Config) supervisor.Spec {
	return supervisor.Spec{
		Name: c.Config.Name, Kind: "sink",
		Policy: supervisor.Policy{
			Floor: c.Config.OnError.MinWait, Cap: c.Config.OnError.MaxWait, Jitter: supervisor.EqualJitter,
			Healthy: 30 * time.Second, Slow: 5 * time.Minute,
		},
		New: func() actor.Actor { return &sink{env: env, config: c} },
	}
}

// opened says that the far end takes deliveries, in words how, where that is not as configured; paused, that none are made;
// refused, that it has refused some for good.
type (
	opened  struct{ note string }
	paused  struct{}
	refused struct{}
)

// sink is the actor. One incarnation is one connection.
type sink struct {
	env    Env
	config Config
	told   atomic.Bool // a refused is on its way
}

// Receive is the actor.
func (s *sink) Receive(ctx actor.Context) {
	switch msg := ctx.Message().(type) {
	case *actor.Started:
		supervisor.Report(ctx, "connecting", "")
		self := ctx.Self()
		supervisor.Go(ctx, "delivery", func(c context.Context) error { return s.run(c, self) })
	case opened:
		supervisor.Report(ctx, "delivering", msg.note)
		supervisor.Healthy(ctx)
	case paused:
		supervisor.Report(ctx, "paused", "the log keeps what comes for it")
		supervisor.Healthy(ctx)
	case refused:
		s.told.Store(false)
		m := s.env.Meter(s.config.Config.Name)
		supervisor.Report(ctx, "delivering", fmt.Sprintf("%d records refused for good, the last: %v", m.Rejected.Load(), m.LastRejection()))
	case supervisor.GoFailed:
		supervisor.Fail(ctx, cause(msg.Err))
	}
}

// run is one connection, from opening it to the reason why it ended.
func (s *sink) run(ctx context.Context, self *actor.PID) error {
	c := s.config.Config
	cursor, err := s.env.Log.Cursor(CursorName(c.Name), log.CursorOptions{ // before anything else: it holds the data
		Streams: s.config.Streams, Quota: s.quota(), Window: s.config.Window,
	})
	if err != nil {
		return err
	}
	defer cursor.Close()
	if c.Paused {
		return s.rest(ctx, self)
	}
	w, err := s.config.Sink.Open(ctx, sinks.Target{
		Site: s.env.Site, Name: c.Name, Options: c.Options, Logger: s.env.Logger.With("sink", c.Name),
		Dir: s.env.dir(c.Name), Plant: s.env.Plant,
	})
	if err != nil {
		return err
	}
	defer closeIn(w, 5*time.Second)
	var started opened
	if n, ok := w.(sinks.Noter); ok && n.Note() != "" {
		started.note = n.Note()
		s.env.Meter(c.Name).Fallbacks.Add(1)
	}
	if err := s.env.System.SendWait(ctx, self, started); err != nil {
		return err
	}
	d, err := s.delivery(w, cursor, self)
	if err != nil {
		return err
	}
	return d.run(ctx)
}

// rest holds what comes for a sink that is paused, until ctx is done.
func (s *sink) rest(ctx context.Context, self *actor.PID) error {
	if err := s.env.System.SendWait(ctx, self, paused{}); err != nil {
		return err
	}
	<-ctx.Done()
	return nil
}

func (s *sink) delivery(w sinks.Writer, cursor *log.Cursor, self *actor.PID) (*delivery, error) {
	c := s.config.Config
	letters, err := newLetterForm(s.env.Site, c.Name, c.OnError.DeadLetter)
	return &delivery{
		config: c, writer: w, cursor: cursor, meter: s.env.Meter(c.Name), now: s.env.Now,
		shaper: shape.New(c), refusals: newRefusals(), letters: letters, tracer: s.env.Trace,
		bury: func(ctx context.Context, b *tag.Batch) error { return s.env.Bury(ctx, c.OnError.DeadLetter, b) },
		noticed: func() {
			if s.told.CompareAndSwap(false, true) {
				s.env.System.Actors().Root.Send(self, refused{})
			}
		},
	}, err
}

// quota is what the log keeps for the sink: what the sink says, within what the
// log may take at all.
func (s *sink) quota() log.Quota {
	q := log.Quota{Bytes: s.env.MaxBacklog, Age: s.config.Config.MaxBacklogAge}
	if own := int64(s.config.Config.MaxBacklog); own > 0 && (q.Bytes == 0 || own < q.Bytes) {
		q.Bytes = own
	}
	return q
}

// closeIn gives what is on the way some time to be acknowledged. How it closes
// is of no interest: what was not acknowledged is delivered again.
func closeIn(w sinks.Writer, d time.Duration) {
	ctx, cancel := context.WithTimeout(context.Background(), d)
	defer cancel()
	_ = w.Close(ctx)
}

// cause marks a failure that opening again cannot cure.
func cause(err error) error {
	if f, ok := errors.AsType[*sinks.Failure](err); ok && f.Permanent {
		return supervisor.Permanent(err)
	}
	return err
}
