package cloud_test

import (
	"context"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestTheDemoTellsItsStoryToTheEnd(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 8*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, build(t).cloud, "demo", "--port", "0", "--pause", "0s", "--once")
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
