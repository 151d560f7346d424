package migrate_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/holdfast-edge/holdfast/config/spec"
	"github.com/holdfast-edge/holdfast/internal/migrate"
)

func TestANameIsGivenOnceAndIsOne(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		var names migrate.Names
		given := map[string]bool{}
		for _, wanted := range rapid.SliceOfN(rapid.OneOf(rapid.String(), rapid.StringMatching(`[a-b _]{0,3}`), rapid.StringMatching(`a{60,70}`)), 1, 20).Draw(r, "wanted") {
			name := names.Give(wanted)
			if err := spec.Match("name", name); err != nil || given[name] {
				r.Fatalf("%q became %q: %v", wanted, name, err)
			}
			given[name] = true
		}
	})
}

func TestANameStaysAsNearAsItCan(t *testing.T) {
	for wanted, want := range map[string]string{
		"boiler": "boiler", "Boiler 1": "Boiler_1", "1st": "n_1st", "_x": "n_x", "锅炉": "unnamed", "": "unnamed", strings.Repeat("a", 70): strings.Repeat("a", 64),
	} {
		if got := migrate.Name(wanted); got != want {
			t.Errorf("%q: got %q, want %q", wanted, got, want)
		}
	}
	if got := migrate.EnvironmentName("per-minute mqtt", "password"); got != "PER_MINUTE_MQTT_PASSWORD" {
		t.Errorf("got %q", got)
	}
}

func TestAsManyEqualNamesAsADeviceTellsAreGivenWithoutASearch(t *testing.T) {
	var names migrate.Names
	names.Take("Value_3")
	const many = 100_000
	seen := map[string]bool{}
	for range many {
		seen[names.Give("Value")] = true
	}
	if len(seen) != many || !seen["Value"] || !seen["Value_2"] || seen["Value_3"] || !seen["Value_4"] || !seen["Value_100001"] {
		t.Errorf("%d different names", len(seen))
	}
}
