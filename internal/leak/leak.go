// Package leak fails tests that leave goroutines behind. go.uber.org/goleak finds them, and waits less than half a second
// for those that are ending: on a busy machine a connection that was closed takes longer to be gone. Here they have a
// minute, which only those take that stay. It is for tests only.
package leak

import (
	"fmt"
	"os"
	"testing"
	"time"

	"go.uber.org/goleak"
)

// patience is how long a goroutine may take to end.
const patience = time.Minute

// Main runs the tests of a package, and fails where they leave goroutines behind: what its TestMain calls.
func Main(m *testing.M) {
	code := m.Run()
	if code == 0 {
		if err := left(patience); err != nil {
			fmt.Fprintf(os.Stderr, "the tests leave goroutines behind: %v\n", err)
			code = 1
		}
	}
	os.Exit(code) //nolint:forbidigo // as TestMain does that has another opinion than its tests
}

// None fails a test that ends with goroutines that are not there now. It looks when everything is cleaned up that is
// registered after it.
func None(t testing.TB) {
	t.Helper()
	before := goleak.IgnoreCurrent()
	t.Cleanup(func() {
		if t.Failed() {
			return // that is what is to be read
		}
		if err := left(patience, before); err != nil {
			t.Errorf("the test leaves goroutines behind: %v", err)
		}
	})
}

// left returns what is there of goroutines when all that were ending have ended, or the time is up.
func left(within time.Duration, but ...goleak.Option) error {
	for limit := time.Now().Add(within); ; {
		err := goleak.Find(but...)
		if err == nil || time.Now().After(limit) {
			return err
		}
	}
}
