package fleet

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
	"syscall"
	"time"
)

// lastOctets is how much of a log is told.
const lastOctets = 2000

// Limits of what programs may take.
const (
	startWithin = 30 * time.Second
	stopWithin  = 25 * time.Second
)

// program is one that runs beside this one. What it logs is in a file.
type program struct {
	name string
	cmd  *exec.Cmd
	log  *os.File
	over chan struct{}
}

// startProgram starts a program and returns when it has said a line that contains ready, with that line.
func startProgram(ctx context.Context, dir, name, ready, path string, args ...string) (p *program, line string, err error) {
	p = &program{name: name, over: make(chan struct{}), cmd: exec.Command(path, args...)} //nolint:noctx // it is ended in order, by stop
	if p.log, err = os.Create(filepath.Join(dir, name+".log")); err != nil {
		return nil, "", err
	}
	p.cmd.Stderr, p.cmd.Dir, p.cmd.SysProcAttr = p.log, dir, &syscall.SysProcAttr{Setpgid: true} // Ctrl-C is for this program to handle
	out, err := p.cmd.StdoutPipe()
	if err == nil {
		err = p.cmd.Start()
	}
	if err != nil {
		_ = p.log.Close()
		return nil, "", fmt.Errorf("start %s: %w", name, err)
	}
	said := make(chan string, 1)
	go p.read(out, ready, said)
	select {
	case line = <-said:
		return p, line, nil
	case <-p.over:
		err = errors.New("it has ended")
	case <-ctx.Done():
		err = ctx.Err()
	case <-time.After(startWithin):
		err = fmt.Errorf("it is not ready after %s", startWithin)
	}
	err = errors.Join(err, p.stop())
	return nil, "", fmt.Errorf("start %s: %w. It said:\n%s", name, err, p.last())
}

// read passes the line that is waited for, and waits for the end.
func (p *program) read(out io.Reader, ready string, said chan<- string) {
	defer close(p.over)
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if strings.Contains(lines.Text(), ready) {
			select {
			case said <- lines.Text():
			default:
			}
		}
	}
	_ = p.cmd.Wait() // how it ended is in its log
	_ = p.log.Close()
}

// last is the end of what the program has logged: the file may be removed with the demonstration.
func (p *program) last() string {
	text, err := os.ReadFile(p.log.Name())
	if err != nil {
		return err.Error()
	}
	if cut := len(text) - lastOctets; cut > 0 {
		text = text[cut:]
	}
	return strings.TrimSpace(string(text))
}

// stop ends the program as a service manager does.
func (p *program) stop() error {
	_ = p.cmd.Process.Signal(syscall.SIGTERM) // it may have ended
	select {
	case <-p.over:
		return nil
	case <-time.After(stopWithin):
	}
	_ = p.cmd.Process.Kill()
	<-p.over
	return fmt.Errorf("%s did not stop within %s and was killed: see %s", p.name, stopWithin, p.log.Name())
}
