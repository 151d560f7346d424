package channel

import "encoding/binary"

// cursor reads the built-in types that headers are made of (§5.2.2). What is not there reads as zero, and short tells.
type cursor struct {
	rest  []byte
	short bool
}

func (c *cursor) take(n uint32) []byte {
	if uint64(n) > uint64(len(c.rest)) {
		c.short, c.rest = true, nil
		return nil
	}
	taken := c.rest[:n]
	c.rest = c.rest[n:]
	return taken
}

func (c *cursor) uint32() uint32 {
	if b := c.take(4); b != nil {
		return binary.LittleEndian.Uint32(b)
	}
	return 0
}

// bytes reads a ByteString, or the octets of a String; null and empty are the same.
func (c *cursor) bytes() []byte {
	n := c.uint32()
	if n == nullLength {
		return nil
	}
	return c.take(n)
}

// nullLength is the length of a String or ByteString that is null.
const nullLength = 0xFFFFFFFF

func appendUint32(dst []byte, n uint32) []byte { return binary.LittleEndian.AppendUint32(dst, n) }

func appendBytes(dst, b []byte) []byte {
	if b == nil {
		return appendUint32(dst, nullLength)
	}
	return append(appendUint32(dst, uint32(len(b))), b...)
}
