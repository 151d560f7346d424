// Package blobtest is the suite that every blob store passes.
package blobtest

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/holdfast-edge/holdfast/cluster/blob"
)

// Run tests an empty store.
func Run(t *testing.T, s blob.Store) {
	t.Helper()
	t.Run("a blob is kept once and never changed", func(t *testing.T) { once(t, s) })
	t.Run("of many that put under one key, one is kept", func(t *testing.T) { race(t, s) })
	t.Run("no key leads out of the store", func(t *testing.T) { keys(t, s) })
}

func once(t *testing.T, s blob.Store) {
	ctx := t.Context()
	for _, key := range []string{"bundles/a", "bundles/b", "audit/2026/1"} {
		if err := errors.Join(s.Put(ctx, key, []byte(key)), s.Put(ctx, key, []byte(key))); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Put(ctx, "bundles/a", []byte("other")); !errors.Is(err, blob.ErrExists) {
		t.Errorf("other octets: %v", err)
	}
	if got, err := s.Load(ctx, "bundles/a"); err != nil || string(got) != "bundles/a" {
		t.Errorf("got %q, %v", got, err)
	}
	for offset, want := range map[int64]string{0: "bundles/a", 8: "a", 9: "", 99: ""} {
		if got, err := rest(t, s, offset); err != nil || got != want {
			t.Errorf("from %d on: %q, %v", offset, got, err)
		}
	}
	if got, err := s.List(ctx, "bundles/"); err != nil || !slices.Equal(got, []string{"bundles/a", "bundles/b"}) {
		t.Errorf("list: %v, %v", got, err)
	}
	if got, err := s.List(ctx, "nothing/"); err != nil || len(got) != 0 {
		t.Errorf("list of nothing: %v, %v", got, err)
	}
	if err := errors.Join(s.Delete(ctx, "bundles/a"), s.Delete(ctx, "bundles/a")); err != nil {
		t.Error(err)
	}
	if _, err := s.Load(ctx, "bundles/a"); !errors.Is(err, blob.ErrNotFound) {
		t.Errorf("after it was deleted: %v", err)
	}
	if _, err := rest(t, s, 0); !errors.Is(err, blob.ErrNotFound) {
		t.Errorf("opened after it was deleted: %v", err)
	}
}

// rest reads bundles/a from an offset on.
func rest(t *testing.T, s blob.Store, offset int64) (string, error) {
	r, err := s.Open(t.Context(), "bundles/a", offset)
	if err != nil {
		return "", err
	}
	octets, err := io.ReadAll(r)
	return string(octets), errors.Join(err, r.Close())
}

func race(t *testing.T, s blob.Store) {
	var all sync.WaitGroup
	var kept atomic.Int32
	for i := range 8 {
		all.Go(func() {
			err := s.Put(t.Context(), "race/one", fmt.Append(nil, i))
			if err == nil {
				kept.Add(1)
			} else if !errors.Is(err, blob.ErrExists) {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if kept.Load() != 1 {
		t.Errorf("%d were kept", kept.Load())
	}
}

func keys(t *testing.T, s blob.Store) {
	for _, key := range []string{"", "..", "../x", "/etc/passwd", "a/../../x", "a//b", ".hidden", "a\x00b"} {
		if err := s.Put(t.Context(), key, nil); err == nil {
			t.Errorf("%q is taken", key)
		}
	}
}
