package leak

import (
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestAGoroutineThatStaysIsNamedAndOneThatEndsIsWaitedFor(t *testing.T) {
	before := goleak.IgnoreCurrent()
	stay := make(chan struct{})
	go waits(stay)
	if err := left(0, before); err == nil || !strings.Contains(err.Error(), "leak.waits") {
		t.Errorf("one that stays: %v", err)
	}
	time.AfterFunc(time.Second, func() { close(stay) }) // longer than goleak waits
	if err := left(patience, before); err != nil {
		t.Errorf("one that ends: %v", err)
	}
}

func waits(end chan struct{}) { <-end }

func TestATestThatLeavesNothingPasses(t *testing.T) {
	end := make(chan struct{})
	None(t)
	go waits(end)
	t.Cleanup(func() { close(end) })
}
