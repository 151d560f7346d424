package acceptance

import (
	"net"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/holdfast-edge/holdfast/internal/ports"
	"github.com/holdfast-edge/holdfast/internal/systemd"
)

func TestAServiceManagerIsToldOfANewStartAsOfAReloadAndOfTheEndAlone(t *testing.T) {
	socket := filepath.Join(t.TempDir(), "notify")
	manager, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: socket, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = manager.Close() })
	if err := manager.SetReadDeadline(time.Now().Add(patience)); err != nil {
		t.Fatal(err)
	}
	var heard []string
	hears := func(want ...string) {
		t.Helper()
		for buf := make([]byte, 100); len(heard) < len(want); {
			n, err := manager.Read(buf)
			if err != nil {
				t.Fatalf("after %q: %v", heard, err)
			}
			if state := string(buf[:n]); state != systemd.Alive {
				heard = append(heard, state)
			}
		}
		if !slices.Equal(heard, want) {
			t.Fatalf("it said %q, want %q", heard, want)
		}
	}
	text := "site: plant-7\nconsole: {listen: '127.0.0.1:" + strconv.Itoa(ports.Free(t).Number()) + "'}\n"
	e := start(t, []string{"NOTIFY_SOCKET=" + socket}, "edge", "-c", site(t, text), "--data", t.TempDir())
	hears(systemd.Ready)
	e.apply(text+"log: {commit_interval: 2s}\n", 0, "--window", "10ms")
	hears(systemd.Ready, systemd.Reloading, systemd.Ready)
	e.stop()
	hears(systemd.Ready, systemd.Reloading, systemd.Ready, systemd.Stopping)
}
