// Package kvtest is the suite that every kv.Store passes.
package kvtest

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/holdfast-edge/holdfast/cluster/kv"
)

// Run tests a store that is empty below prefix.
func Run(t *testing.T, s kv.Store, prefix string) {
	t.Run("a key is there when it was put, and not before", func(t *testing.T) { keys(t, s, prefix+"a/") })
	t.Run("a transaction whose check does not hold changes nothing", func(t *testing.T) { conflict(t, s, prefix+"b/") })
	t.Run("a watch gives every change after its version, in order", func(t *testing.T) { watch(t, s, prefix+"c/") })
	t.Run("keys under a lease vanish with it", func(t *testing.T) { lease(t, s, prefix+"d/") })
	t.Run("updates by many lose none", func(t *testing.T) { update(t, s, prefix+"e/") })
}

func put(t *testing.T, s kv.Store, key, value string, checks ...kv.Check) int64 {
	t.Helper()
	version, err := s.Commit(t.Context(), kv.Txn{If: checks, Put: []kv.Put{{Key: key, Value: []byte(value)}}})
	if err != nil {
		t.Fatal(err)
	}
	return version
}

func keys(t *testing.T, s kv.Store, prefix string) {
	if _, err := s.Get(t.Context(), prefix+"x"); !errors.Is(err, kv.ErrNotFound) {
		t.Errorf("a key that was never put: %v", err)
	}
	put(t, s, prefix+"y", "2")
	version := put(t, s, prefix+"x", "1")
	e, err := s.Get(t.Context(), prefix+"x")
	if err != nil || string(e.Value) != "1" || e.Version != version {
		t.Errorf("got %+v, %v, want version %d", e, err, version)
	}
	list, as, err := s.List(t.Context(), prefix)
	if err != nil || len(list) != 2 || list[0].Key != prefix+"x" || as < version {
		t.Errorf("list: %+v as of %d, %v", list, as, err)
	}
}

func conflict(t *testing.T, s kv.Store, prefix string) {
	first := put(t, s, prefix+"x", "1", kv.Check{Key: prefix + "x"})
	txn := kv.Txn{
		If:     []kv.Check{{Key: prefix + "x", Version: first}, {Key: prefix + "z", Version: 7}},
		Put:    []kv.Put{{Key: prefix + "y"}},
		Delete: []string{prefix + "x"},
	}
	if _, err := s.Commit(t.Context(), txn); !errors.Is(err, kv.ErrConflict) {
		t.Errorf("got %v", err)
	}
	if list, _, err := s.List(t.Context(), prefix); err != nil || len(list) != 1 {
		t.Errorf("there are %+v, %v", list, err)
	}
	if _, err := s.Commit(t.Context(), kv.Txn{If: txn.If[:1], Delete: txn.Delete}); err != nil {
		t.Error(err)
	}
}

func watch(t *testing.T, s kv.Store, prefix string) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	version := put(t, s, prefix+"x", "0")
	put(t, s, prefix+"x", "1")
	changes := s.Watch(ctx, prefix, version)
	put(t, s, prefix+"y", "2")
	put(t, s, prefix[:len(prefix)-2]+"elsewhere", "")
	if _, err := s.Commit(ctx, kv.Txn{Delete: []string{prefix + "x"}}); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"x=1", "y=2", "x gone"} {
		c := <-changes
		got := c.Key[len(prefix):] + "=" + string(c.Value)
		if c.Deleted {
			got = c.Key[len(prefix):] + " gone"
		}
		if got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	cancel()
	for range changes {
		t.Error("a change after the end")
	}
}

func lease(t *testing.T, s kv.Store, prefix string) {
	l, err := s.Lease(t.Context(), 5*time.Second)
	if err != nil || !l.Alive() {
		t.Fatal(err)
	}
	version, err := s.Commit(t.Context(), kv.Txn{Put: []kv.Put{{Key: prefix + "x", Lease: l}}})
	if err != nil {
		t.Fatal(err)
	}
	changes := s.Watch(t.Context(), prefix, version)
	if err := l.Revoke(t.Context()); err != nil {
		t.Fatal(err)
	}
	if c := <-changes; !c.Deleted {
		t.Errorf("got %+v", c)
	}
	<-l.Ended()
	if _, err := s.Commit(t.Context(), kv.Txn{Put: []kv.Put{{Key: prefix + "y", Lease: l}}}); !errors.Is(err, kv.ErrLease) {
		t.Errorf("a put under a lease that is gone: %v", err)
	}
}

func update(t *testing.T, s kv.Store, prefix string) {
	const writers, each = 4, 10
	done := make(chan error, writers)
	for range writers {
		go func() {
			for range each {
				if err := kv.Update(t.Context(), s, prefix+"n", func(n *int, _ bool) error { *n++; return nil }); err != nil {
					done <- err
					return
				}
			}
			done <- nil
		}()
	}
	for range writers {
		if err := <-done; err != nil {
			t.Fatal(err)
		}
	}
	if n, _, err := kv.Load[int](t.Context(), s, prefix+"n"); err != nil || n != writers*each {
		t.Errorf("%d updates of %d, %v", n, writers*each, err)
	}
}
