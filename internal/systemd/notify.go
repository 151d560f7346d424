// Package systemd tells the service manager how the process is doing, by the
// protocol of sd_notify(3). Without a service manager it does nothing.
package systemd

import (
	"fmt"
	"net"
	"os"
	"strconv"
	"time"
)

// States that a service manager is told; see sd_notify(3).
const (
	Ready     = "READY=1"     // everything is started, or started anew
	Reloading = "RELOADING=1" // everything is started anew; Ready follows
	Stopping  = "STOPPING=1"  // the process ends: a manager that has heard this kills one that does not
	Alive     = "WATCHDOG=1"  // it makes progress
)

// Notify tells the service manager a state. It is nil where there is none.
func Notify(state string) error {
	path := os.Getenv("NOTIFY_SOCKET")
	if path == "" {
		return nil
	}
	if path[0] == '@' {
		path = "\x00" + path[1:] // the abstract name space; unix(7)
	}
	conn, err := net.DialUnix("unixgram", nil, &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		return fmt.Errorf("notify systemd: %w", err)
	}
	defer func() { _ = conn.Close() }()
	if _, err := conn.Write([]byte(state)); err != nil {
		return fmt.Errorf("notify systemd: %w", err)
	}
	return nil
}

// WatchdogInterval returns the time within which the service manager wants to
// hear Alive, and false where it does not watch this process.
func WatchdogInterval() (time.Duration, bool) {
	if pid := os.Getenv("WATCHDOG_PID"); pid != "" && pid != strconv.Itoa(os.Getpid()) {
		return 0, false
	}
	usec, err := strconv.ParseInt(os.Getenv("WATCHDOG_USEC"), 10, 64)
	if err != nil || usec <= 0 {
		return 0, false
	}
	return time.Duration(usec) * time.Microsecond, true
}
