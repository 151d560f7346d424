package conformance

import (
	"errors"
	"testing"

	"github.com/holdfast-edge/holdfast/protocols/conformance/foreign"
)

// Started skips the test where what was to be started is not on this machine, and fails it where it did not start otherwise.
func Started(t testing.TB, err error) {
	t.Helper()
	if errors.Is(err, foreign.ErrNotInstalled) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
}
