package etcd_test

import (
	"testing"

	"github.com/holdfast-edge/holdfast/cluster/kv/etcd"
	"github.com/holdfast-edge/holdfast/cluster/kv/kvtest"
)

func TestAnEtcdInThisProcessPassesTheSuiteAndKeepsItsKeys(t *testing.T) {
	dir := t.TempDir()
	e, err := etcd.Embed(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	kvtest.Run(t, e, "/t/")
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	again, err := etcd.Embed(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	if _, err := again.Get(t.Context(), "/t/a/x"); err != nil {
		t.Error(err)
	}
}
