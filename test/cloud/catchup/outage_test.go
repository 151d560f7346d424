package main

import (
	"context"
	"testing"
	"time"

	"github.com/holdfast-edge/holdfast/cluster/kv"
)

func TestASiteThatWasCutOffCatchesUpWithNothingMissingAndLiveValuesFirst(t *testing.T) {
	o := outage{
		Length: 30 * time.Minute, Idle: time.Second / 2, Least: 5, Scan: 20 * time.Millisecond, Commit: 10 * time.Millisecond,
		Store: func(context.Context, string) (kv.Store, error) { return kv.NewMemory(), nil },
	}
	r, err := o.live(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if r.records != 18_000 || len(r.busy) < 5 {
		t.Errorf("%d records and %d commands", r.records, len(r.busy))
	}
	t.Log(r.page(o))
}
