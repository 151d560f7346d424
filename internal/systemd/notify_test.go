package systemd_test

import (
	"net"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/holdfast-edge/holdfast/internal/systemd"
)

func TestTheServiceManagerIsTold(t *testing.T) {
	path := filepath.Join(t.TempDir(), "notify")
	conn, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	t.Setenv("NOTIFY_SOCKET", path)
	if err := systemd.Notify(systemd.Ready); err != nil {
		t.Fatal(err)
	}
	buf := make([]byte, 64)
	n, err := conn.Read(buf)
	if err != nil || string(buf[:n]) != "READY=1" {
		t.Errorf("got %q, %v", buf[:n], err)
	}
}

func TestWithoutAServiceManagerNothingHappens(t *testing.T) {
	t.Setenv("NOTIFY_SOCKET", "")
	if err := systemd.Notify(systemd.Alive); err != nil {
		t.Error(err)
	}
	t.Setenv("NOTIFY_SOCKET", filepath.Join(t.TempDir(), "gone"))
	if err := systemd.Notify(systemd.Alive); err == nil {
		t.Error("a socket that is gone was told")
	}
}

func TestTheWatchdogIsForThisProcessOnly(t *testing.T) {
	for name, c := range map[string]struct {
		usec, pid string
		want      time.Duration
	}{
		"no watchdog":     {},
		"anybody's":       {usec: "3000000", want: 3 * time.Second},
		"ours":            {usec: "3000000", pid: strconv.Itoa(os.Getpid()), want: 3 * time.Second},
		"another's":       {usec: "3000000", pid: "1"},
		"not a number":    {usec: "soon"},
		"not in the past": {usec: "-1"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("WATCHDOG_USEC", c.usec)
			t.Setenv("WATCHDOG_PID", c.pid)
			if got, ok := systemd.WatchdogInterval(); got != c.want || ok != (c.want > 0) {
				t.Errorf("got %v %v, want %v", got, ok, c.want)
			}
		})
	}
}
