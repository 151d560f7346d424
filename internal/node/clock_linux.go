package node

import (
	"os"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// timeError is the state of a clock that nothing keeps in step (adjtimex(2)).
const timeError = 5

// synchronized reports whether the system says that its clock is kept in step.
func synchronized() bool {
	state, err := syscall.Adjtimex(&syscall.Timex{})
	return err == nil && state != timeError
}

// bootID names this boot of the machine; empty where the system does not.
func bootID() string {
	id, _ := os.ReadFile("/proc/sys/kernel/random/boot_id") // without it, nothing is taken for the same boot
	return strings.TrimSpace(string(id))
}

// sinceBoot returns how long ago the machine was started, by a clock that nobody
// sets; or the process, where the system does not know.
func sinceBoot(started time.Time) time.Duration {
	var up unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_BOOTTIME, &up); err != nil {
		return time.Since(started)
	}
	return time.Duration(up.Nano())
}
