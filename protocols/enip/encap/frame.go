package encap

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// Command is what a frame is (Vol. 2, table 2-3.2).
type Command uint16

// The commands that are used.
const (
	ListIdentity      Command = 0x0063
	RegisterSession   Command = 0x0065
	UnregisterSession Command = 0x0066
	SendRRData        Command = 0x006F // a CIP message without a connection
	SendUnitData      Command = 0x0070 // one of a connection
)

// String returns the name of the command.
func (c Command) String() string {
	switch c {
	case ListIdentity:
		return "ListIdentity"
	case RegisterSession:
		return "RegisterSession"
	case UnregisterSession:
		return "UnregisterSession"
	case SendRRData:
		return "SendRRData"
	case SendUnitData:
		return "SendUnitData"
	default:
		return fmt.Sprintf("command 0x%04X", uint16(c))
	}
}

// Status is what a device says of a frame (Vol. 2, table 2-3.3); 0 is success.
type Status uint32

// The statuses that are told apart.
const (
	UnknownCommand Status = 0x01
	InvalidSession Status = 0x64
)

// Error describes the status.
func (s Status) Error() string {
	switch s {
	case UnknownCommand:
		return "the device does not know the command"
	case 0x02:
		return "the device has no memory for the command"
	case 0x03:
		return "the device finds the data malformed"
	case InvalidSession:
		return "the device has forgotten the session"
	case 0x65:
		return "the device finds the length wrong"
	case 0x69:
		return "the device speaks another version of the protocol"
	default:
		return fmt.Sprintf("the device says encapsulation status 0x%02X", uint32(s))
	}
}

// HeaderSize is the length of a frame's header; Port is the one that is registered for the protocol.
const (
	HeaderSize = 24
	Port       = "44818"
)

// MaxData is the most data of a frame that is taken (Vol. 2 §2-3.3).
const MaxData = 65511

// Header is that of a frame, without its length.
type Header struct {
	Command Command
	Session uint32
	Status  Status
	Context uint64 // a reply has that of its request; it says nothing with SendUnitData
}

// Frame is a header and the data behind it.
type Frame struct {
	Header

	Data []byte
}

// ErrFrame says that octets are no frame. The stream is lost then.
var ErrFrame = errors.New("octets that are no EtherNet/IP frame")

// Append appends a frame. Its data must not exceed MaxData.
func Append(dst []byte, f Frame) []byte {
	dst = binary.LittleEndian.AppendUint16(dst, uint16(f.Command))
	dst = binary.LittleEndian.AppendUint16(dst, uint16(len(f.Data)))
	dst = binary.LittleEndian.AppendUint32(dst, f.Session)
	dst = binary.LittleEndian.AppendUint32(dst, uint32(f.Status))
	dst = binary.LittleEndian.AppendUint64(dst, f.Context)
	dst = append(dst, 0, 0, 0, 0) // options: none are defined
	return append(dst, f.Data...)
}

// Parse takes the first frame off b and returns how long it is; 0 asks for more octets. The data are b's. An error
// wraps ErrFrame.
func Parse(b []byte) (f Frame, n int, err error) {
	if len(b) >= 2 && !known(Command(binary.LittleEndian.Uint16(b))) {
		return f, 0, fmt.Errorf("%w: % x", ErrFrame, b[:min(len(b), 8)])
	}
	if len(b) < HeaderSize {
		return f, 0, nil
	}
	length := int(binary.LittleEndian.Uint16(b[2:]))
	if length > MaxData || binary.LittleEndian.Uint32(b[20:]) != 0 {
		return f, 0, fmt.Errorf("%w: % x", ErrFrame, b[:HeaderSize])
	}
	if len(b) < HeaderSize+length {
		return f, 0, nil
	}
	f.Header = Header{
		Command: Command(binary.LittleEndian.Uint16(b)), Session: binary.LittleEndian.Uint32(b[4:]),
		Status: Status(binary.LittleEndian.Uint32(b[8:])), Context: binary.LittleEndian.Uint64(b[12:]),
	}
	f.Data = b[HeaderSize : HeaderSize+length]
	return f, HeaderSize + length, nil
}

// known reports whether a command is one of the standard's.
func known(c Command) bool {
	switch c {
	case 0x0000, 0x0004, 0x0064, 0x0072, 0x0073, ListIdentity, RegisterSession, UnregisterSession, SendRRData, SendUnitData:
		return true
	default:
		return false
	}
}
