package cip

import (
	"encoding/binary"
	"fmt"
	"time"
)

// Connection is what a Forward Open asks for: a connection of transport class 3 to the Message Router at the end of a route
// (Vol. 1 §3-5.5.2).
type Connection struct {
	ToTarget, ToOriginator uint32 // the numbers of its two directions; the receiver of each chooses
	Serial, Vendor         uint16 // together with Originator they name the connection everywhere
	Originator             uint32
	Size                   int // of the data of a packet, the sequence number included
	Interval               time.Duration
	Multiplier             uint8 // the connection ends after 4 << Multiplier intervals without a packet
}

// Sizes that a small and a large Forward Open can have; LogixSize is the most that Logix controllers take.
const (
	MaxSmall  = 511
	SmallSize = 504
	LogixSize = 4002
	MaxLarge  = 0xFFFF
)

// What a connection of explicit messages is (Vol. 1 §3-5.5.1.1): point to point, of variable size, low priority; class 3,
// the target being the server.
const (
	parameters = 0x4200
	transport  = 0xA3
)

// How long whoever passes a request on waits for the answer: 5 ticks of 1,024 ms (Vol. 1 §3-5.5.1.3).
const tick, ticks = 0x0A, 0x05

// AppendForwardOpen appends the request that opens a connection: a Large Forward Open where its size asks for that.
func AppendForwardOpen(dst []byte, c Connection, route Route) []byte {
	service := ForwardOpen
	if c.Size > MaxSmall {
		service = LargeForwardOpen
	}
	data := binary.LittleEndian.AppendUint32([]byte{tick, ticks}, c.ToTarget)
	data = binary.LittleEndian.AppendUint32(data, c.ToOriginator)
	data = appendTriad(data, c)
	data = append(data, c.Multiplier, 0, 0, 0)
	for range 2 {
		data = binary.LittleEndian.AppendUint32(data, uint32(c.Interval.Microseconds()))
		if service == LargeForwardOpen {
			data = binary.LittleEndian.AppendUint32(data, parameters<<16|uint32(c.Size))
			continue
		}
		data = binary.LittleEndian.AppendUint16(data, parameters|uint16(c.Size))
	}
	path := AppendObject([]byte(route.path), RouterClass, 1)
	data = append(append(data, transport, byte(len(path)/2)), path...)
	return AppendRequest(dst, service, AppendObject(nil, ManagerClass, 1), data)
}

// appendTriad appends what names a connection.
func appendTriad(dst []byte, c Connection) []byte {
	dst = binary.LittleEndian.AppendUint16(dst, c.Serial)
	dst = binary.LittleEndian.AppendUint16(dst, c.Vendor)
	return binary.LittleEndian.AppendUint32(dst, c.Originator)
}

// AppendForwardClose appends the request that closes a connection.
func AppendForwardClose(dst []byte, c Connection, route Route) []byte {
	data := appendTriad([]byte{tick, ticks}, c)
	path := AppendObject([]byte(route.path), RouterClass, 1)
	data = append(append(data, byte(len(path)/2), 0), path...)
	return AppendRequest(dst, ForwardClose, AppendObject(nil, ManagerClass, 1), data)
}

// ParseForwardOpen reads the data of a request that opens a connection, and the way that it takes. An error wraps ErrMessage.
func ParseForwardOpen(s Service, data []byte) (c Connection, path []byte, err error) {
	width := 2
	if s == LargeForwardOpen {
		width = 4
	}
	head := 22 + 2*(4+width) + 2
	if len(data) < head || len(data) < head+2*int(data[head-1]) {
		return c, nil, fmt.Errorf("%w: a Forward Open, cut off", ErrMessage)
	}
	c = Connection{
		ToTarget: binary.LittleEndian.Uint32(data[2:]), ToOriginator: binary.LittleEndian.Uint32(data[6:]),
		Serial: binary.LittleEndian.Uint16(data[10:]), Vendor: binary.LittleEndian.Uint16(data[12:]),
		Originator: binary.LittleEndian.Uint32(data[14:]), Multiplier: data[18],
		Interval: time.Duration(binary.LittleEndian.Uint32(data[22:])) * time.Microsecond,
	}
	if c.Size = int(binary.LittleEndian.Uint16(data[26:])); width == 2 {
		c.Size &= MaxSmall
	}
	return c, data[head : head+2*int(data[head-1])], nil
}

// ParseForwardClose reads what names the connection in the data of a request that closes one. An error wraps ErrMessage.
func ParseForwardClose(data []byte) (c Connection, err error) {
	if len(data) < 12 {
		return c, fmt.Errorf("%w: a Forward Close, cut off", ErrMessage)
	}
	return Connection{
		Serial: binary.LittleEndian.Uint16(data[2:]), Vendor: binary.LittleEndian.Uint16(data[4:]), Originator: binary.LittleEndian.Uint32(data[6:]),
	}, nil
}

// AppendOpened appends the data of the reply to a Forward Open.
func AppendOpened(dst []byte, c Connection) []byte {
	dst = binary.LittleEndian.AppendUint32(dst, c.ToTarget)
	dst = binary.LittleEndian.AppendUint32(dst, c.ToOriginator)
	dst = appendTriad(dst, c)
	for range 2 {
		dst = binary.LittleEndian.AppendUint32(dst, uint32(c.Interval.Microseconds()))
	}
	return append(dst, 0, 0)
}

// Opened returns the connection that was asked for as the reply has it: the target has chosen the number of its direction. An
// error wraps ErrMessage.
func (c Connection) Opened(data []byte) (Connection, error) {
	if len(data) < 26 {
		return c, fmt.Errorf("%w: the reply to a Forward Open, cut off", ErrMessage)
	}
	c.ToTarget = binary.LittleEndian.Uint32(data)
	return c, nil
}

// AppendUnconnectedSend appends the request that has another passed on along a route (Vol. 1 §3-5.5.4).
func AppendUnconnectedSend(dst, request []byte, route Route) []byte {
	data := binary.LittleEndian.AppendUint16([]byte{tick, ticks}, uint16(len(request)))
	data = append(data, request...)
	if len(request)%2 != 0 {
		data = append(data, 0)
	}
	data = append(append(data, byte(len(route.path)/2), 0), route.path...)
	return AppendRequest(dst, UnconnectedSend, AppendObject(nil, ManagerClass, 1), data)
}

// ParseUnconnectedSend returns the request that is to be passed on, and along which way. An error wraps ErrMessage.
func ParseUnconnectedSend(data []byte) (request, path []byte, err error) {
	if len(data) < 4 {
		return nil, nil, fmt.Errorf("%w: an Unconnected Send, cut off", ErrMessage)
	}
	length := int(binary.LittleEndian.Uint16(data[2:]))
	end := 4 + length + length%2
	if len(data) < end+2 || len(data) < end+2+2*int(data[end]) {
		return nil, nil, fmt.Errorf("%w: an Unconnected Send, cut off", ErrMessage)
	}
	return data[4 : 4+length], data[end+2 : end+2+2*int(data[end])], nil
}
