package kv_test

import (
	"testing"

	"github.com/holdfast-edge/holdfast/cluster/kv"
	"github.com/holdfast-edge/holdfast/cluster/kv/kvtest"
)

func TestAStoreInMemoryPassesTheSuite(t *testing.T) {
	kvtest.Run(t, kv.NewMemory(), "/t/")
}
