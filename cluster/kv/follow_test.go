package kv_test

import (
	"context"
	"testing"
	"testing/synctest"

	"github.com/holdfast-edge/holdfast/cluster/kv"
)

// lossy is a store whose watches are lost when the test says so.
type lossy struct {
	*kv.Memory

	lose chan struct{}
}

func (l lossy) Watch(ctx context.Context, prefix string, after int64) <-chan kv.Change {
	ctx, cancel := context.WithCancel(ctx)
	go func() {
		defer cancel()
		select {
		case <-l.lose:
		case <-ctx.Done():
		}
	}()
	return l.Memory.Watch(ctx, prefix, after)
}

func TestWhoFollowsHearsOfWhatWentAwayWhileItsWatchWasLost(t *testing.T) {
	synctest.Test(t, hearsOfWhatWentAway)
}

// In virtual time, in which the watch is lost for as long as the test wants.
func hearsOfWhatWentAway(t *testing.T) {
	s := lossy{kv.NewMemory(), make(chan struct{})}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	put := func(key string) {
		if _, err := s.Commit(ctx, kv.Txn{Put: []kv.Put{{Key: key, Value: []byte("1")}}}); err != nil {
			t.Fatal(err)
		}
	}
	put("/a/1")
	put("/a/2")
	told := make(chan kv.Change, 16)
	go kv.Follow(ctx, s, "/a/", func(_ context.Context, c kv.Change) { told <- c }, nil)
	want := func(key string, deleted bool) {
		t.Helper()
		if c := <-told; c.Key != key || c.Deleted != deleted {
			t.Errorf("told of %s, deleted %v; want %s, %v", c.Key, c.Deleted, key, deleted)
		}
	}
	want("/a/1", false)
	want("/a/2", false)
	put("/a/3")
	want("/a/3", false)
	s.lose <- struct{}{} // the watch is there: it has told of 3
	if _, err := s.Commit(ctx, kv.Txn{Delete: []string{"/a/1"}}); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		c := <-told
		if c.Deleted && c.Key == "/a/1" {
			return // told by the watch, which was faster than its end
		}
		want := map[string]bool{"/a/2": true, "/a/3": true}
		if !want[c.Key] {
			t.Errorf("told of %s", c.Key)
		}
	}
	want("/a/1", true)
}
