//go:build linux

package members_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// process is a program in a namespace, which can be killed, paused and started again.
type process struct {
	t     *testing.T
	name  string
	start func() *exec.Cmd
	log   *os.File

	mu  sync.Mutex
	cmd *exec.Cmd // nil: it does not run
}

// run starts a program. It is killed when the test ends.
func run(t *testing.T, dir, name string, start func() *exec.Cmd) *process {
	t.Helper()
	log, err := os.Create(filepath.Join(dir, name+".log"))
	if err != nil {
		t.Fatal(err)
	}
	p := &process{t: t, name: name, start: start, log: log}
	t.Cleanup(func() {
		p.kill()
		_ = log.Close()
		if t.Failed() {
			p.tail()
		}
	})
	p.again()
	return p
}

// said tells whether the program has said something.
func (p *process) said(what string) bool {
	text, err := os.ReadFile(p.log.Name())
	return err == nil && strings.Contains(string(text), what)
}

// tail shows what the program said last.
func (p *process) tail() {
	text, _ := os.ReadFile(p.log.Name())
	p.t.Logf("%s said last:\n%s", p.name, text[max(0, len(text)-2000):])
}

// again starts it.
func (p *process) again() {
	p.t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.cmd = p.start()
	p.cmd.Stdout, p.cmd.Stderr = p.log, p.log
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := p.cmd.Start(); err != nil {
		p.t.Fatal(err)
	}
}

// kill ends it as a power cut would, and waits until it is gone.
func (p *process) kill() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.cmd == nil {
		return
	}
	_ = p.cmd.Process.Kill() // it may have ended
	_ = p.cmd.Wait()         // by the signal
	p.cmd = nil
}

func (p *process) signal(s syscall.Signal) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if err := p.cmd.Process.Signal(s); err != nil {
		p.t.Error(err)
	}
}

// pause stops it for a while, as a machine does that is out of memory or processor.
func (p *process) pause(d time.Duration) {
	p.signal(syscall.SIGSTOP)
	<-time.After(d)
	p.signal(syscall.SIGCONT)
}

// programs builds what the test runs.
func programs(t *testing.T, dir string) {
	t.Helper()
	build := exec.Command("go", "build", "-o", dir+"/", "../../../cmd/holdfast", "../../../cmd/holdfast-cloud")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
}
