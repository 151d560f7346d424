// Package mosquittotest runs Debian's mosquitto for tests: a broker that nobody
// here wrote, on a free port, that can be paused, killed and started again with
// what it had stored; and its mosquitto_sub as the judge of what arrived.
//
// It is for tests only. Whatever it starts ends with the test.
package mosquittotest

import (
	"context"
	"errors"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/holdfast-edge/holdfast/internal/ports"
)

// The account that every broker of this package has.
const (
	User     = "edge"
	Password = "correct horse"
)

// patience bounds every wait; it is long, since it ends a test that has failed.
const patience = time.Minute

// Server is a running mosquitto. Its methods belong to the test's goroutine.
type Server struct {
	t    testing.TB
	port string
	dir  string
	log  *os.File // what it says, for a test that has failed
	cmd  *exec.Cmd
}

// Start starts a broker that wants the account above, and stops it when the
// test ends. extra is added to its configuration, a line each.
func Start(t testing.TB, extra ...string) *Server {
	t.Helper()
	s := &Server{t: t, dir: t.TempDir()}
	s.run("mosquitto_passwd", "-b", "-c", s.path("passwords"), User, Password)
	s.port = strconv.Itoa(ports.Free(t).Number())
	s.configure(extra)
	var err error
	if s.log, err = os.Create(s.path("log")); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.finish)
	s.Up()
	return s
}

func (s *Server) finish() {
	s.Kill()
	_ = s.log.Close()
	if said, err := os.ReadFile(s.log.Name()); err == nil && s.t.Failed() {
		s.t.Logf("mosquitto said:\n%s", said)
	}
}

// Port is the port that the broker listens on at 127.0.0.1.
func (s *Server) Port() string { return s.port }

// URL is where the broker listens.
func (s *Server) URL() string { return "mqtt://127.0.0.1:" + s.port }

func (s *Server) path(name string) string { return filepath.Join(s.dir, name) }

// inFlight is how many messages may be on the way to a client. Those beyond it wait in the memory of a broker that has
// acknowledged them, and are lost when it is killed: nobody's but the broker's.
const inFlight = 10_000

func (s *Server) configure(extra []string) {
	lines := append([]string{
		"listener " + s.port + " 127.0.0.1",
		"password_file " + s.path("passwords"),
		"allow_anonymous false",
		"persistence true",
		"persistence_location " + s.dir + "/",
		"max_queued_messages 1000000",
		"max_inflight_messages " + strconv.Itoa(inFlight),
		"user root",
		"log_dest stderr",
	}, extra...)
	if err := os.WriteFile(s.path("mosquitto.conf"), []byte(strings.Join(lines, "\n")+"\n"), 0o600); err != nil {
		s.t.Fatal(err)
	}
}

// Up starts the broker, again where it was killed or stopped, and returns when
// it takes connections.
func (s *Server) Up() {
	s.t.Helper()
	s.cmd = exec.CommandContext(context.Background(), "mosquitto", "-c", s.path("mosquitto.conf"))
	s.cmd.Stderr = s.log
	s.cmd.WaitDelay = time.Second
	if err := s.cmd.Start(); err != nil {
		s.t.Fatalf("start mosquitto (apt-get install mosquitto): %v", err)
	}
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); {
		conn, err := net.DialTimeout("tcp", "127.0.0.1:"+s.port, time.Second)
		if err == nil {
			_ = conn.Close()
			return
		}
		pause()
	}
	s.t.Fatal("mosquitto does not listen")
}

// pause is a short breath between two looks at another process.
func pause() { <-time.After(10 * time.Millisecond) }

// Stop ends the broker as its service manager would: it saves what it has.
func (s *Server) Stop() { s.end(syscall.SIGTERM) }

// Kill ends the broker at once; it saves nothing. It may be called when it has
// ended already.
func (s *Server) Kill() { s.end(syscall.SIGKILL) }

func (s *Server) end(signal syscall.Signal) {
	if s.cmd == nil {
		return
	}
	_ = s.cmd.Process.Signal(signal)
	_ = s.cmd.Wait()
	s.cmd = nil
}

// Pause stops the broker in its tracks: its sockets stay open and silent. When it returns, the broker has stopped: what is
// sent from then on is not answered.
func (s *Server) Pause() {
	s.t.Helper()
	if err := s.cmd.Process.Signal(syscall.SIGSTOP); err != nil {
		s.t.Fatal(err)
	}
	var status syscall.WaitStatus
	for {
		_, err := syscall.Wait4(s.cmd.Process.Pid, &status, syscall.WUNTRACED, nil)
		if errors.Is(err, syscall.EINTR) {
			continue
		}
		if err != nil || !status.Stopped() {
			s.t.Fatalf("mosquitto is not stopped: %v, %v", status, err)
		}
		return
	}
}

// Resume lets it go on.
func (s *Server) Resume() { _ = s.cmd.Process.Signal(syscall.SIGCONT) }

// Publish publishes one message with mosquitto_pub.
func (s *Server) Publish(topic, payload string, more ...string) {
	s.t.Helper()
	s.run("mosquitto_pub", append(s.account(), append([]string{"-t", topic, "-m", payload}, more...)...)...)
}

func (s *Server) account() []string { return Account(s.port) }

// Account is the arguments by which mosquitto's own clients find a broker on
// this machine and log in.
func Account(port string) []string {
	return []string{"-h", "127.0.0.1", "-p", port, "-u", User, "-P", Password}
}

func (s *Server) run(name string, args ...string) {
	s.t.Helper()
	Run(s.t, name, args...)
}

// Run runs one of mosquitto's programs to its end and returns what it printed.
func Run(t testing.TB, name string, args ...string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	out, err := exec.CommandContext(ctx, name, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s (apt-get install mosquitto-clients): %v: %s", name, err, out)
	}
	return string(out)
}

// PID is the process of the broker, for those who measure it.
func (s *Server) PID() int { return s.cmd.Process.Pid }
