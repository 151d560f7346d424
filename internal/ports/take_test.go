package ports

import (
	"errors"
	"syscall"
	"testing"
)

func TestAPortIsHeldUntilItIsReleased(t *testing.T) {
	dir, p := t.TempDir(), Free(t)
	held, err := take(t.Context(), dir, p.Number())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := take(t.Context(), dir, p.Number()); !errors.Is(err, syscall.EWOULDBLOCK) {
		t.Errorf("got %v", err)
	}
	held.Release()
	again, err := take(t.Context(), dir, p.Number())
	if err != nil {
		t.Fatal(err)
	}
	again.Release()
}
