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

	"github.com/holdfast-edge/holdfast/cluster/kv"
)

// Client is a kv.Store on an etcd cluster. Close must be called.
type Client struct{ etcd *clientv3.Client }

var _ kv.Store = (*Client)(nil)

// Connect returns a client of the cluster at the given URLs. It does not wait for it.
func Connect(urls []string) (*Client, error) {
	c, err := clientv3.New(clientv3.Config{
		Endpoints: urls, DialTimeout: 5 * time.Second, Logger: zap.NewNop(),
		DialKeepAliveTime: 5 * time.Second, DialKeepAliveTimeout: 3 * time.Second,
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
	r, err := c.etcd.Get(ctx, key)
	if err != nil {
		return kv.Entry{}, err
	}
	if len(r.Kvs) == 0 {
		return kv.Entry{}, kv.ErrNotFound
	}
	return kv.Entry{Key: key, Value: r.Kvs[0].Value, Version: r.Kvs[0].ModRevision}, nil
}

// List returns the keys with a prefix.
func (c *Client) List(ctx context.Context, prefix string) ([]kv.Entry, int64, error) {
	r, err := c.etcd.Get(ctx, prefix, clientv3.WithPrefix(), clientv3.WithSort(clientv3.SortByKey, clientv3.SortAscend))
	if err != nil {
		return nil, 0, err
	}
	list := make([]kv.Entry, 0, len(r.Kvs))
	for _, e := range r.Kvs {
		list = append(list, kv.Entry{Key: string(e.Key), Value: e.Value, Version: e.ModRevision})
	}
	return list, r.Header.Revision, nil
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
