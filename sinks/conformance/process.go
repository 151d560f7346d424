package conformance

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"
)

// Process is a server of a test, from Debian.
type Process struct {
	t       testing.TB
	command []string
	ready   func() error
	change  func(*exec.Cmd)
	cmd     *exec.Cmd
	out     string // the file of what it prints: no goroutine has to copy that
	once    sync.Once
}

// StartProcess starts a server and waits until it is ready. The test that runs
// it is skipped with -short, and where the program is not installed. It ends with
// the test.
func StartProcess(t testing.TB, ready func() error, change func(*exec.Cmd), command ...string) *Process {
	t.Helper()
	if testing.Short() {
		t.Skipf("needs Debian's %s", command[0])
	}
	if _, err := exec.LookPath(command[0]); err != nil {
		t.Skipf("needs Debian's %s: make deps", command[0])
	}
	p := &Process{t: t, command: command, ready: ready, change: change, out: filepath.Join(t.TempDir(), "out")}
	p.Start()
	t.Cleanup(p.Stop)
	return p
}

// Start starts the server again after Stop.
func (p *Process) Start() {
	p.t.Helper()
	p.cmd = exec.CommandContext(context.Background(), p.command[0], p.command[1:]...) // Stop ends it
	out, err := os.OpenFile(p.out, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		p.t.Fatal(err)
	}
	defer out.Close()
	p.cmd.Stdout, p.cmd.Stderr = out, out
	p.cmd.SysProcAttr = &syscall.SysProcAttr{}
	if p.change != nil {
		p.change(p.cmd)
	}
	if err := p.cmd.Start(); err != nil {
		p.t.Fatal(err)
	}
	p.once = sync.Once{}
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); <-time.After(20 * time.Millisecond) {
		if err = p.ready(); err == nil {
			return
		}
	}
	printed, _ := os.ReadFile(p.out)
	p.t.Fatalf("%s is not ready: %v\n%.4000s", p.command[0], err, printed)
}

// Stop ends the server and waits for its end.
func (p *Process) Stop() {
	p.once.Do(func() {
		_ = p.cmd.Process.Signal(syscall.SIGINT)
		over := time.AfterFunc(patience/4, func() { _ = p.cmd.Process.Kill() })
		defer over.Stop()
		_ = p.cmd.Wait() // how it ended is of no interest
	})
}

// Kill ends the server without a warning.
func (p *Process) Kill() {
	p.once.Do(func() {
		_ = p.cmd.Process.Kill()
		_ = p.cmd.Wait()
	})
}

// Answers is a ready that waits for an HTTP answer.
func Answers(url string) func() error {
	return func() error {
		client := &http.Client{Timeout: time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
		request, err := http.NewRequestWithContext(context.Background(), http.MethodGet, url, nil)
		if err != nil {
			return err
		}
		reply, err := client.Do(request)
		if err != nil {
			return err
		}
		_ = reply.Body.Close()
		if reply.StatusCode >= 500 {
			return fmt.Errorf("%s answers %s", url, reply.Status)
		}
		return nil
	}
}
