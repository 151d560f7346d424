package pdu

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// ErrPDU says that octets are no PDU of S7comm, or that an answer is not one to its job.
var ErrPDU = errors.New("this is no answer of S7comm")

// Kind is what a PDU is for (ROSCTR).
type Kind uint8

// The kinds.
const (
	Job      Kind = 1
	Ack      Kind = 2 // an answer without data
	AckData  Kind = 3
	UserData Kind = 7
)

// Function is what a job asks for.
type Function uint8

// The functions.
const (
	ReadVar  Function = 0x04
	WriteVar Function = 0x05
	Setup    Function = 0xF0
)

const (
	// Identifier is what a PDU begins with.
	Identifier = 0x32

	plusID    = 0x72
	jobHeader = 10
	ackHeader = 12
)

// PDU is a job or an answer. Its slices refer to what it was parsed of.
type PDU struct {
	Kind       Kind
	Reference  uint16
	Error      Error // of an answer; 0: none
	Parameters []byte
	Data       []byte
}

// Parse takes a PDU apart.
func Parse(b []byte) (PDU, error) {
	if len(b) > 0 && b[0] == plusID {
		return PDU{}, fmt.Errorf("%w: it is S7CommPlus", ErrPDU)
	}
	if len(b) < jobHeader || b[0] != Identifier {
		return PDU{}, fmt.Errorf("%w: % x", ErrPDU, b[:min(len(b), 8)])
	}
	p := PDU{Kind: Kind(b[1]), Reference: binary.BigEndian.Uint16(b[4:])}
	header := jobHeader
	switch p.Kind {
	case Job, UserData:
	case Ack, AckData:
		if header = ackHeader; len(b) < header {
			return PDU{}, fmt.Errorf("%w: it is cut off", ErrPDU)
		}
		p.Error = Error(binary.BigEndian.Uint16(b[10:]))
	default:
		return PDU{}, fmt.Errorf("%w: kind %d", ErrPDU, b[1])
	}
	parameters, data := int(binary.BigEndian.Uint16(b[6:])), int(binary.BigEndian.Uint16(b[8:]))
	if header+parameters+data != len(b) {
		return PDU{}, fmt.Errorf("%w: %d octets, of which it declares %d", ErrPDU, len(b), header+parameters+data)
	}
	p.Parameters, p.Data = b[header:header+parameters], b[header+parameters:]
	return p, nil
}

// Append appends a PDU.
func Append(dst []byte, p PDU) []byte {
	dst = append(dst, Identifier, byte(p.Kind), 0, 0)
	dst = binary.BigEndian.AppendUint16(dst, p.Reference)
	dst = binary.BigEndian.AppendUint16(dst, uint16(len(p.Parameters)))
	dst = binary.BigEndian.AppendUint16(dst, uint16(len(p.Data)))
	if p.Kind == Ack || p.Kind == AckData {
		dst = binary.BigEndian.AppendUint16(dst, uint16(p.Error))
	}
	dst = append(dst, p.Parameters...)
	return append(dst, p.Data...)
}

// SetReference gives a PDU, which has none yet, its reference.
func SetReference(b []byte, reference uint16) { binary.BigEndian.PutUint16(b[4:], reference) }

// function returns what an answer is to; 0 where it does not say.
func (p PDU) function() Function {
	if len(p.Parameters) == 0 {
		return 0
	}
	return Function(p.Parameters[0])
}

// answers wants an answer to a function with so many items.
func (p PDU) answers(f Function, items int) error {
	if p.Kind != AckData || p.function() != f || len(p.Parameters) != 2 || int(p.Parameters[1]) != items {
		return fmt.Errorf("%w: kind %d, parameters % x, asked for function %d with %d items",
			ErrPDU, p.Kind, p.Parameters[:min(len(p.Parameters), 8)], f, items)
	}
	return nil
}

// Terms are what both ends agree on in Setup Communication.
type Terms struct {
	Calling uint16 // jobs without an answer that the client may have on the way
	Called  uint16 // the same of the PLC
	PDU     uint16 // octets of a PDU
}

const setupLen = 8

// AppendSetup appends the job that proposes terms, or the answer to it.
func AppendSetup(dst []byte, kind Kind, reference uint16, t Terms) []byte {
	parameters := [setupLen]byte{byte(Setup)}
	binary.BigEndian.PutUint16(parameters[2:], t.Calling)
	binary.BigEndian.PutUint16(parameters[4:], t.Called)
	binary.BigEndian.PutUint16(parameters[6:], t.PDU)
	return Append(dst, PDU{Kind: kind, Reference: reference, Parameters: parameters[:]})
}

// ParseSetup returns the terms of a job or an answer of Setup Communication.
func ParseSetup(p PDU) (Terms, error) {
	if p.function() != Setup || len(p.Parameters) != setupLen {
		return Terms{}, fmt.Errorf("%w: parameters % x, asked for Setup Communication", ErrPDU, p.Parameters[:min(len(p.Parameters), 8)])
	}
	b := p.Parameters
	return Terms{binary.BigEndian.Uint16(b[2:]), binary.BigEndian.Uint16(b[4:]), binary.BigEndian.Uint16(b[6:])}, nil
}
