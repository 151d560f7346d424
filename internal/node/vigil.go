package node

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/holdfast-edge/holdfast/internal/systemd"
	"github.com/holdfast-edge/holdfast/store/log"
	"github.com/holdfast-edge/holdfast/supervisor"
)

// stillness is how many looks in a row a log may have work and make no progress.
const stillness = 6

// vigil watches that the node makes progress, tells the service manager, and
// lets the node prove itself. Its own mailbox is what it asks: while that
// answers, actors run.
type vigil struct{ node *Node }

// pulse is answered with itself.
type pulse struct{}

func (n *Node) vigilSpec() supervisor.Spec {
	return supervisor.Spec{Name: "vigil", Kind: "service", New: func() actor.Actor { return vigil{n} }}
}

// Receive is the actor.
func (v vigil) Receive(ctx actor.Context) {
	switch msg := ctx.Message().(type) {
	case *actor.Started:
		self := ctx.Self()
		supervisor.Go(ctx, "watch", func(c context.Context) error { return v.watch(c, self) })
	case pulse:
		ctx.Respond(msg)
	case supervisor.GoFailed:
		supervisor.Fail(ctx, msg.Err)
	}
}

// watch looks at the node again and again until ctx is done.
func (v vigil) watch(ctx context.Context, self *actor.PID) error {
	every := 10 * time.Second
	if interval, watched := systemd.WatchdogInterval(); watched {
		every = interval / 3
	}
	v.tell(systemd.Ready)
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	proven, sight := false, stall{}
	for {
		select {
		case <-ctx.Done():
			return nil // whether the process ends, too, knows who runs the node
		case now := <-ticker.C:
			v.node.watchClock()
			v.node.watchDisk(now)
			if v.answers(ctx, self, every) && !sight.stalled(v.node.log.Stats()) {
				v.tell(systemd.Alive)
			}
			if !proven && now.Sub(v.node.started) >= healthyAfter {
				if err := v.node.life.prove(); err != nil {
					return err
				}
				proven = true
				v.node.reportToCloud() // what runs may be confirmed by that
			}
		}
	}
}

// answers reports whether an actor answers in time.
func (v vigil) answers(ctx context.Context, self *actor.PID, within time.Duration) bool {
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	_, err := v.node.system.Ask(ctx, self, pulse{})
	if err != nil && !errors.Is(err, context.Canceled) {
		v.node.means.Logger.Error("no actor answers", slog.Any("error", err))
	}
	return err == nil
}

// tell tells the service manager. That it cannot be told is logged, and no
// reason to stop what works.
func (v vigil) tell(state string) {
	if err := systemd.Notify(state); err != nil {
		v.node.means.Logger.Warn("service manager not told", slog.String("state", state), slog.Any("error", err))
	}
}

// stall notices a log that has work and does none. A disk that refuses is no
// stall: restarting the node would not make it larger.
type stall struct {
	rows  int64
	looks int
}

func (s *stall) stalled(now log.Stats) bool {
	if now.Queue == 0 || now.Rows != s.rows || now.Trouble != nil {
		s.rows, s.looks = now.Rows, 0
		return false
	}
	s.looks++
	return s.looks >= stillness
}
