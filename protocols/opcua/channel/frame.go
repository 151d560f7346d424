package channel

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// The message types (§7.1.2.2, §6.7.2.2).
const (
	hello        = "HEL"
	acknowledge  = "ACK"
	failure      = "ERR"
	openChannel  = "OPN"
	closeChannel = "CLO"
	message      = "MSG"
)

// What a chunk is of its message (§6.7.2.2).
const (
	final        byte = 'F'
	intermediate byte = 'C'
	abandoned    byte = 'A'
)

// headerSize is the length of what begins every frame: type, chunk and size (§7.1.2.2).
const headerSize = 8

// errFrame says that the bytes are none of this protocol.
var errFrame = errors.New("this is not OPC UA over TCP")

// appendHeader begins a frame; setSize completes it.
func appendHeader(dst []byte, kind string, chunk byte) []byte {
	dst = append(dst, kind...)
	return append(dst, chunk, 0, 0, 0, 0)
}

// setSize writes the size of a frame into its header.
func setSize(frame []byte, size int) { binary.LittleEndian.PutUint32(frame[4:], uint32(size)) }

// kindOf returns the type of a frame and what it is of its message.
func kindOf(frame []byte) (kind string, chunk byte) { return string(frame[:3]), frame[3] }

// readFrame reads one frame of at most limit bytes, header included.
func readFrame(r io.Reader, limit uint32) ([]byte, error) {
	var header [headerSize]byte
	if _, err := io.ReadFull(r, header[:]); err != nil {
		return nil, err
	}
	size := binary.LittleEndian.Uint32(header[4:])
	if !known(string(header[:3])) {
		return nil, fmt.Errorf("%w: it begins with % x", errFrame, header)
	}
	if size < headerSize || size > limit {
		return nil, fmt.Errorf("%w: a frame of %d bytes where at most %d were agreed", errFrame, size, limit)
	}
	frame := make([]byte, size)
	copy(frame, header[:])
	_, err := io.ReadFull(r, frame[headerSize:])
	return frame, err
}

func known(kind string) bool {
	switch kind {
	case hello, acknowledge, failure, openChannel, closeChannel, message:
		return true
	default:
		return false
	}
}
