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
