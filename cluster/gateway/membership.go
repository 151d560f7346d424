package gateway

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/holdfast-edge/holdfast/cluster/kv"
	"github.com/holdfast-edge/holdfast/cluster/link/wire"
)

// MemberPrefix is where members are in the store.
const MemberPrefix = "/holdfast/members/"

// Member is a member of the cloud.
type Member struct {
	Name  string    `json:"name"`
	Link  string    `json:"link" doc:"Where sites dial it."`
	API   string    `json:"api" doc:"Where its API is."`
	Since time.Time `json:"since"`
}

// Times of a membership. Together with a node's redial they have a site that was with a member without contact to the
// others owned by another within 15 s.
const (
	leaseLife   = 6 * time.Second
	leaseRetry  = 500 * time.Millisecond
	leaseWithin = time.Second // for the store to grant one
	letGoAfter  = time.Second // without a lease, before sites are let go
	letGoOver   = 1500 * time.Millisecond
)

// Membership keeps the member's lease until ctx is done, and gets another when it is lost: sites that nobody has taken in
// the meantime go on under a new epoch. Without a lease for a while, it lets its sites go.
func (g *Gateway) Membership(ctx context.Context, self Member) error {
	lost := time.Time{}
	for {
		lease, err := g.join(ctx, self)
		switch {
		case ctx.Err() != nil:
			return nil //nolint:nilerr // the member stops
		case err == nil:
			g.o.Logger.Info("this member has a lease", "member", self.Name)
			g.reclaimAll(ctx)
			if !g.keep(ctx, lease) {
				return nil
			}
			lost = g.o.Now()
			g.o.Logger.Warn("this member has lost its lease: it refuses commands", "member", self.Name)
		case !lost.IsZero() && g.o.Now().Sub(lost) > letGoAfter:
			g.endAll("this member has no contact with the others", letGoOver)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(leaseRetry):
		}
	}
}

// join gets a lease and puts the member down under it.
func (g *Gateway) join(ctx context.Context, self Member) (kv.Lease, error) {
	once, cancel := context.WithTimeout(ctx, leaseWithin)
	defer cancel()
	lease, err := g.o.Store.Lease(once, leaseLife)
	if err != nil {
		return nil, err
	}
	self.Since = g.o.Now().UTC()
	_, err = g.o.Store.Commit(once, kv.Txn{Put: []kv.Put{{Key: MemberPrefix + self.Name, Value: kv.Encode(self), Lease: lease}}})
	if err != nil {
		return nil, errors.Join(err, lease.Revoke(once))
	}
	g.claims.lease.Store(&lease)
	return lease, nil
}

// keep waits for the end of a lease; it is false where the member stops, whose lease is then given up.
func (g *Gateway) keep(ctx context.Context, lease kv.Lease) bool {
	select {
	case <-lease.Ended():
		return true
	case <-ctx.Done():
	}
	once, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
	defer cancel()
	if err := lease.Revoke(once); err != nil {
		g.o.Logger.Debug("the lease was not given up; it will end by itself", "error", err)
	}
	return false
}

// reclaimAll takes every site again whose session this member has, a few at once.
func (g *Gateway) reclaimAll(ctx context.Context) {
	g.mu.Lock()
	var list []*session
	for _, s := range g.sessions {
		list = append(list, s)
	}
	g.mu.Unlock()
	slots := make(chan struct{}, 32)
	var all sync.WaitGroup
	for _, s := range list {
		slots <- struct{}{}
		all.Go(func() {
			defer func() { <-slots }()
			g.reclaim(ctx, s)
		})
	}
	all.Wait()
}

func (g *Gateway) reclaim(ctx context.Context, s *session) {
	held := *s.claim.Load()
	taken, err := g.claims.take(ctx, s.site, &held, 0)
	if err == nil {
		err = g.tell(ctx, s.site, reclaimed{s, taken})
	}
	if err != nil {
		s.end(&wire.TurnedAway{Reason: "the site's session could not be kept: " + err.Error(), RetryAfterMs: comeBack.Milliseconds()})
	}
}

// Lease returns the member's lease while it certainly holds.
func (g *Gateway) Lease() (kv.Lease, bool) { return g.claims.current() }

// Ready tells whether the member has its lease, and so takes commands.
func (g *Gateway) Ready() bool {
	_, ok := g.claims.current()
	return ok
}
