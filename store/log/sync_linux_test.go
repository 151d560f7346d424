package log_test

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"runtime"
	"syscall"
	"testing"

	"github.com/holdfast-edge/holdfast/store/log"
	"github.com/holdfast-edge/holdfast/store/storetest"
	"github.com/holdfast-edge/holdfast/tag"
)

const syncFault = "HOLDFAST_SYNC_FAULT"

// TestACommitWhoseSyncFailsIsNotInTheLog runs itself under strace, which fails the
// last sync of a commit: bbolt has written the page that makes it visible then.
func TestACommitWhoseSyncFailsIsNotInTheLog(t *testing.T) {
	if os.Getenv(syncFault) != "" {
		commitWithAFault(t)
		return
	}
	strace, err := exec.LookPath("strace")
	if err != nil {
		t.Skipf("strace cannot be had: %v", err)
	}
	child := exec.CommandContext(t.Context(), strace, "-f", "-qq", "-e", "signal=none", "-e", "trace=fdatasync", "-e", "inject=fdatasync:error=EIO:when=6",
		"-o", os.DevNull, os.Args[0], "-test.run", "^"+t.Name()+"$", "-test.v")
	child.Env = append(os.Environ(), syncFault+"=1")
	if out, err := child.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

// commitWithAFault makes three commits in a thread whose sixth sync fails.
func commitWithAFault(t *testing.T) {
	l, err := log.Open(log.Options{Dir: t.TempDir(), Site: storetest.Site})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() {
		runtime.LockOSThread()
		ended <- l.Run(ctx)
	}()
	n := &node{Log: l, t: t}
	c := n.cursor("line", log.CursorOptions{SingleLane: true})
	last := tag.Identity{}
	refused := 0
	for number := range 6 {
		id, err := n.AppendSync(t.Context(), batch("boiler", number))
		if err != nil {
			refused++
			if !errors.Is(err, syscall.EIO) {
				t.Fatal(err)
			}
			id = n.appendAfter(t, batch("boiler", number))
		}
		if id.Sequence != last.Sequence+1 {
			t.Errorf("sequence %d follows %d", id.Sequence, last.Sequence)
		}
		last = id
	}
	if refused != 1 {
		t.Errorf("%d commits were refused, want 1", refused)
	}
	for i, e := range take(t, c, 6) {
		if number(e) != i {
			t.Errorf("entry %d is %d", i, number(e))
		}
	}
	cancel()
	if err := errors.Join(<-ended, l.Close()); err != nil {
		t.Fatal(err)
	}
}
