package acceptance

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// patience bounds waits that end as soon as what they wait for has come.
const patience = 90 * time.Second

// binary is the program under test, built once.
var binary = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "holdfast-acceptance-")
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "holdfast")
	build := exec.Command("go", "build", "-o", path, "../../cmd/holdfast")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	out, err := build.CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("build holdfast: %w\n%s", err, out)
	}
	return path, nil
})

func program(t *testing.T) string {
	t.Helper()
	path, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// edge is a running node.
type edge struct {
	t    *testing.T
	cmd  *exec.Cmd
	url  string
	logs *lines
	over chan struct{} // closed when the process has ended
	err  error
}

// lines is what a process has said.
type lines struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

var consoleURL = regexp.MustCompile(`https?://[^\s]+`)

// start runs the program and returns when it has said where its console is.
func start(t *testing.T, env []string, args ...string) *edge {
	t.Helper()
	e := &edge{t: t, cmd: exec.Command(program(t), args...), logs: &lines{}, over: make(chan struct{})}
	e.cmd.Env = append(os.Environ(), env...)
	e.cmd.Stderr = e.logs
	out, err := e.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := e.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	found := make(chan string, 1)
	go e.read(out, found)
	t.Cleanup(e.kill)
	select {
	case e.url = <-found:
	case <-e.over:
		t.Fatalf("%v ended: %v\n%s", args, e.err, e.logs)
	case <-time.After(patience):
		t.Fatalf("%v did not say where its console is\n%s", args, e.logs)
	}
	return e
}

// read looks for the console's address and waits for the process.
func (e *edge) read(out io.Reader, found chan<- string) {
	defer close(e.over)
	scanner := bufio.NewScanner(out)
	for scanner.Scan() {
		if _, rest, ok := strings.Cut(scanner.Text(), "Console"); ok {
			select {
			case found <- consoleURL.FindString(rest):
			default: // it has started anew
			}
		}
	}
	e.err = e.cmd.Wait()
}

// kill ends the process at once, as a power cut does, and waits for its end.
func (e *edge) kill() {
	_ = e.cmd.Process.Kill()
	<-e.over
}

// stop ends the process as systemd does, and fails unless it ends well.
func (e *edge) stop() {
	e.t.Helper()
	if err := e.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		e.t.Fatal(err)
	}
	select {
	case <-e.over:
	case <-time.After(patience):
		e.t.Fatalf("it does not stop\n%s", e.logs)
	}
	if e.err != nil {
		e.t.Fatalf("it stopped with %v\n%s", e.err, e.logs)
	}
}

// get reads a resource of the API into v.
func (e *edge) get(path string, v any) error {
	r, err := http.Get(e.url + path)
	if err != nil {
		return err
	}
	defer func() { _ = r.Body.Close() }()
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return err
	}
	if r.StatusCode != http.StatusOK {
		return fmt.Errorf("GET %s: %s\n%s", path, r.Status, body)
	}
	return json.Unmarshal(body, v)
}

// put sends v and returns the answer.
func (e *edge) put(path string, v any) (status int, answer []byte) {
	e.t.Helper()
	body, err := json.Marshal(v)
	if err != nil {
		e.t.Fatal(err)
	}
	request, err := http.NewRequest(http.MethodPut, e.url+path, bytes.NewReader(body))
	if err != nil {
		e.t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	r, err := http.DefaultClient.Do(request)
	if err != nil {
		e.t.Fatal(err)
	}
	defer func() { _ = r.Body.Close() }()
	answer, err = io.ReadAll(r.Body)
	if err != nil {
		e.t.Fatal(err)
	}
	return r.StatusCode, answer
}

// until waits for a condition. It looks again and again, for as long as patience
// lasts.
func until(t *testing.T, what string, holds func() error) {
	t.Helper()
	deadline := time.Now().Add(patience)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		err := holds()
		if err == nil {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("waited for %s: %v", what, err)
		}
		<-tick.C
	}
}

// device is what the API tells of a device, as far as the tests look.
type device struct {
	Name, State, Detail                 string
	Scans, Late, Overruns, Faults, Rows uint64
	Writes, Unwritten, Demotions        uint64
}

func (e *edge) device(name string) (device, error) {
	var all []device
	if err := e.get("/api/v1/devices", &all); err != nil {
		return device{}, err
	}
	for _, d := range all {
		if d.Name == name {
			return d, nil
		}
	}
	return device{}, fmt.Errorf("no device %q", name)
}

// awaitState waits until a device is in a state.
func (e *edge) awaitState(name, state string) device {
	e.t.Helper()
	var d device
	until(e.t, name+" to be "+state, func() (err error) {
		d, err = e.device(name)
		if err == nil && d.State != state {
			err = fmt.Errorf("it is %s (%s)", d.State, d.Detail)
		}
		return err
	})
	return d
}

// value is what the API tells of a tag.
type value struct {
	Value   any
	Quality string
	Time    time.Time
}

func (e *edge) tag(device, name string) (v value, err error) {
	err = e.get("/api/v1/devices/"+device+"/tags/"+name, &v)
	return v, err
}

// awaitQuality waits until a tag has a quality that begins so.
func (e *edge) awaitQuality(device, name, quality string) value {
	e.t.Helper()
	var v value
	until(e.t, device+"."+name+" to be "+quality, func() (err error) {
		v, err = e.tag(device, name)
		if err == nil && !strings.HasPrefix(v.Quality, quality) {
			err = errors.New("it is " + v.Quality)
		}
		return err
	})
	return v
}
