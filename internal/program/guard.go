package program

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"syscall"
	"time"
)

// guardCommand is what a launcher is called with to be the guard of this process.
func guardCommand(dir string, next choice) []string {
	return []string{
		"edge", "guard", "--data", dir, "--digest", next.digest, "--start", strconv.Itoa(next.start), "--of", strconv.Itoa(os.Getpid()),
		"--patience", next.patient.String(),
	}
}

// startGuard starts the launcher once more, beside the version on trial that this process is about to become.
func startGuard(self, dir string, next choice) (pid int, err error) {
	guard := exec.CommandContext(context.Background(), self, guardCommand(dir, next)...)
	guard.Env = bare(os.Environ())
	guard.Stderr = os.Stderr
	if err := guard.Start(); err != nil {
		return 0, fmt.Errorf("start a guard: %w", err)
	}
	return guard.Process.Pid, nil
}

// look is how often a guard looks at what it guards.
const look = time.Second

// Guarded is a start of a version on trial.
type Guarded struct {
	Digest   string
	Start    int
	Process  int           // the guard's parent, while it lives
	Patience time.Duration // in which it is confirmed or reverted
}

// Guard watches a start of a version on trial, its parent process, and ends it where it is still on trial after its patience:
// then the service manager starts the launcher, which starts what ran before. It returns when there is nothing to guard.
func Guard(ctx context.Context, dir string, g Guarded) error {
	late := time.NewTimer(g.Patience)
	defer late.Stop()
	ticker := time.NewTicker(look)
	defer ticker.Stop()
	for os.Getppid() == g.Process {
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
			continue
		case <-late.C:
		}
		if !Open(dir).overdue(g) || os.Getppid() != g.Process {
			return nil // it is not on trial any more
		}
		return syscall.Kill(g.Process, syscall.SIGKILL)
	}
	return nil
}

// overdue condemns a start, and tells whether it is to be ended. One that cannot be condemned, as on a disk that is full, is:
// it is counted as a start, and hangs.
func (p *Programs) overdue(g Guarded) bool {
	err := p.Condemn(g.Digest, g.Start, fmt.Sprintf("it was neither confirmed nor reverted within %v: it hangs", g.Patience))
	return !errors.Is(err, ErrNoTrial)
}
