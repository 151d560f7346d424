package node

import (
	"strings"
	"testing"
	"time"

	"github.com/holdfast-edge/holdfast/actors/write"
	"github.com/holdfast-edge/holdfast/tag"
)

// guarded is a device whose tags may be written within limits, seldom, and by one.
const guarded = `
site: plant-7
console: {listen: "127.0.0.1:0"}
devices:
  - name: boiler
    driver: modbus
    endpoint: tcp://%s
    groups: [{name: g, scan: 20ms, tags: [
      {name: valve, address: "holding:0", access: rw, min: 0, max: 100},
      {name: seldom, address: "holding:1", access: rw, write_interval: 1h},
      {name: owned, address: "holding:2", access: rw, writer: "user anna"},
      {name: shown, address: "holding:3"}]}]
`

func TestNoWritePassesTheGuardsOfItsTag(t *testing.T) {
	n, unit := boiler(t, guarded)
	holds(t, "the device answers", func() bool {
		s, ok := n.Sample("boiler", "shown")
		return ok && s.Value.Quality().IsGood()
	})
	for i, step := range []struct {
		command write.Command
		outcome write.Stage
		reason  string
		holds   uint16 // the register of the tag afterwards
	}{
		{write.Command{Tag: "valve", Value: tag.IntOf(42)}, write.Verified, "", 42},
		{write.Command{Tag: "valve", Value: tag.IntOf(101)}, write.Refused, "above the most allowed", 42},
		{write.Command{Tag: "valve", Value: tag.IntOf(-1)}, write.Refused, "below the least allowed", 42},
		{write.Command{Tag: "valve", Value: tag.IntOf(7), DryRun: true}, write.Accepted, "", 42},
		{write.Command{Tag: "valve", Value: tag.IntOf(700), DryRun: true}, write.Refused, "above the most allowed", 42},
		{write.Command{Tag: "valve", Value: tag.IntOf(8), Deadline: time.Now().Add(-time.Second)}, write.Failed, "deadline", 42},
		{write.Command{Tag: "valve", Value: tag.NullOf(tag.BadTimeout)}, write.Refused, "NULL", 42},
		{write.Command{Tag: "seldom", Value: tag.IntOf(1)}, write.Verified, "", 1},
		{write.Command{Tag: "seldom", Value: tag.IntOf(2)}, write.Refused, "allows one write in", 1},
		{write.Command{Tag: "owned", Value: tag.IntOf(3), By: "user otto"}, write.Refused, "by user anna only", 0},
		{write.Command{Tag: "owned", Value: tag.IntOf(3), By: "user anna"}, write.Verified, "", 3},
		{write.Command{Tag: "shown", Value: tag.IntOf(4)}, write.Refused, "read-only", 0},
	} {
		step.command.Device = "boiler"
		report, err := n.Write(t.Context(), step.command)
		if err != nil {
			t.Fatal(err)
		}
		register := map[string]int{"valve": 0, "seldom": 1, "owned": 2, "shown": 3}[step.command.Tag]
		if report.Outcome() != step.outcome || step.reason != "" && (report.Err == nil || !strings.Contains(report.Err.Error(), step.reason)) {
			t.Errorf("step %d: %s, want %s because of %q", i, report, step.outcome, step.reason)
		}
		if got := unit.Holding(register); got != step.holds {
			t.Errorf("step %d: the device holds %d, want %d", i, got, step.holds)
		}
	}
}
