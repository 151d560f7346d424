// Package kv is what the members of a cloud agree on: a small ordered store of keys with transactions, watches and
// leases. It is the contract, and an implementation in memory for tests and for tools; the one that counts is etcd, in a
// package below.
//
// It is for facts that change seldom and are small: who owns a site, which generation it shall run. Telemetry, bundles and
// audit records are elsewhere.
package kv

import (
	"context"
	"errors"
	"time"
)

// What callers branch on.
var (
	ErrNotFound = errors.New("no such key")
	ErrConflict = errors.New("somebody else was faster")
	ErrLease    = errors.New("the lease is gone")
)

// Entry is a key with its value.
type Entry struct {
	Key     string
	Value   []byte
	Version int64 // of the last change of the key; rises with every change of the store
}

// Change is what happened to a key.
type Change struct {
	Entry
	Deleted bool
}

// Txn is changes that are made together or not at all.
type Txn struct {
	If     []Check
	Put    []Put
	Delete []string
}

// Check wants a key to be as it was when it was read.
type Check struct {
	Key     string
	Version int64 // 0: the key is not there
}

// Put gives a key a value.
type Put struct {
	Key   string
	Value []byte
	Lease Lease // nil: the key stays until it is deleted
}

// Lease is a member's sign of life. Keys under it vanish when it ends.
type Lease interface {
	// Alive tells whether the lease certainly still holds, by the member's own
	// monotonic clock: it may hold longer, it does not hold shorter.
	Alive() bool
	// Ended is closed when the lease is lost or revoked.
	Ended() <-chan struct{}
	// Revoke ends the lease at once.
	Revoke(ctx context.Context) error
}

// Store is the keys. It may be used concurrently. Every method waits for the majority, and ends with ctx.
type Store interface {
	// Get returns a key, or ErrNotFound.
	Get(ctx context.Context, key string) (Entry, error)
	// List returns the keys with a prefix, in order, and the version as of which they are.
	List(ctx context.Context, prefix string) ([]Entry, int64, error)
	// Commit makes a transaction and returns its version, or ErrConflict where a check does not hold.
	Commit(ctx context.Context, t Txn) (int64, error)
	// Watch returns the changes of keys with a prefix after a version, in order. The channel is closed when ctx is
	// done or the watch is lost; who still wants it lists again.
	Watch(ctx context.Context, prefix string, after int64) <-chan Change
	// Lease grants a lease that is kept alive until it is lost or revoked.
	Lease(ctx context.Context, ttl time.Duration) (Lease, error)
	// Close ends watches and leases' keeping.
	Close() error
}
