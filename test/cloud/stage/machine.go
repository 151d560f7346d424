package stage

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"sync"
	"syscall"
	"testing"
)

// Machine starts a program again whenever it has ended, as a service manager does. It may be used concurrently.
type Machine struct {
	Data string // the node's directory

	t    testing.TB
	args []string

	mu      sync.Mutex
	process *os.Process
	off     bool
	logs    bytes.Buffer
	over    chan struct{}
}

// Boot starts a machine, until the test ends. data is the directory that the arguments name.
func Boot(t testing.TB, data string, args ...string) *Machine {
	m := &Machine{t: t, Data: data, args: args, over: make(chan struct{})}
	go m.run()
	t.Cleanup(m.shutdown)
	return m
}

func (m *Machine) run() {
	defer close(m.over)
	for {
		c := exec.CommandContext(context.Background(), m.args[0], m.args[1:]...)
		c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // as a control group: what is left of it is ended with it
		c.Stdout, c.Stderr = m, m
		m.mu.Lock()
		if m.off {
			m.mu.Unlock()
			return
		}
		err := c.Start()
		m.process = c.Process
		m.mu.Unlock()
		if err != nil {
			m.t.Error(err)
			return
		}
		_ = c.Wait() // however it ends, it is started again
		_ = syscall.Kill(-c.Process.Pid, syscall.SIGKILL)
	}
}

// Write keeps what the program says, for a test that fails.
func (m *Machine) Write(p []byte) (int, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.logs.Write(p)
}

// Cut ends everything at once, as a power cut does; then the machine starts again.
func (m *Machine) Cut() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.kill()
}

func (m *Machine) kill() {
	if m.process != nil {
		_ = syscall.Kill(-m.process.Pid, syscall.SIGKILL)
	}
}

func (m *Machine) shutdown() {
	m.mu.Lock()
	m.off = true
	m.kill()
	m.mu.Unlock()
	<-m.over
	if m.t.Failed() {
		m.t.Logf("the program says:\n%s", m.logs.String())
	}
}
