package wire

import "fmt"

// Function is a function code (AP §5).
type Function byte

// The functions that are used here.
const (
	ReadCoils          Function = 0x01
	ReadDiscreteInputs Function = 0x02
	ReadHolding        Function = 0x03
	ReadInput          Function = 0x04
	WriteCoil          Function = 0x05
	WriteRegister      Function = 0x06
	WriteCoils         Function = 0x0F
	WriteRegisters     Function = 0x10
	MaskWrite          Function = 0x16
)

// refused is set in the function code of an exception (AP §7).
const refused = 0x80

// Limits of one request (AP §6).
const (
	MaxPDU            = 253
	MaxReadBits       = 2000
	MaxReadRegisters  = 125
	MaxWriteBits      = 1968
	MaxWriteRegisters = 123
)

// String returns the act in words.
func (f Function) String() string {
	switch f {
	case ReadCoils:
		return "read coils"
	case ReadDiscreteInputs:
		return "read discrete inputs"
	case ReadHolding:
		return "read holding registers"
	case ReadInput:
		return "read input registers"
	case WriteCoil:
		return "write coil"
	case WriteRegister:
		return "write register"
	case WriteCoils:
		return "write coils"
	case WriteRegisters:
		return "write registers"
	case MaskWrite:
		return "mask write register"
	default:
		return fmt.Sprintf("function %d", byte(f))
	}
}

// ReadsBits reports whether a reply of the function carries packed bits.
func (f Function) ReadsBits() bool { return f == ReadCoils || f == ReadDiscreteInputs }

// ReadsRegisters reports whether a reply of the function carries registers.
func (f Function) ReadsRegisters() bool { return f == ReadHolding || f == ReadInput }
