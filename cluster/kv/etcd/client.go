// Package etcd is the store of a cloud's members on etcd: a client for a cluster that somebody else runs, and an etcd
// inside of the process for a cloud of one member.
package etcd

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.etcd.io/etcd/api/v3/v3rpc/rpctypes"
	clientv3 "go.etcd.io/etcd/client/v3"
	"go.uber.org/zap"
	"google.golang.org/grpc"
	"google.golang.org/grpc/backoff"

	"github.com/holdfast-edge/holdfast/cluster/kv"
)

// Client is a kv.Store on an etcd cluster. Close must be called.
type Client struct{ etcd *clientv3.Client }

var _ kv.Store = (*Client)(nil)

// within is how long etcd may take for an answer: while it is away, whoever asks shall hear that instead of waiting.
const within = 5 * time.Second

// Times of a connection to etcd. A member that was cut off has to be back soon after it is not any more, whereas gRPC would
// wait for up to two minutes between its attempts.
const (
	dialWithin  = 3 * time.Second
	redialFirst = 200 * time.Millisecond
	redialMost  = 2 * time.Second
	silence     = 3 * time.Second // that ends a connection, and has another member of etcd asked
)

// Connect returns a client of the cluster at the given URLs. It does not wait for it.
func Connect(urls []string) (*Client, error) {
	redial := backoff.Config{BaseDelay: redialFirst, Multiplier: 1.6, Jitter: 0.2, MaxDelay: redialMost}
	c, err := clientv3.New(clientv3.Config{
		Endpoints: urls, DialTimeout: dialWithin, Logger: zap.NewNop(),
		DialKeepAliveTime: 10 * time.Second, DialKeepAliveTimeout: silence, // gRPC has no shorter time; what is sent ends it earlier
		DialOptions: []grpc.DialOption{grpc.WithConnectParams(grpc.ConnectParams{Backoff: redial, MinConnectTimeout: dialWithin})},
	})
	if err != nil {
		return nil, fmt.Errorf("connect to etcd: %w", err)
	}
	return &Client{c}, nil
}

// Close ends the connection.
func (c *Client) Close() error { return c.etcd.Close() }

// Get returns a key.
func (c *Client) Get(ctx context.Context, key string) (kv.Entry, error) {
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	r, err := c.etcd.Get(ctx, key)
	if err != nil {
		return kv.Entry{}, err
	}
	if len(r.Kvs) == 0 {
		return kv.Entry{}, kv.ErrNotFound
	}
	return kv.Entry{Key: key, Value: r.Kvs[0].Value, Version: r.Kvs[0].ModRevision}, nil
}

// page is how many keys are read at once, so that a list of many is no single long answer of etcd.
const page = 500

// List returns the keys with a prefix, page by page, all as of the version of the first.
func (c *Client) List(ctx context.Context, prefix string) (list []kv.Entry, version int64, err error) {
	from, end := prefix, clientv3.GetPrefixRangeEnd(prefix)
	for {
		r, err := c.page(ctx, from, clientv3.WithRange(end), clientv3.WithLimit(page), clientv3.WithRev(version))
		if err != nil {
			return nil, 0, err
		}
		if version == 0 {
			version = r.Header.Revision
		}
		for _, e := range r.Kvs {
			list = append(list, kv.Entry{Key: string(e.Key), Value: e.Value, Version: e.ModRevision})
		}
		if !r.More {
			return list, version, nil
		}
		from = list[len(list)-1].Key + "\x00"
	}
}

func (c *Client) page(ctx context.Context, from string, options ...clientv3.OpOption) (*clientv3.GetResponse, error) {
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	return c.etcd.Get(ctx, from, options...)
}

// Commit makes a transaction.
func (c *Client) Commit(ctx context.Context, t kv.Txn) (int64, error) {
	var checks []clientv3.Cmp
	for _, check := range t.If {
		checks = append(checks, clientv3.Compare(clientv3.ModRevision(check.Key), "=", check.Version))
	}
	var ops []clientv3.Op
	for _, p := range t.Put {
		op, err := put(p)
		if err != nil {
			return 0, err
		}
		ops = append(ops, op)
	}
	for _, key := range t.Delete {
		ops = append(ops, clientv3.OpDelete(key))
	}
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	r, err := c.etcd.Txn(ctx).If(checks...).Then(ops...).Commit()
	switch {
	case errors.Is(err, rpctypes.ErrLeaseNotFound):
		return 0, kv.ErrLease
	case err != nil:
		return 0, err
	case !r.Succeeded:
		return 0, kv.ErrConflict
	}
	return r.Header.Revision, nil
}

func put(p kv.Put) (clientv3.Op, error) {
	if p.Lease == nil {
		return clientv3.OpPut(p.Key, string(p.Value)), nil
	}
	l, ok := p.Lease.(*lease)
	if !ok || !l.Alive() {
		return clientv3.Op{}, kv.ErrLease
	}
	return clientv3.OpPut(p.Key, string(p.Value), clientv3.WithLease(l.id)), nil
}

// Watch returns the changes after a version.
func (c *Client) Watch(ctx context.Context, prefix string, after int64) <-chan kv.Change {
	out := make(chan kv.Change)
	ctx, cancel := context.WithCancel(clientv3.WithRequireLeader(ctx))
	in := c.etcd.Watch(ctx, prefix, clientv3.WithPrefix(), clientv3.WithRev(after+1))
	go func() { // ends with ctx, or with the watch
		defer close(out)
		defer cancel()
		for r := range in {
			if r.Err() != nil {
				return
			}
			for _, e := range r.Events {
				change := kv.Change{
					Entry:   kv.Entry{Key: string(e.Kv.Key), Value: e.Kv.Value, Version: e.Kv.ModRevision},
					Deleted: e.Type == clientv3.EventTypeDelete,
				}
				select {
				case out <- change:
				case <-ctx.Done():
					return
				}
			}
		}
	}()
	return out
}
