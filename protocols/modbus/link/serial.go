package link

import (
	"fmt"
	"time"
)

// Serial is how a serial port is set. Both ends have to agree on all of it.
type Serial struct {
	Device   string // path, such as /dev/ttyUSB0
	Baud     int    // bits per second
	DataBits int    // 7 or 8
	Parity   Parity
	StopBits int // 1 or 2
}

// Parity is the check of each character.
type Parity byte

// The parities.
const (
	Even Parity = iota // the default of the standard (SL §2.5.1)
	Odd
	None
)

// ParityOf returns the parity of a name: even, odd or none.
func ParityOf(name string) Parity {
	switch name {
	case "odd":
		return Odd
	case "none":
		return None
	default:
		return Even
	}
}

// Byte returns how long one character takes: start bit, data, parity and stop bits.
func (s Serial) Byte() time.Duration {
	bits := 1 + s.DataBits + s.StopBits
	if s.Parity != None {
		bits++
	}
	return time.Duration(bits) * time.Second / time.Duration(s.Baud)
}

// Gap returns the silence between frames: three and a half characters, above 19,200 baud 1.75 ms (SL §2.5.1.1).
func (s Serial) Gap() time.Duration {
	if s.Baud > 19200 {
		return 1750 * time.Microsecond
	}
	return s.Byte() * 7 / 2
}

// check refuses what no port can be set to.
func (s Serial) check() error {
	if s.DataBits != 7 && s.DataBits != 8 {
		return fmt.Errorf("%d data bits: want 7 or 8", s.DataBits)
	}
	if s.StopBits != 1 && s.StopBits != 2 {
		return fmt.Errorf("%d stop bits: want 1 or 2", s.StopBits)
	}
	if s.Baud <= 0 {
		return fmt.Errorf("%d baud: want a positive number", s.Baud)
	}
	return nil
}
