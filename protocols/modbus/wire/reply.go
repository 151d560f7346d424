package wire

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
)

var (
	// ErrMismatch is wrapped by what Check returns for a reply that does not fit its request.
	ErrMismatch = errors.New("the reply does not fit the request")

	// ErrShort is wrapped by what Check returns for a reply to a read that is whole, and carries less than was asked
	// for. It is against the standard, and the way of some devices to say that they have no more.
	ErrShort = errors.New("the reply has less than was asked for")
)

// headLength is function, address and count or value, which replies to writes repeat.
const headLength = 5

// ReplyLength returns how many bytes the reply to a request has if the device does not refuse; 0 for a request that is
// none of those that this package makes.
func ReplyLength(request []byte) int {
	f := FunctionOf(request)
	if len(request) < headLength {
		return 0
	}
	count := int(binary.BigEndian.Uint16(request[3:]))
	switch f {
	case ReadCoils, ReadDiscreteInputs:
		return 2 + (count+7)/8
	case ReadHolding, ReadInput:
		return 2 + 2*count
	case WriteCoil, WriteRegister, WriteCoils, WriteRegisters:
		return headLength
	case MaskWrite:
		return len(request)
	default:
		return 0
	}
}

// Check holds a reply against its request and returns the data that it carries: packed bits or registers of a read,
// nothing of a write. The error is an Exception where the device refused, and wraps ErrMismatch where the reply cannot
// be one to this request, or ErrShort. The data share the reply's memory.
func Check(request, reply []byte) (data []byte, err error) {
	if len(reply) == 0 {
		return nil, fmt.Errorf("%w: it is empty", ErrMismatch)
	}
	f := FunctionOf(request)
	if reply[0] == byte(f)|refused {
		return nil, checkException(reply)
	}
	if reply[0] != byte(f) {
		return nil, fmt.Errorf("%w: function %d for %d", ErrMismatch, reply[0], byte(f))
	}
	reads := f.ReadsBits() || f.ReadsRegisters()
	switch want := ReplyLength(request); {
	case reads && len(reply) >= 2 && len(reply) < want && int(reply[1]) == len(reply)-2:
		return nil, fmt.Errorf("%w: %d bytes, want %d", ErrShort, reply[1], want-2)
	case len(reply) != want:
		return nil, fmt.Errorf("%w: %d bytes, want %d", ErrMismatch, len(reply), want)
	}
	if reads {
		return checkRead(reply)
	}
	return nil, checkEcho(request, reply)
}

func checkException(reply []byte) error {
	if len(reply) != exceptionPDULength || reply[1] == 0 {
		return fmt.Errorf("%w: an exception of %d bytes", ErrMismatch, len(reply))
	}
	return Exception(reply[1])
}

func checkRead(reply []byte) ([]byte, error) {
	if int(reply[1]) != len(reply)-2 {
		return nil, fmt.Errorf("%w: it announces %d bytes and carries %d", ErrMismatch, reply[1], len(reply)-2)
	}
	return reply[2:], nil
}

// checkEcho compares what a reply to a write has to repeat (AP §6.5, 6.6, 6.11, 6.12, 6.16).
func checkEcho(request, reply []byte) error {
	if !bytes.Equal(reply, request[:len(reply)]) {
		return fmt.Errorf("%w: it repeats % x, sent was % x", ErrMismatch, reply, request[:len(reply)])
	}
	return nil
}
