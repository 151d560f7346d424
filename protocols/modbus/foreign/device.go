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
	"strconv"
	"strings"
	"sync"
	"syscall"
)

// ErrNotInstalled says that the program is not on this machine; make deps installs it.
var ErrNotInstalled = errors.New("not installed: run make deps")

// Device is a running device with 200 of each table, of which unit 1 is set and read here.
type Device struct {
	command *exec.Cmd
	port    int
	mutex   sync.Mutex // of a question and its answer
	in      io.WriteCloser
	out     *bufio.Reader
}

// Pymodbus starts Debian's pymodbus. mode is tcp, udp, rtu+tcp or ascii+tcp; or rtu or ascii and the path of a serial
// port. The process ends with ctx, if Close does not end it before.
func Pymodbus(ctx context.Context, mode string, path ...string) (*Device, error) {
	const python = "/usr/bin/python3" // Debian's own: others do not see Debian's packages
	for _, module := range []string{"pymodbus", "serial_asyncio"} {
		if _, err := os.Stat("/usr/lib/python3/dist-packages/" + module); err != nil {
			return nil, fmt.Errorf("%s: %w", module, ErrNotInstalled)
		}
	}
	script, err := script("modbus_pymodbus.py")
	if err != nil {
		return nil, err
	}
	return start(ctx, python, append([]string{script, mode}, path...)...)
}

// Jsmodbus starts npm's jsmodbus, which speaks TCP.
func Jsmodbus(ctx context.Context) (*Device, error) {
	script, err := script("modbus_jsmodbus.js")
	if err != nil {
		return nil, err
	}
	node, err := exec.LookPath("node")
	if err != nil {
		return nil, fmt.Errorf("node: %w", ErrNotInstalled)
	}
	if _, err := os.Stat(filepath.Join(filepath.Dir(script), "node_modules", "jsmodbus")); err != nil {
		return nil, fmt.Errorf("jsmodbus: %w", ErrNotInstalled)
	}
	return start(ctx, node, script)
}

// script finds a script of test/peers in the module that the working directory is in.
func script(name string) (string, error) {
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

// start starts a process and waits until it says that it is ready.
func start(ctx context.Context, program string, arguments ...string) (*Device, error) {
	d := &Device{command: exec.CommandContext(ctx, program, arguments...)}
	d.command.Stderr = os.Stderr
	var err error
	if d.in, err = d.command.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := d.command.StdoutPipe()
	if err != nil {
		return nil, err
	}
	d.out = bufio.NewReader(out)
	if err := d.command.Start(); err != nil {
		return nil, err
	}
	line, err := d.out.ReadString('\n')
	if err == nil {
		_, err = fmt.Sscanf(line, "ready %d", &d.port)
	}
	if err != nil {
		d.Close()
		return nil, fmt.Errorf("start %s: it says %q: %w", strings.Join(arguments, " "), line, err)
	}
	return d, nil
}

// Address returns the host:port that the device listens on.
func (d *Device) Address() string { return "127.0.0.1:" + strconv.Itoa(d.port) }

// Set sets a coil, discrete, input or holding of unit 1.
func (d *Device) Set(table string, address, value int) error {
	answer, err := d.ask(fmt.Sprintf("set %s %d %d", table, address, value))
	if err == nil && answer != "ok" {
		err = fmt.Errorf("the device says %q", answer)
	}
	return err
}

// Get returns a coil, discrete, input or holding of unit 1.
func (d *Device) Get(table string, address int) (int, error) {
	answer, err := d.ask(fmt.Sprintf("get %s %d", table, address))
	if err != nil {
		return 0, err
	}
	return strconv.Atoi(answer)
}

func (d *Device) ask(question string) (string, error) {
	d.mutex.Lock()
	defer d.mutex.Unlock()
	if _, err := fmt.Fprintln(d.in, question); err != nil {
		return "", fmt.Errorf("%s: %w", question, err)
	}
	answer, err := d.out.ReadString('\n')
	if err != nil {
		return "", fmt.Errorf("%s: %w", question, err)
	}
	return strings.TrimSpace(answer), nil
}

// Pause stops the process in its tracks: connections stay, nothing is answered. Set and Get wait for Resume.
func (d *Device) Pause() error { return d.command.Process.Signal(syscall.SIGSTOP) }

// Resume lets the process go on, and returns when it has answered all that was asked meanwhile.
func (d *Device) Resume() error {
	if err := d.command.Process.Signal(syscall.SIGCONT); err != nil {
		return err
	}
	_, err := d.ask("settle")
	return err
}

// Close ends the process and waits for it.
func (d *Device) Close() {
	d.in.Close()
	_ = d.command.Process.Kill() // fails only where it has ended
	_ = d.command.Wait()         // says that it was killed
}
