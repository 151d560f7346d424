package acceptance

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"

	"github.com/simonvetter/modbus"

	"github.com/holdfast-edge/holdfast/internal/ports"
)

// pymodbus is a Modbus device of Debian's pymodbus, in a process of its own.
type pymodbus struct {
	t    *testing.T
	port int
	cmd  *exec.Cmd
}

func startPlant(t *testing.T) *pymodbus {
	t.Helper()
	if testing.Short() {
		t.Skip("needs Debian's pymodbus")
	}
	p := &pymodbus{t: t, port: ports.Free(t).Number()}
	p.cmd = exec.Command("/usr/bin/python3", "testdata/plant.py", strconv.Itoa(p.port))
	p.cmd.Stderr = os.Stderr
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = p.cmd.Process.Signal(syscall.SIGCONT)
		_ = p.cmd.Process.Kill()
		_ = p.cmd.Wait()
	})
	until(t, "pymodbus", func() error {
		c, err := net.Dial("tcp", p.address())
		if err == nil {
			_ = c.Close()
		}
		return err
	})
	return p
}

func (p *pymodbus) address() string { return fmt.Sprintf("127.0.0.1:%d", p.port) }

func (p *pymodbus) pause() { p.signal(syscall.SIGSTOP) }
func (p *pymodbus) goOn()  { p.signal(syscall.SIGCONT) }

func (p *pymodbus) signal(s os.Signal) {
	p.t.Helper()
	if err := p.cmd.Process.Signal(s); err != nil {
		p.t.Fatal(err)
	}
}

// with opens another master's connection to the device.
func (p *pymodbus) with(use func(*modbus.ModbusClient) error) {
	p.t.Helper()
	c, err := modbus.NewClient(&modbus.ClientConfiguration{URL: "tcp://" + p.address(), Timeout: patience})
	if err != nil {
		p.t.Fatal(err)
	}
	if err := c.Open(); err != nil {
		p.t.Fatal(err)
	}
	defer func() { _ = c.Close() }()
	if err := use(c); err != nil {
		p.t.Fatal(err)
	}
}

func (p *pymodbus) set(register, value uint16) {
	p.t.Helper()
	p.with(func(c *modbus.ModbusClient) error { return c.WriteRegister(register, value) })
}

func (p *pymodbus) register(register uint16) (v uint16) {
	p.t.Helper()
	p.with(func(c *modbus.ModbusClient) (err error) {
		v, err = c.ReadRegister(register, modbus.HOLDING_REGISTER)
		return err
	})
	return v
}

// site writes a configuration and returns its path.
func site(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "site.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
