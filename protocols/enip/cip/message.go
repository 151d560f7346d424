package cip

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// Service is what is asked of an object. A reply has ReplyBit added.
type Service uint8

// The services that are used (Vol. 1 appendix A; LDA). What a number means depends on the object: 0x52 is Unconnected Send to
// the Connection Manager and Read Tag Fragmented to a tag.
const (
	GetAttributesAll     Service = 0x01
	GetAttributeList     Service = 0x03
	MultipleService      Service = 0x0A
	GetAttributeSingle   Service = 0x0E
	ReadTag              Service = 0x4C // of a template: Read Template
	WriteTag             Service = 0x4D
	ReadModifyWrite      Service = 0x4E // of the Connection Manager: Forward Close
	ForwardClose         Service = 0x4E
	ReadTagFragmented    Service = 0x52
	UnconnectedSend      Service = 0x52
	ForwardOpen          Service = 0x54
	GetInstanceAttribute Service = 0x55 // Get Instance Attribute List
	LargeForwardOpen     Service = 0x5B

	ReplyBit Service = 0x80
)

// ErrMessage says that octets are no message that could be understood.
var ErrMessage = errors.New("a CIP message that cannot be understood")

// AppendRequest appends a request of a service to a path. Path and data are octets.
func AppendRequest(dst []byte, s Service, path, data []byte) []byte {
	dst = append(dst, byte(s), byte(len(path)/2))
	return append(append(dst, path...), data...)
}

// Request is one as it is received.
type Request struct {
	Service Service
	Path    []byte
	Data    []byte
}

// ParseRequest reads a request. An error wraps ErrMessage.
func ParseRequest(b []byte) (Request, error) {
	if len(b) < 2 || len(b) < 2+2*int(b[1]) || Service(b[0])&ReplyBit != 0 {
		return Request{}, fmt.Errorf("%w: no request", ErrMessage)
	}
	end := 2 + 2*int(b[1])
	return Request{Service: Service(b[0]), Path: b[2:end], Data: b[end:]}, nil
}

// Reply is what an object answers (Vol. 1 §2-4.2).
type Reply struct {
	Service Service // of the request
	Status  Status
	Data    []byte
}

// AppendReply appends a reply.
func AppendReply(dst []byte, r Reply) []byte {
	dst = append(dst, byte(r.Service|ReplyBit), 0, r.Status.General, 0)
	if r.Status.HasExtended {
		dst[len(dst)-1] = byte(1 + len(r.Status.Further))
		dst = binary.LittleEndian.AppendUint16(dst, r.Status.Extended)
		for _, word := range r.Status.Further {
			dst = binary.LittleEndian.AppendUint16(dst, word)
		}
	}
	return append(dst, r.Data...)
}

// ParseReply reads a reply. Its data are b's. An error wraps ErrMessage.
func ParseReply(b []byte) (r Reply, err error) {
	if len(b) < 4 || Service(b[0])&ReplyBit == 0 || len(b) < 4+2*int(b[3]) {
		return r, fmt.Errorf("%w: no reply: % x", ErrMessage, b[:min(len(b), 16)])
	}
	r.Service, r.Status.General = Service(b[0])&^ReplyBit, b[2]
	words := int(b[3])
	for i := range words {
		word := binary.LittleEndian.Uint16(b[4+2*i:])
		if i == 0 {
			r.Status.HasExtended, r.Status.Extended = true, word
			continue
		}
		r.Status.Further = append(r.Status.Further, word)
	}
	r.Data = b[4+2*words:]
	return r, nil
}

// MultipleHead is how much the request of several stands before the first, and for each beside itself; the reply's is
// the same without the path.
const (
	MultipleHead = 2 + 4 + 2
	MultipleEach = 2
)

// AppendMultiple appends the request that carries several to the Message Router (Vol. 1 § ).
func AppendMultiple(dst []byte, requests ...[]byte) []byte {
	dst = append(dst, byte(MultipleService), 2, classSegment, RouterClass, instanceSegment, 1)
	return appendAll(dst, requests)
}

// AppendReplies appends the data of the reply that carries several.
func AppendReplies(dst []byte, replies ...[]byte) []byte { return appendAll(dst, replies) }

// appendAll appends messages behind their number and where each begins.
func appendAll(dst []byte, messages [][]byte) []byte {
	dst = binary.LittleEndian.AppendUint16(dst, uint16(len(messages)))
	at := 2 + 2*len(messages)
	for _, m := range messages {
		dst = binary.LittleEndian.AppendUint16(dst, uint16(at))
		at += len(m)
	}
	for _, m := range messages {
		dst = append(dst, m...)
	}
	return dst
}

// ParseMultiple appends to dst the messages that the data of a request or reply of several hold. An error wraps ErrMessage.
func ParseMultiple(dst [][]byte, data []byte) ([][]byte, error) {
	if len(data) < 2 {
		return dst, fmt.Errorf("%w: several in one, cut off", ErrMessage)
	}
	count := int(binary.LittleEndian.Uint16(data))
	if len(data) < 2+2*count {
		return dst, fmt.Errorf("%w: %d in one, cut off", ErrMessage, count)
	}
	for i := range count {
		from, to := int(binary.LittleEndian.Uint16(data[2+2*i:])), len(data)
		if i+1 < count {
			to = int(binary.LittleEndian.Uint16(data[4+2*i:]))
		}
		if from < 2+2*count || to < from || to > len(data) {
			return dst, fmt.Errorf("%w: number %d of %d lies outside", ErrMessage, i+1, count)
		}
		dst = append(dst, data[from:to])
	}
	return dst, nil
}
