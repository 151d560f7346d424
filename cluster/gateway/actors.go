package gateway

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/holdfast-edge/holdfast/cluster/link/wire"
	"github.com/holdfast-edge/holdfast/cluster/sites"
	"github.com/holdfast-edge/holdfast/supervisor"
)

var errEffects = errors.New("too much waits for the store")

// sitesPath is where the sites' actors are.
const sitesPath = "/sites"

// Spec is the supervisor of the sites' actors.
func (g *Gateway) Spec() supervisor.Spec {
	return supervisor.Spec{Name: "sites", Kind: "group", New: supervisor.Group()}
}

// actor has the site's actor hold a session. One that has failed in between is given the session again, or ends it.
func (g *Gateway) actor(ctx context.Context, s *session) error {
	path := sitesPath + "/" + s.site
	if _, ok := g.o.System.Lookup(path); !ok {
		_, err := g.o.System.Add(ctx, sitesPath, supervisor.Spec{
			Name: s.site, Kind: "site",
			New: func() actor.Actor { return &site{g: g, name: s.site} },
			Policy: supervisor.Policy{
				Floor: 100 * time.Millisecond, Cap: 5 * time.Second, Healthy: 30 * time.Second, Exhausted: supervisor.Alarm, Slow: 30 * time.Second,
			},
		})
		if err != nil && !errors.Is(err, supervisor.ErrExists) {
			return err
		}
	}
	return g.tell(ctx, s.site, opened{s})
}

// tell sends a message to a site's actor, and waits while its mailbox is full.
func (g *Gateway) tell(ctx context.Context, name string, message any) error {
	pid, ok := g.o.System.Lookup(sitesPath + "/" + name)
	if !ok {
		return supervisor.ErrUnknown
	}
	return g.o.System.SendWait(ctx, pid, message)
}

// recheck ends a session whose certificate was revoked between the door and here, when nobody watched it yet.
func (g *Gateway) recheck(ctx context.Context, s *session) error {
	site, err := g.o.Sites.Site(ctx, s.site)
	if err == nil && slices.Contains(site.Serials, s.serial) {
		return nil
	}
	if err == nil || errors.Is(err, sites.ErrUnknown) {
		s.end(&wire.TurnedAway{Reason: sites.ErrRevoked.Error(), RetryAfterMs: comeBack.Milliseconds()})
		return sites.ErrRevoked
	}
	return err
}

// End ends the session of a site with this member, if it has one.
func (g *Gateway) End(name, reason string) {
	if s, ok := g.session(name); ok {
		s.end(&wire.TurnedAway{Reason: reason, RetryAfterMs: comeBack.Milliseconds()})
	}
}

func isPermanent(err error) bool { return status.Code(err) == codes.PermissionDenied }
