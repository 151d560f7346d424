package write_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/holdfast-edge/holdfast/actors/write"
	"github.com/holdfast-edge/holdfast/tag"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func ptr(f float64) *float64 { return &f }

func TestLimitsSayWhyAWriteIsNotAllowed(t *testing.T) {
	valve := write.Limits{Writable: true, Min: ptr(0), Max: ptr(100), Every: time.Second, By: "user anna"}
	fan := valve
	fan.Null = true
	cmd := write.Command{Device: "boiler", Tag: "valve", Value: tag.IntOf(3), By: "user anna"}
	for name, c := range map[string]struct {
		limits write.Limits
		change func(*write.Command)
		last   time.Time
		want   string
	}{
		"all is well":     {limits: valve},
		"read-only":       {limits: write.Limits{}, want: "read-only"},
		"another writer":  {limits: valve, change: func(c *write.Command) { c.By = "rule x" }, want: "user anna only"},
		"null":            {limits: valve, change: func(c *write.Command) { c.Value = tag.NullOf(tag.BadTimeout) }, want: "BadTimeout"},
		"null, good":      {limits: valve, change: func(c *write.Command) { c.Value = tag.NullOf(tag.Good) }, want: "NULL"},
		"null that gives": {limits: fan, change: func(c *write.Command) { c.Value = tag.NullOf(tag.Good) }},
		"null that is no": {limits: fan, change: func(c *write.Command) { c.Value = tag.NullOf(tag.BadTimeout) }, want: "BadTimeout"},
		"too high":        {limits: valve, change: func(c *write.Command) { c.Value = tag.IntOf(101) }, want: "above the most allowed"},
		"too low":         {limits: valve, change: func(c *write.Command) { c.Value = tag.FloatOf(-0.1) }, want: "below the least allowed"},
		"at the limit":    {limits: valve, change: func(c *write.Command) { c.Value = tag.IntOf(100) }},
		"not a number":    {limits: valve, change: func(c *write.Command) { c.Value = tag.StringOf("on") }, want: "takes a number"},
		"too soon":        {limits: valve, last: noon.Add(-400 * time.Millisecond), want: "400ms ago"},
		"soon enough":     {limits: valve, last: noon.Add(-time.Second)},
		"too late":        {limits: valve, change: func(c *write.Command) { c.Deadline = noon.Add(-1) }, want: "deadline"},
		"just in time":    {limits: valve, change: func(c *write.Command) { c.Deadline = noon }},
		"text, no limits": {limits: write.Limits{Writable: true}, change: func(c *write.Command) { c.Value = tag.StringOf("on") }},
	} {
		t.Run(name, func(t *testing.T) {
			cmd := cmd
			if c.change != nil {
				c.change(&cmd)
			}
			err := c.limits.Check(cmd, c.last, noon)
			if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
}

func TestALateCommandIsToldApart(t *testing.T) {
	err := write.Limits{Writable: true}.Check(write.Command{Value: tag.IntOf(1), Deadline: noon.Add(-1)}, time.Time{}, noon)
	if !errors.Is(err, write.ErrDeadline) {
		t.Errorf("got %v", err)
	}
}

// A script of a trigger: v is a row with that value, "-" a false condition,
// upper case is what fires.
func TestTriggers(t *testing.T) {
	for _, c := range []struct{ mode, in, want string }{
		{"edge", "aaa-aab", "Aaa-AaB"},
		{"edge", "ab-b", "AB-B"},
		{"change", "aaa-aab", "Aaa-aaB"},
		{"always", "aa-a", "AA-A"},
		{"", "aa", "Aa"},
	} {
		mode, err := write.ParseMode(c.mode)
		if err != nil {
			t.Fatal(err)
		}
		trigger, got := write.NewTrigger(mode), ""
		for _, r := range c.in {
			switch {
			case r == '-':
				trigger.Fell()
				got += "-"
			case trigger.Fires("valve", tag.IntOf(int64(r))):
				got += strings.ToUpper(string(r))
			default:
				got += string(r)
			}
		}
		if got != c.want {
			t.Errorf("%s: %s became %s, want %s", c.mode, c.in, got, c.want)
		}
	}
	if _, err := write.ParseMode("often"); err == nil {
		t.Error("an unknown mode was accepted")
	}
}

func TestATriggerKeepsItsTagsApartAndNeverWritesNull(t *testing.T) {
	trigger := write.NewTrigger(write.Edge)
	if !trigger.Fires("a", tag.IntOf(1)) || !trigger.Fires("b", tag.IntOf(1)) || trigger.Fires("a", tag.IntOf(1)) {
		t.Error("two tags were taken for one")
	}
	if trigger.Fires("c", tag.NullOf(tag.Good)) || trigger.Fires("a", tag.IntOf(2).WithQuality(tag.BadTimeout)) {
		t.Error("NULL was written")
	}
}

func TestAReportKeepsItsStepsInOrder(t *testing.T) {
	begin := write.Report{Command: write.Command{Device: "boiler", Tag: "valve", By: "user anna"}}.Reach(write.Accepted, noon)
	sent := begin.Reach(write.Sent, noon)
	lost, acked := sent.End(write.Unknown, noon, errors.New("no reply")), sent.Reach(write.Acknowledged, noon)
	if lost.Outcome() != write.Unknown || acked.Outcome() != write.Acknowledged || begin.Outcome() != write.Accepted {
		t.Error("one report's step got into another")
	}
	if got := lost.String(); got != "write boiler.valve by user anna: unknown: no reply" {
		t.Errorf("got %q", got)
	}
	if lost.Outcome().Final() != true || acked.Outcome().Final() {
		t.Error("final stages")
	}
}
