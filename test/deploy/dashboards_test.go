package deploy

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// unshown are metrics that nobody needs a picture of.
var unshown = []string{
	"holdfast_actor_running",                 // of what runs; what does not has its alarm
	"holdfast_actor_rejected_messages_total", // for who looks for a defect
}

// named lists the metrics that are named in files, in quotes or within expressions.
func named(t *testing.T, pattern string, files ...string) (all []string) {
	t.Helper()
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, found := range regexp.MustCompile(pattern).FindAllString(string(text), -1) {
			all = append(all, strings.Trim(found, `"`))
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

func TestEveryMetricOfANodeIsOnADashboardAndNoOther(t *testing.T) {
	boards, err := filepath.Glob("../../deploy/grafana/dashboards/*.json")
	if err != nil || len(boards) == 0 {
		t.Fatalf("%d dashboards, %v", len(boards), err)
	}
	shown := named(t, `holdfast_[a-z_]+`, boards...)
	exported := named(t, `"holdfast_[a-z_]+"`, "../../console/gathering.go")
	for _, metric := range exported {
		if slices.Contains(shown, metric) == slices.Contains(unshown, metric) {
			t.Errorf("%s is exported: show it, or say here why not", metric)
		}
	}
	for _, metric := range shown {
		if !slices.Contains(exported, metric) {
			t.Errorf("%s is shown, and no metric of a node", metric)
		}
	}
}
