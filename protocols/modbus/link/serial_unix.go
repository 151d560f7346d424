//go:build linux || darwin

package link

import (
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// OpenSerial opens a serial port and sets it. What the port had received before is thrown away.
func OpenSerial(s Serial) (*os.File, error) {
	if err := s.check(); err != nil {
		return nil, fmt.Errorf("set %s: %w", s.Device, err)
	}
	port, err := os.OpenFile(s.Device, os.O_RDWR|unix.O_NOCTTY|unix.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	if err := setPort(port, s); err != nil {
		return nil, errors.Join(fmt.Errorf("set %s to %d baud: %w", s.Device, s.Baud, err), port.Close())
	}
	return port, nil
}

// setPort brings the port into raw mode.
func setPort(port *os.File, s Serial) error {
	raw, err := port.SyscallConn()
	if err != nil {
		return err
	}
	var set error
	err = raw.Control(func(fd uintptr) {
		var t unix.Termios
		if set = s.fill(&t); set != nil {
			return
		}
		if set = unix.IoctlSetTermios(int(fd), setTermios, &t); set == nil {
			set = flushInput(int(fd))
		}
	})
	if err != nil {
		return err
	}
	return set
}

// fill describes the port in the terms of the system; speeds are the affair of each.
func (s Serial) fill(t *unix.Termios) error {
	t.Cflag = unix.CREAD | unix.CLOCAL
	t.Cc[unix.VMIN] = 1
	if s.DataBits == 7 {
		t.Cflag |= unix.CS7
	} else {
		t.Cflag |= unix.CS8
	}
	if s.StopBits == 2 {
		t.Cflag |= unix.CSTOPB
	}
	switch s.Parity {
	case Even:
		t.Cflag |= unix.PARENB
		t.Iflag |= unix.INPCK
	case Odd:
		t.Cflag |= unix.PARENB | unix.PARODD
		t.Iflag |= unix.INPCK
	}
	return setSpeed(t, s.Baud)
}
