package upgrade

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/holdfast-edge/holdfast/cluster/api"
	"github.com/holdfast-edge/holdfast/cluster/artefacts"
	"github.com/holdfast-edge/holdfast/cluster/kv"
	"github.com/holdfast-edge/holdfast/cluster/link"
	"github.com/holdfast-edge/holdfast/cluster/member"
	"github.com/holdfast-edge/holdfast/cluster/rollout"
	"github.com/holdfast-edge/holdfast/console/client"
	"github.com/holdfast-edge/holdfast/protocols/modbus/slave"
)

const patience = 2 * time.Minute

func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	deadline := time.After(patience)
	for !holds() {
		select {
		case <-time.After(20 * time.Millisecond):
		case <-deadline:
			t.Fatalf("never: %s", what)
		}
	}
}

// scene is a cloud of one member with a way to it that can be cut, a plant of one device, and a machine that runs a node.
type scene struct {
	t        *testing.T
	way      *way
	ask      *client.Client
	programs map[string]string // paths by version
	digests  map[string]string // of artefacts, by version
	machine  *machine
}

func set(t *testing.T) *scene {
	t.Helper()
	programs, err := built()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { // the only test that needs them is over
		for _, path := range programs {
			_ = os.RemoveAll(filepath.Dir(path))
		}
	})
	s := &scene{t: t, programs: programs, digests: map[string]string{}, way: openWay(t)}
	dir := t.TempDir()
	m, err := member.Start(t.Context(), member.Options{
		Name: "m1", Store: kv.NewMemory(), Dir: dir, Link: "127.0.0.1:0", API: "127.0.0.1:0", Advertise: s.way.address(), Logger: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		if err := m.Close(ctx); err != nil {
			t.Error(err)
		}
	})
	s.way.lead(m.LinkAddress())
	file := filepath.Join(dir, "token")
	if err := m.FirstToken(t.Context(), file); err != nil {
		t.Fatal(err)
	}
	token, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if s.ask, err = client.New(client.Options{URL: m.APIURL(), Token: strings.TrimSpace(string(token))}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.ask.Close)
	for version := range programs {
		s.put(version)
	}
	s.settle()
	return s
}

// put keeps a program as an artefact.
func (s *scene) put(version string) {
	s.t.Helper()
	octets, err := os.ReadFile(s.programs[version])
	if err != nil {
		s.t.Fatal(err)
	}
	var a artefacts.Artefact
	query := url.Values{"name": {"holdfast"}, "kind": {"program"}, "version": {version}, "platform": {platform()}}
	if err := s.ask.Upload(s.t.Context(), "/api/v1/artefacts", query, octets, &a); err != nil {
		s.t.Fatal(err)
	}
	s.digests[version] = a.Digest
}

// settle has a machine with the first version join, and run a device.
func (s *scene) settle() {
	s.t.Helper()
	plc, err := slave.Listen(s.t.Context(), "127.0.0.1:0", slog.New(slog.DiscardHandler))
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { _ = plc.Close() })
	unit := slave.NewUnit(slave.Sizes{Holdings: 10})
	unit.SetHolding(0, 215)
	plc.Put(1, unit)
	dir := s.t.TempDir()
	data, site := filepath.Join(dir, "data"), filepath.Join(dir, "site.yaml")
	text := fmt.Sprintf("site: plant-7\nconsole: {listen: \"127.0.0.1:0\"}\ndevices:\n  - name: boiler\n    driver: modbus\n    endpoint: tcp://%s\n"+
		"    groups: [{name: climate, scan: 20ms, tags: [{name: temperature, address: \"holding:0\"}]}]\n", plc.Address())
	if err := os.WriteFile(site, []byte(text), 0o600); err != nil {
		s.t.Fatal(err)
	}
	var token api.JoinToken
	if err := s.ask.Send(s.t.Context(), http.MethodPost, "/api/v1/sites", api.NewSite{Name: "plant-7"}, &token); err != nil {
		s.t.Fatal(err)
	}
	join := exec.Command(s.programs["1.0.0"], "edge", "join", "--cloud", s.way.address(), "--data", data, "--token", token.Token)
	if out, err := join.CombinedOutput(); err != nil {
		s.t.Fatalf("join: %v: %s", err, out)
	}
	s.machine = boot(s.t, data, s.programs["1.0.0"], "edge", "-c", site, "--data", data)
	s.runs("1.0.0")
}

// site is what the cloud knows of the site.
func (s *scene) site() (v api.Site) {
	s.t.Helper()
	if err := s.ask.Get(s.t.Context(), "/api/v1/sites/plant-7", nil, &v); err != nil {
		s.t.Fatal(err)
	}
	return v
}

// runs waits until the site is connected with a version, and its device is read.
func (s *scene) runs(version string) {
	s.t.Helper()
	eventually(s.t, "version "+version+" runs and reads its device", func() bool {
		v := s.site()
		return v.Owner != nil && v.Session != nil && v.Session.Version == version && s.good()
	})
}

// good tells whether the device's tag has a good value.
func (s *scene) good() bool {
	var values []struct{ Quality string }
	err := s.ask.Get(s.t.Context(), "/api/v1/sites/plant-7/values", nil, &values)
	return err == nil && len(values) == 1 && values[0].Quality == "Good"
}

// policy is quick, but for a machine that is busy.
func policy() *link.ProgramPolicy {
	p := link.DefaultProgramPolicy()
	p.Window, p.Confirm, p.Start = time.Second, 20*time.Second, 10*time.Second
	return &p
}

// upgrade begins a rollout of a version to the site.
func (s *scene) upgrade(version string, p *link.ProgramPolicy) (r rollout.Rollout) {
	s.t.Helper()
	n := api.NewRollout{Program: &api.NewProgram{Version: version, Policy: p}, Selector: "name=plant-7", Canary: 1, Wave: 1, Within: 300}
	if err := s.ask.Send(s.t.Context(), http.MethodPost, "/api/v1/rollouts", n, &r); err != nil {
		s.t.Fatal(err)
	}
	return r
}

// ended waits for the end of a rollout.
func (s *scene) ended(r rollout.Rollout) rollout.Place {
	s.t.Helper()
	eventually(s.t, "the rollout has ended", func() bool {
		if err := s.ask.Get(s.t.Context(), "/api/v1/rollouts/"+r.ID, nil, &r); err != nil {
			s.t.Fatal(err)
		}
		return r.State.Ended()
	})
	return r.Sites[0]
}

// machine starts a program again whenever it has ended, as a service manager does.
type machine struct {
	t    *testing.T
	data string
	args []string

	mu      sync.Mutex
	process *os.Process
	starts  int
	off     bool
	logs    strings.Builder
	over    chan struct{}
}

func boot(t *testing.T, data string, args ...string) *machine {
	m := &machine{t: t, data: data, args: args, over: make(chan struct{})}
	go m.run()
	t.Cleanup(m.shutdown)
	return m
}

func (m *machine) run() {
	defer close(m.over)
	for {
		c := exec.Command(m.args[0], m.args[1:]...)
		c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // as a control group: what is left of it is ended with it
		c.Stderr = m
		m.mu.Lock()
		if m.off {
			m.mu.Unlock()
			return
		}
		err := c.Start()
		m.process = c.Process
		m.starts++
		m.mu.Unlock()
		if err != nil {
			m.t.Error(err)
			return
		}
		_ = c.Wait() // however it ends, it is started again
		_ = syscall.Kill(-c.Process.Pid, syscall.SIGKILL)
	}
}

// Write keeps what the node logs.
func (m *machine) Write(p []byte) (int, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.logs.Write(p)
}

// cut ends everything at once, as a power cut does.
func (m *machine) cut() {
	m.mu.Lock()
	defer m.mu.Unlock()
	_ = syscall.Kill(-m.process.Pid, syscall.SIGKILL)
}

func (m *machine) shutdown() {
	m.mu.Lock()
	m.off = true
	_ = syscall.Kill(-m.process.Pid, syscall.SIGKILL)
	m.mu.Unlock()
	<-m.over
	if m.t.Failed() {
		m.t.Logf("the node says:\n%s", m.logs.String())
	}
}

// harm has the third version do harm; empty: none.
func (m *machine) harm(how string) {
	m.t.Helper()
	if err := os.WriteFile(filepath.Join(m.data, "fault"), []byte(how), 0o600); err != nil {
		m.t.Fatal(err)
	}
}

// way is the network between site and cloud.
type way struct {
	l net.Listener

	mu    sync.Mutex
	to    string // empty: it is cut
	conns map[net.Conn]bool
	all   sync.WaitGroup
}

func openWay(t *testing.T) *way {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	w := &way{l: l, conns: map[net.Conn]bool{}}
	w.all.Go(w.accept)
	t.Cleanup(func() {
		_ = l.Close()
		w.lead("")
		w.all.Wait()
	})
	return w
}

func (w *way) address() string { return w.l.Addr().String() }

// lead has the way lead to an address, or nowhere.
func (w *way) lead(to string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.to = to
	for c := range w.conns {
		_ = c.Close()
	}
}

func (w *way) accept() {
	for {
		c, err := w.l.Accept()
		if err != nil {
			return
		}
		w.mu.Lock()
		to := w.to
		w.mu.Unlock()
		far, err := net.Dial("tcp", to)
		if err != nil {
			_ = c.Close()
			continue
		}
		w.carry(c, far)
		w.carry(far, c)
	}
}

func (w *way) carry(from, to net.Conn) {
	w.mu.Lock()
	w.conns[from] = true
	w.mu.Unlock()
	w.all.Go(func() {
		buffer := make([]byte, 64<<10)
		for {
			n, err := from.Read(buffer)
			if n > 0 {
				_, _ = to.Write(buffer[:n])
			}
			if err != nil {
				break
			}
		}
		w.mu.Lock()
		delete(w.conns, from)
		w.mu.Unlock()
		_, _ = from.Close(), to.Close()
	})
}
