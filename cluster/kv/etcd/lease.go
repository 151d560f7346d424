package etcd

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"

	"github.com/holdfast-edge/holdfast/cluster/kv"
)

// lease is a lease of etcd. It counts its own time down from before each renewal was sent, so that it never believes to
// hold longer than etcd does.
type lease struct {
	client *clientv3.Client
	id     clientv3.LeaseID
	ttl    time.Duration
	origin time.Time     // of until
	until  atomic.Int64  // nanoseconds after origin, by the monotonic clock
	ended  chan struct{} // closed by keep
	cancel context.CancelFunc
	done   sync.WaitGroup
}

var _ kv.Lease = (*lease)(nil)

// Lease grants a lease of whole seconds.
func (c *Client) Lease(ctx context.Context, ttl time.Duration) (kv.Lease, error) {
	asked := time.Now()
	r, err := c.etcd.Grant(ctx, int64(max(ttl, time.Second).Seconds()))
	if err != nil {
		return nil, fmt.Errorf("grant a lease: %w", err)
	}
	keeping, cancel := context.WithCancel(context.WithoutCancel(ctx))
	l := &lease{client: c.etcd, id: r.ID, ttl: time.Duration(r.TTL) * time.Second, origin: asked, ended: make(chan struct{}), cancel: cancel}
	l.until.Store(int64(l.ttl))
	l.done.Go(func() { l.keep(keeping) })
	return l, nil
}

// keep renews three times within each life. It returns when the lease is over, by its own clock or by etcd's word.
func (l *lease) keep(ctx context.Context) {
	defer close(l.ended)
	tick := time.NewTicker(l.ttl / 4)
	defer tick.Stop()
	for l.Alive() {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		asked := time.Since(l.origin)
		once, cancel := context.WithTimeout(ctx, l.ttl/2)
		r, err := l.client.KeepAliveOnce(once, l.id)
		cancel()
		if err == nil && r.TTL > 0 {
			l.until.Store(int64(asked + time.Duration(r.TTL)*time.Second))
		}
	}
}

// Alive is true for as long as etcd cannot have ended the lease.
func (l *lease) Alive() bool {
	select {
	case <-l.ended:
		return false
	default:
		return time.Since(l.origin) < time.Duration(l.until.Load())
	}
}

func (l *lease) Ended() <-chan struct{} { return l.ended }

func (l *lease) Revoke(ctx context.Context) error {
	l.cancel()
	l.done.Wait()
	_, err := l.client.Revoke(ctx, l.id)
	return err
}
