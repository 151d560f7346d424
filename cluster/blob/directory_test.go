package blob_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/holdfast-edge/holdfast/cluster/blob"
)

func TestABlobIsKeptOnceAndNeverChanged(t *testing.T) {
	d, err := blob.OpenDirectory(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	ctx := t.Context()
	for _, key := range []string{"bundles/a", "bundles/b", "audit/2026/1"} {
		if err := errors.Join(d.Put(ctx, key, []byte(key)), d.Put(ctx, key, []byte(key))); err != nil {
			t.Fatal(err)
		}
	}
	if err := d.Put(ctx, "bundles/a", []byte("other")); !errors.Is(err, blob.ErrExists) {
		t.Errorf("other octets: %v", err)
	}
	if got, err := d.Load(ctx, "bundles/a"); err != nil || string(got) != "bundles/a" {
		t.Errorf("got %q, %v", got, err)
	}
	if keys, err := d.List(ctx, "bundles/"); err != nil || !slices.Equal(keys, []string{"bundles/a", "bundles/b"}) {
		t.Errorf("list: %v, %v", keys, err)
	}
	if keys, err := d.List(ctx, "nothing/"); err != nil || len(keys) != 0 {
		t.Errorf("list of nothing: %v, %v", keys, err)
	}
	if err := errors.Join(d.Delete(ctx, "bundles/a"), d.Delete(ctx, "bundles/a")); err != nil {
		t.Error(err)
	}
	if _, err := d.Load(ctx, "bundles/a"); !errors.Is(err, blob.ErrNotFound) {
		t.Errorf("after it was deleted: %v", err)
	}
}

func TestNoKeyLeadsOutOfTheDirectory(t *testing.T) {
	d, err := blob.OpenDirectory(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"", "..", "../x", "/etc/passwd", "a/../../x", "a//b", ".hidden", "a\x00b"} {
		if err := d.Put(t.Context(), key, nil); err == nil {
			t.Errorf("%q is taken", key)
		}
	}
}
