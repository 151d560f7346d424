package server

import (
	"errors"

	"github.com/holdfast-edge/holdfast/protocols/modbus/wire"
)

// errFrame says that a client does not speak the protocol.
var errFrame = errors.New("this is no Modbus frame")

// question is a request, and what its answer has to repeat.
type question struct {
	transaction uint16
	unit        byte
	pdu         []byte
}

// dialect is how questions and answers stand on the wire. It is stateless.
type dialect interface {
	// next takes what comes first off what was received: length is how much that is, and 0 where more is to come. q has
	// no pdu where nobody is asked. The error says that no question can be found any more.
	next(received []byte) (q question, length int, err error)

	// frame appends the frame of an answer.
	frame(dst []byte, q question, answer []byte) []byte
}

// mbap is Modbus TCP, over whatever carries it.
type mbap struct{}

func (mbap) next(received []byte) (question, int, error) {
	f, n, err := wire.ParseMBAP(received)
	return question{f.Transaction, f.Unit, f.PDU}, n, err
}

func (mbap) frame(dst []byte, q question, answer []byte) []byte {
	return wire.AppendMBAP(dst, wire.Frame{Transaction: q.transaction, Unit: q.unit, PDU: answer})
}

// rtuStream is RTU frames over a connection, where one begins where the one before ended.
type rtuStream struct{ wire.RTU }

func (rtuStream) next(received []byte) (question, int, error) {
	unit, pdu, n := wire.ParseRTU(received)
	if n < 0 {
		return question{}, 0, errFrame
	}
	return question{unit: unit, pdu: pdu}, n, nil
}

func (d rtuStream) frame(dst []byte, q question, answer []byte) []byte {
	return d.Append(dst, q.unit, answer)
}

// rtuLine is RTU frames on a serial line, where others speak, too.
type rtuLine struct {
	rtuStream
	mine func(unit byte) bool
}

func (d rtuLine) next(received []byte) (question, int, error) {
	unit, pdu, n := wire.NextRTU(received, d.mine)
	return question{unit: unit, pdu: pdu}, n, nil
}

// ascii is readable frames, over whatever carries them.
type ascii struct {
	wire.ASCII
	mine func(unit byte) bool
}

func (d ascii) next(received []byte) (question, int, error) {
	unit, pdu, n := wire.NextASCII(received, d.mine)
	return question{unit: unit, pdu: pdu}, n, nil
}

func (d ascii) frame(dst []byte, q question, answer []byte) []byte {
	return d.Append(dst, q.unit, answer)
}

// dialect returns that of the transport. On a line only those units are answered that are shown: others may be there.
func (s *service) dialect() dialect {
	shown := func(unit byte) bool { return s.image.units[unit] }
	anyone := func(byte) bool { return true }
	switch s.options.Transport {
	case "rtu":
		return rtuLine{mine: shown}
	case "ascii":
		return ascii{mine: shown}
	case "rtu+tcp":
		return rtuStream{}
	case "ascii+tcp":
		return ascii{mine: anyone}
	default:
		return mbap{}
	}
}
