package opcua_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// peers is where the scripts of foreign devices are.
const peers = "../../test/peers"

// server is node-opcua in a process of its own; test/peers/opcua_server.js says what it has and does.
type server struct {
	command *exec.Cmd
	mutex   sync.Mutex // of a question and its answer
	in      io.WriteCloser
	out     *bufio.Reader
	port    string
}

// shared is the server of all tests: starting one takes seconds.
var shared struct {
	directory string // of its certificates
	once      sync.Once
	server    *server
	err       error
}

func TestMain(m *testing.M) {
	if shared.directory, shared.err = os.MkdirTemp("", "opcua"); shared.err == nil {
		defer os.RemoveAll(shared.directory)
	}
	m.Run()
	if shared.server != nil {
		shared.server.stop()
	}
}

// sharedServer returns the shared server, and skips the test where there is none to be had.
func sharedServer(t testing.TB) *server {
	t.Helper()
	needsNode(t)
	shared.once.Do(func() {
		if shared.err == nil {
			shared.server, shared.err = startServer(shared.directory)
		}
	})
	if shared.err != nil {
		t.Fatal(shared.err)
	}
	return shared.server
}

// ownServer starts a server for a test that changes what others read.
func ownServer(t testing.TB) *server {
	t.Helper()
	needsNode(t)
	s, err := startServer(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.stop)
	return s
}

// needsNode skips a test where node-opcua is not installed, or time is short.
func needsNode(t testing.TB) {
	t.Helper()
	if testing.Short() {
		t.Skip("needs a process of node")
	}
	if _, err := os.Stat(filepath.Join(peers, "node_modules", "node-opcua")); err != nil {
		t.Skip("node-opcua is not installed: run make deps")
	}
}

// startServer starts a server with its certificates in a directory.
func startServer(pki string) (*server, error) {
	s := &server{command: exec.Command("node", filepath.Join(peers, "opcua_server.js"), pki)}
	var err error
	if s.in, err = s.command.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := s.command.StdoutPipe()
	if err != nil {
		return nil, err
	}
	s.out = bufio.NewReader(out)
	if err := s.command.Start(); err != nil {
		return nil, err
	}
	line, err := s.line()
	if err == nil {
		_, err = fmt.Sscanf(line, "ready %s", &s.port)
	}
	if err != nil {
		s.stop()
		return nil, fmt.Errorf("start node-opcua: it says %q: %w", line, err)
	}
	return s, nil
}

// stop ends the process and waits for it.
func (s *server) stop() {
	s.in.Close()
	_ = s.command.Process.Kill() // fails only where it has ended
	_ = s.command.Wait()         // says that it was killed
}

func (s *server) address() string { return "127.0.0.1:" + s.port }

// line returns what the server says, without what it logs.
func (s *server) line() (string, error) {
	for {
		line, err := s.out.ReadString('\n')
		if err != nil {
			return line, err
		}
		if said, ok := strings.CutPrefix(line, "> "); ok {
			return strings.TrimSpace(said), nil
		}
	}
}

// ask asks the process something and returns its answer.
func (s *server) ask(t testing.TB, question map[string]any) string {
	t.Helper()
	s.mutex.Lock()
	defer s.mutex.Unlock()
	text, err := json.Marshal(question)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := fmt.Fprintf(s.in, "%s\n", text); err != nil {
		t.Fatal(err)
	}
	answer, err := s.line()
	if err != nil {
		t.Fatal(err)
	}
	return answer
}

// set makes a node have a value, as of now.
func (s *server) set(t testing.TB, node string, value any) {
	t.Helper()
	if said := s.ask(t, map[string]any{"do": "set", "node": node, "value": value}); said != "ok" {
		t.Fatalf("set %s: the server says %q", node, said)
	}
}

// get returns the value of a node.
func (s *server) get(t testing.TB, node string) (value any) {
	t.Helper()
	if err := json.Unmarshal([]byte(s.ask(t, map[string]any{"do": "get", "node": node})), &value); err != nil {
		t.Fatal(err)
	}
	return value
}

// refuse makes the server refuse every read and write, or take them again.
func (s *server) refuse(t testing.TB, on bool) { s.ask(t, map[string]any{"do": "refuse", "on": on}) }

// count is what the server counts.
type count struct{ Sessions, Subscriptions int }

func (s *server) count(t testing.TB) (c count) {
	t.Helper()
	if err := json.Unmarshal([]byte(s.ask(t, map[string]any{"do": "count"})), &c); err != nil {
		t.Fatal(err)
	}
	return c
}
