package reconcile

import (
	"strings"
	"testing"
)

// hall is a healthy plant of four tags, one rule, one sink.
func hall() Health {
	return Health{
		Tags:     map[string]bool{"a.t": true, "a.u": true, "b.t": true, "c.t": false},
		Links:    map[string]bool{"/sinks/line": true, "/sinks/far": false},
		Rows:     map[string]Rows{"hot": {In: 1000, Failed: 10}},
		Restarts: map[string]int{"/rules/hot": 4},
		Alarms:   map[string]string{"/sinks/far": "refused"},
	}
}

func TestAGateListsWhatGotWorse(t *testing.T) {
	gate := Gate{Good: 0.75, Failed: 0.1, Restarts: 2}
	for name, c := range map[string]struct {
		now  func(h *Health)
		says string // of all that is listed; nothing where it passes
	}{
		"nothing":                         {func(*Health) {}, ""},
		"a tag that was Bad before":       {func(h *Health) { h.Tags["c.t"] = false }, ""},
		"fewer Bad tags than are borne":   {func(h *Health) { h.Tags["d.t"], h.Tags["b.t"] = true, false }, ""},
		"more Bad tags than are borne":    {func(h *Health) { h.Tags["b.t"] = false }, "1 of 3 tags are Bad that were Good or are new; at least 75 % must be Good: b.t"},
		"new tags that are Bad":           {func(h *Health) { h.Tags["d.t"], h.Tags["d.u"] = false, false }, "2 of 5 tags are Bad"},
		"no tags at all":                  {func(h *Health) { h.Tags = nil }, ""},
		"rows that fail as before":        {func(h *Health) { h.Rows["hot"] = Rows{In: 1100, Failed: 20} }, ""},
		"a rule that fails":               {func(h *Health) { h.Rows["hot"] = Rows{In: 1100, Failed: 21} }, "rule hot failed on 11 of 100 rows"},
		"a new rule that fails":           {func(h *Health) { h.Rows["wet"] = Rows{In: 4, Failed: 4} }, "rule wet failed on 4 of 4 rows"},
		"restarts that are borne":         {func(h *Health) { h.Restarts["/rules/hot"] = 6 }, ""},
		"restarts that are not":           {func(h *Health) { h.Restarts["/rules/hot"] = 7 }, "actors restarted 3 times, most often /rules/hot; 2 are borne"},
		"another actor of the same name":  {func(h *Health) { h.Restarts["/rules/hot"] = 1 }, ""},
		"an alarm that was there before":  {func(h *Health) { h.Alarms["/sinks/far"] = "refused again" }, ""},
		"an alarm":                        {func(h *Health) { h.Alarms["/sinks/line"] = "no" }, "/sinks/line raised an alarm: no"},
		"a link that was down before":     {func(h *Health) { h.Links["/sinks/new"] = false }, ""},
		"a link that is down":             {func(h *Health) { h.Links["/sinks/line"] = false }, "/sinks/line delivered before the change and does not now"},
		"trouble of the node":             {func(h *Health) { h.Trouble = []string{"the disk is full"} }, "the disk is full"},
		"a sink that the change took out": {func(h *Health) { delete(h.Links, "/sinks/line") }, ""},
	} {
		now := hall()
		c.now(&now)
		got := strings.Join(gate.Judge(hall(), now), "; ")
		if c.says == "" && got != "" || !strings.Contains(got, c.says) {
			t.Errorf("%s: %q", name, got)
		}
	}
}

func TestWhatCannotGetBetterIsHopelessAtOnce(t *testing.T) {
	gate, now := Gate{Good: 1}, hall()
	now.Tags["a.t"] = false // may still come
	if sick := gate.Hopeless(hall(), now); len(sick) > 0 {
		t.Errorf("got %v", sick)
	}
	now.Restarts["/rules/hot"]++
	if sick := gate.Hopeless(hall(), now); len(sick) != 1 {
		t.Errorf("got %v", sick)
	}
}
