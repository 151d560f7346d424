package main

import (
	"strings"
	"testing"
)

func TestAShortOutageIsAccountedForToTheLastRecord(t *testing.T) {
	o := outage{Streams: 20, Tags: 60, Seconds: 4000, Quota: 4 << 20}
	if testing.Short() {
		o.Streams, o.Tags = 10, 100
	}
	r, err := o.live(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if page := r.page(o); !strings.Contains(page, "records in neither") {
		t.Error(page)
	}
	t.Logf("%d delivered, %d skipped, files %d of %d", r.ledger.delivered, r.ledger.skipped, r.peakFiles, r.bound)
}
