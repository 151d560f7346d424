package cloud_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// built is the directory of the programs under test, which are built once.
var built = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "holdfast-cloud-test-")
	if err != nil {
		return "", err
	}
	build := exec.Command("go", "build", "-o", dir, "../../cmd/holdfast", "../../cmd/holdfast-cloud")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build the programs: %w\n%s", err, out)
	}
	return dir, nil
})

// programs returns the directory that holdfast and holdfast-cloud are in.
func programs(t *testing.T) string {
	t.Helper()
	dir, err := built()
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestTheDemoTellsItsStoryToTheEnd(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, filepath.Join(programs(t), "holdfast-cloud"), "demo", "--port", "0", "--pause", "0s", "--once")
	cmd.Cancel, cmd.WaitDelay = func() error { return cmd.Process.Signal(syscall.SIGTERM) }, time.Minute
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("the demo ended with %v\n%s", err, out)
	}
	rest := string(out)
	for _, next := range []string{
		"Three sites join", "plant-3  connected", "done (3 confirmed", "changed rules cool", "done (3 confirmed", "stopped, too many sites have failed",
		"reverted: 3 of 3 tags are Bad", "plant-3  away", "boiler.climate", "plant-3  restart  device/boiler  done", "local admin  restart",
	} {
		_, after, ok := strings.Cut(rest, next)
		if !ok {
			t.Fatalf("the story has no %q where it is due:\n%s", next, out)
		}
		rest = after
	}
}
