package deploy

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/holdfast-edge/holdfast/cluster/link"
)

const unitFile = "../../deploy/systemd/holdfast.service"

// unit is the settings of the unit, by name, the last where there are several.
func unit(t *testing.T) map[string]string {
	t.Helper()
	text, err := os.ReadFile(unitFile)
	if err != nil {
		t.Fatal(err)
	}
	set := map[string]string{}
	for line := range strings.Lines(string(text)) {
		if name, value, ok := strings.Cut(strings.TrimSpace(line), "="); ok && !strings.HasPrefix(name, "#") {
			set[name] = value
		}
	}
	return set
}

// wellFormed wants systemd to take the unit, with a program that is there.
func wellFormed(t *testing.T, file, program string) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	beside := filepath.Join(t.TempDir(), "holdfast.service")
	if err := os.WriteFile(beside, []byte(strings.ReplaceAll(string(text), "/usr/bin/holdfast", program)), 0o600); err != nil {
		t.Fatal(err)
	}
	analyze, err := exec.LookPath("systemd-analyze")
	if err != nil {
		t.Skip("systemd is not installed; make deps does")
	}
	if out, err := exec.CommandContext(t.Context(), analyze, "verify", "--man=no", beside).CombinedOutput(); err != nil || strings.Contains(string(out), beside) {
		t.Errorf("systemd says %v:\n%s", err, out)
	}
}

func TestTheUnitIsOneThatSystemdTakes(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	wellFormed(t, unitFile, self)
}

// TestTheUnitDoesWhatUpgradesNeed is what docs/upgrade.md says that an upgrade needs of whoever starts the node.
func TestTheUnitDoesWhatUpgradesNeed(t *testing.T) {
	set := unit(t)
	for name, want := range map[string]string{
		"Restart":               "always", // whatever it ends with, a version on trial that ends is started again, and counted
		"StartLimitIntervalSec": "0",      // and systemd does not give up before its starts are over
		"Type":                  "notify",
		"StateDirectory":        "holdfast",
	} {
		if set[name] != want {
			t.Errorf("%s is %q, want %q", name, set[name], want)
		}
	}
	if !strings.HasPrefix(set["ExecStart"], "/usr/bin/holdfast edge ") || !strings.HasSuffix(set["ExecStart"], "--data /var/lib/"+set["StateDirectory"]) {
		t.Errorf("what is started is %q, and may write only to /var/lib/%s", set["ExecStart"], set["StateDirectory"])
	}
	for _, setting := range []string{"NoExecPaths", "DynamicUser", "RootDirectory", "RootImage", "SystemCallFilter"} {
		if value, ok := set[setting]; ok {
			t.Errorf("%s=%s: can what was fetched be started under it?", setting, value)
		}
	}
	start, err := time.ParseDuration(strings.Replace(set["TimeoutStartSec"], "min", "m", 1))
	if longest := link.DefaultProgramPolicy().Start; errors.Join(err) != nil || start <= longest {
		t.Errorf("a start may take %v (%v): a version that hangs is to be ended by its guard, after %v", start, err, longest)
	}
}
