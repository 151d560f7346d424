package node

import (
	"errors"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/holdfast-edge/holdfast/internal/systemd"
	"github.com/holdfast-edge/holdfast/store/log"
	"github.com/holdfast-edge/holdfast/supervisor"
)

// empty is a site that does nothing.
const empty = "site: plant-7\nconsole: {listen: '127.0.0.1:0'}\n"

// serviceManager hears what the process says of itself.
type serviceManager struct {
	t    *testing.T
	conn *net.UnixConn
}

// manage has the process watched, as systemd does.
func manage(t *testing.T, watchdog time.Duration) *serviceManager {
	t.Helper()
	path := filepath.Join(t.TempDir(), "notify")
	conn, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	if err := conn.SetReadDeadline(time.Now().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	t.Setenv("NOTIFY_SOCKET", path)
	t.Setenv("WATCHDOG_USEC", strconv.FormatInt(watchdog.Microseconds(), 10))
	t.Setenv("WATCHDOG_PID", strconv.Itoa(os.Getpid()))
	return &serviceManager{t, conn}
}

// hears waits for a state. That the process ends is none that a node may tell.
func (m *serviceManager) hears(want string) {
	m.t.Helper()
	buf := make([]byte, 100)
	for got := ""; got != want; {
		n, err := m.conn.Read(buf)
		if err != nil {
			m.t.Fatalf("waited for %s: %v", want, err)
		}
		if got = string(buf[:n]); got == systemd.Stopping {
			m.t.Fatalf("waited for %s, and heard that the process stops", want)
		}
	}
}

func TestTheServiceManagersWatchdogIsFedAsLongAsTheNodeLives(t *testing.T) {
	m := manage(t, 60*time.Millisecond)
	run(t, empty)
	m.hears(systemd.Ready)
	for range 3 {
		m.hears(systemd.Alive)
	}
}

func TestTheServiceManagerIsNotToldThatTheProcessStopsWhenItsVigilIsRestarted(t *testing.T) {
	m := manage(t, time.Minute)
	n := run(t, empty)
	m.hears(systemd.Ready)
	if err := n.system.Restart(t.Context(), "/core/vigil"); err != nil {
		t.Fatal(err)
	}
	m.hears(systemd.Ready)
}

func TestANodeWhoseActorsDoNotAnswerDoesNotLive(t *testing.T) {
	n := run(t, empty)
	v := vigil{n}
	holds(t, "the vigil answers", func() bool {
		self, ok := n.system.Lookup("/core/vigil")
		return ok && v.answers(t.Context(), self, time.Minute)
	})
	hangs := make(chan struct{})
	pid, err := n.system.Add(t.Context(), "/core", supervisor.Spec{Name: "stuck", Kind: "service", New: func() actor.Actor {
		return actor.ReceiveFunc(func(ctx actor.Context) {
			if _, asked := ctx.Message().(pulse); asked {
				<-hangs
			}
		})
	}})
	if err != nil {
		t.Fatal(err)
	}
	defer close(hangs)
	if v.answers(t.Context(), pid, 10*time.Millisecond) {
		t.Error("an actor that hangs has answered")
	}
}

func TestALogThatHasWorkAndDoesNoneIsStalledAfterAWhile(t *testing.T) {
	waits := log.Stats{Rows: 10, Queue: 500}
	for what, c := range map[string]struct {
		looks []log.Stats
		want  bool
	}{
		"nothing to do":               {[]log.Stats{{Rows: 10}, {Rows: 10}, {Rows: 10}, {Rows: 10}, {Rows: 10}, {Rows: 10}, {Rows: 10}}, false},
		"work, and none done":         {[]log.Stats{waits, waits, waits, waits, waits, waits, waits}, true},
		"not for long":                {[]log.Stats{waits, waits, waits, waits, waits, waits}, false},
		"one commit in between":       {[]log.Stats{waits, waits, waits, {Rows: 11, Queue: 500}, {Rows: 11, Queue: 500}, waits, waits, waits}, false},
		"a disk that refuses is none": {[]log.Stats{waits, waits, waits, waits, waits, waits, {Rows: 10, Queue: 500, Trouble: errors.New("disk full")}}, false},
	} {
		var s stall
		var stalled bool
		for _, look := range c.looks {
			stalled = s.stalled(look)
		}
		if stalled != c.want {
			t.Errorf("%s: stalled %v", what, stalled)
		}
	}
}
