// Package foreign starts devices that nobody here wrote, by the scripts in test/peers, as processes of their own: for tests of
// drivers. It is no part of the node.
package foreign

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
)

// ErrNotInstalled says that the program is not on this machine; make deps installs it.
var ErrNotInstalled = errors.New("not installed: run make deps")

// Process is a running peer: it says what it is ready with, and then answers each line of its input with a line.
type Process struct {
	Ready string // what stands behind "ready"

	command *exec.Cmd
	mutex   sync.Mutex // of a question and its answer
	in      io.WriteCloser
	out     *bufio.Reader
}

// Script returns the path of a script of test/peers, in the module that the working directory is in.
func Script(name string) (string, error) {
	directory, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(directory, "go.mod")); err == nil {
			return filepath.Join(directory, "test", "peers", name), nil
		}
		above := filepath.Dir(directory)
		if above == directory {
			return "", fmt.Errorf("%s: the working directory is in no module", name)
		}
		directory = above
	}
}

// Node starts a script of test/peers that needs a file of npm's modules, by its path in there.
func Node(ctx context.Context, name, module string, arguments ...string) (*Process, error) {
	path, err := Script(name)
	if err != nil {
		return nil, err
	}
	node, err := exec.LookPath("node")
	if err != nil {
		return nil, fmt.Errorf("node: %w", ErrNotInstalled)
	}
	if _, err := os.Stat(filepath.Join(filepath.Dir(path), "node_modules", module)); err != nil {
		return nil, fmt.Errorf("%s: %w", module, ErrNotInstalled)
	}
	return Start(ctx, node, append([]string{path}, arguments...)...)
}

// Start starts a program and waits until it says that it is ready. The process ends with ctx, if Close does not end it before.
func Start(ctx context.Context, program string, arguments ...string) (*Process, error) {
	p := &Process{command: exec.CommandContext(ctx, program, arguments...)}
	p.command.Stderr = os.Stderr
	var err error
	if p.in, err = p.command.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := p.command.StdoutPipe()
	if err != nil {
		return nil, err
	}
	p.out = bufio.NewReader(out)
	if err := p.command.Start(); err != nil {
		return nil, err
	}
	line, err := p.out.ReadString('\n')
	if ready, ok := strings.CutPrefix(line, "ready "); ok && err == nil {
		p.Ready = strings.TrimSpace(ready)
		return p, nil
	}
	p.Close()
	return nil, errors.Join(fmt.Errorf("start %s: it says %q", strings.Join(arguments, " "), line), err)
}

// Ask asks the process something and returns its answer.
func (p *Process) Ask(format string, arguments ...any) (string, error) {
	question := fmt.Sprintf(format, arguments...)
	p.mutex.Lock()
	defer p.mutex.Unlock()
	if _, err := fmt.Fprintln(p.in, question); err != nil {
		return "", fmt.Errorf("%s: %w", question, err)
	}
	answer, err := p.out.ReadString('\n')
	if err != nil {
		return "", fmt.Errorf("%s: %w", question, err)
	}
	return strings.TrimSpace(answer), nil
}

// Pause stops the process in its tracks: connections stay, nothing is answered. Ask waits for Resume.
func (p *Process) Pause() error { return p.command.Process.Signal(syscall.SIGSTOP) }

// Resume lets the process go on.
func (p *Process) Resume() error { return p.command.Process.Signal(syscall.SIGCONT) }

// Close ends the process and waits for it.
func (p *Process) Close() {
	p.in.Close()
	_ = p.command.Process.Kill() // fails only where it has ended
	_ = p.command.Wait()         // says that it was killed
}
