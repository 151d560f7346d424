package foreign

import (
	"context"
	"fmt"
	"os"
	"strconv"

	"github.com/holdfast-edge/holdfast/protocols/conformance/foreign"
)

// ErrNotInstalled says that the program is not on this machine; make deps installs it.
var ErrNotInstalled = foreign.ErrNotInstalled

// Device is a running device with 200 of each table, of which unit 1 is set and read here.
type Device struct{ *foreign.Process }

// Pymodbus starts Debian's pymodbus. mode is tcp, udp, rtu+tcp or ascii+tcp; or rtu or ascii and the path of a serial
// port. The process ends with ctx, if Close does not end it before.
func Pymodbus(ctx context.Context, mode string, path ...string) (*Device, error) {
	const python = "/usr/bin/python3" // Debian's own: others do not see Debian's packages
	for _, module := range []string{"pymodbus", "serial_asyncio"} {
		if _, err := os.Stat("/usr/lib/python3/dist-packages/" + module); err != nil {
			return nil, fmt.Errorf("%s: %w", module, ErrNotInstalled)
		}
	}
	script, err := foreign.Script("modbus_pymodbus.py")
	if err != nil {
		return nil, err
	}
	process, err := foreign.Start(ctx, python, append([]string{script, mode}, path...)...)
	return &Device{process}, err
}

// Jsmodbus starts npm's jsmodbus, which speaks TCP.
func Jsmodbus(ctx context.Context) (*Device, error) {
	process, err := foreign.Node(ctx, "modbus_jsmodbus.js", "jsmodbus")
	return &Device{process}, err
}

// Address returns the host:port that the device listens on.
func (d *Device) Address() string { return "127.0.0.1:" + d.Ready }

// Set sets a coil, discrete, input or holding of unit 1.
func (d *Device) Set(table string, address, value int) error {
	answer, err := d.Ask("set %s %d %d", table, address, value)
	if err == nil && answer != "ok" {
		err = fmt.Errorf("the device says %q", answer)
	}
	return err
}

// Get returns a coil, discrete, input or holding of unit 1.
func (d *Device) Get(table string, address int) (int, error) {
	answer, err := d.Ask("get %s %d", table, address)
	if err != nil {
		return 0, err
	}
	return strconv.Atoi(answer)
}

// Resume lets the process go on, and returns when it has answered all that was asked meanwhile.
func (d *Device) Resume() error {
	if err := d.Process.Resume(); err != nil {
		return err
	}
	_, err := d.Ask("settle")
	return err
}
