package supervisor_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/holdfast-edge/holdfast/supervisor"
)

func TestAGuardedFunctionThatReturnsHasNoError(t *testing.T) {
	ran := false
	if err := supervisor.Guard(func() { ran = true }); err != nil || !ran {
		t.Errorf("ran %t, error %v", ran, err)
	}
}

func TestAGuardedFunctionThatPanicsEndsAloneWithItsStack(t *testing.T) {
	err := supervisor.Guard(func() { panic("valve stuck") })
	failure, ok := errors.AsType[*supervisor.PanicError](err)
	if !ok || failure.Value != "valve stuck" || !strings.Contains(failure.Stack, "guard_test.go") {
		t.Errorf("got %v", err)
	}
}
