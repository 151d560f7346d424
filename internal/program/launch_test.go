package program

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// kept is a version among what a node has fetched: its octets, and whether it may be executed is not asked.
func kept(t *testing.T, dir, octets string) (digest string) {
	t.Helper()
	sum := sha256.Sum256([]byte(octets))
	digest = hex.EncodeToString(sum[:])
	if err := errors.Join(os.MkdirAll(filepath.Join(dir, "artefacts"), 0o700), os.WriteFile(filepath.Join(dir, "artefacts", digest), []byte(octets), 0o600)); err != nil {
		t.Fatal(err)
	}
	return digest
}

// launchable is a directory with a version that is confirmed and one on trial; neither is a program.
func launchable(t *testing.T) (dir, current, trial string) {
	t.Helper()
	dir = t.TempDir()
	current, trial = kept(t, dir, "no program"), kept(t, dir, "no program either")
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	p := Open(dir)
	if err := errors.Join(p.Begin(Trial{Digest: current, Key: "k1"}, self), p.Confirm(current), p.Begin(Trial{Digest: trial, Key: "k2"}, self)); err != nil {
		t.Fatal(err)
	}
	return dir, current, trial
}

func TestVersionsWhoseOctetsAreDamagedLeaveTheLauncherAndItIsSaid(t *testing.T) {
	dir, current, trial := launchable(t)
	for _, digest := range []string{current, trial} {
		if err := os.WriteFile(filepath.Join(dir, "artefacts", digest), []byte("other octets"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := Launch(dir); err == nil || strings.Count(err.Error(), "another digest") != 2 {
		t.Errorf("it says %v", err)
	}
	if s := Open(dir).must(t); s.Trial != nil || s.Current != "" || !strings.Contains(s.Last.Reason, "could not be started") {
		t.Errorf("what is to run is %+v, the last trial ended as %+v", s, s.Last)
	}
	if err := Launch(dir); err != nil {
		t.Errorf("the next start says %v", err)
	}
}

func TestAProgramThatWasLaunchedLaunchesNoOther(t *testing.T) {
	dir, _, trial := launchable(t)
	t.Setenv(launchedVariable, trial)
	t.Setenv(launcherVariable, "/usr/bin/holdfast")
	if err := Launch(dir); err != nil {
		t.Error(err)
	}
	if s := Open(dir).must(t); s.Trial.Starts != 0 {
		t.Errorf("it counts %d starts", s.Trial.Starts)
	}
	if self, err := Running(); err != nil || self.Digest != trial || self.Launcher != "/usr/bin/holdfast" {
		t.Errorf("what runs is %+v, %v", self, err)
	}
	if left := bare(os.Environ()); strings.Contains(strings.Join(left, "\n"), "HOLDFAST_LAUNCHER") {
		t.Error("the next program hears of this launcher")
	}
}
