package main

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/holdfast-edge/holdfast/console"
)

func TestAValueIsTracedFromItsTagOverARuleToTheFarEnd(t *testing.T) {
	plant(t)
	eventually(t, "Good", "get", "tags", "boiler.temperature")
	code, out, errs := call("trace", "boiler.temperature", "--wait", "1m")
	if code != 0 {
		t.Fatalf("%d %s%s", code, out, errs)
	}
	for _, hop := range []string{"source", "published boiler.climate", "committed boiler.climate", "rule in forward", "rule out forward", "committed forward", "handed line", "acknowledged line"} {
		if !strings.Contains(out, hop) {
			t.Errorf("%s is missing:\n%s", hop, out)
		}
	}
}

func TestARuleAndASinkAreTraced(t *testing.T) {
	plant(t)
	eventually(t, "Good", "get", "tags", "boiler.temperature")
	for of, name := range map[string]string{"rule": "forward", "sink": "line", "stream": "boiler.climate"} {
		code, out, errs := call("trace", name, "--of", of, "--wait", "5s", "-o", "json")
		var got console.Trace
		if err := json.Unmarshal([]byte(out), &got); code != 0 || err != nil || len(got.Hops) < 2 {
			t.Errorf("%s: %d %s%s %v", of, code, out, errs, err)
			continue
		}
		for i, h := range got.Hops {
			if h.Follows >= i || h.Follows >= 0 && h.Since < 0 {
				t.Errorf("%s: hop %d is %+v", of, i, h)
			}
		}
	}
	if code, _, errs := call("trace", "boiler.nothing"); code != exitFailed || !strings.Contains(errs, "no tag is called boiler.nothing") {
		t.Errorf("%d %s", code, errs)
	}
	if code, _, errs := call("trace", "boiler"); code != exitConfig || !strings.Contains(errs, "DEVICE.TAG") {
		t.Errorf("%d %s", code, errs)
	}
}
