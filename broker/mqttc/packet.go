package mqttc

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/mochi-mqtt/server/v2/packets"
)

// The first bytes of packets (MQTT 5.0 §2.1).
const (
	headPuback     = 0x40
	headPubrec     = 0x50
	headPubcomp    = 0x70
	headPingreq    = 0xC0
	headDisconnect = 0xE0
)

// readBuffer is what one system call can bring in.
const readBuffer = 16 << 10

// ErrSilent says that nothing came from the broker for two keep-alives.
var ErrSilent = errors.New("the broker has fallen silent")

// packet is one packet as it stands in the reader's buffer, valid until the next
// one is read.
type packet struct {
	head byte
	body []byte
}

func (p packet) kind() byte { return p.head >> 4 }

// read waits for one packet.
func (c *Client) read() (p packet, err error) {
	if !c.waiting() {
		if err := c.conn.SetReadDeadline(time.Now().Add(2 * c.options.KeepAlive)); err != nil {
			return p, err
		}
	}
	if p.head, err = c.in.ReadByte(); err != nil {
		return p, readFailed(err)
	}
	length, err := c.readLength()
	if err != nil {
		return p, err
	}
	if length <= c.in.Size() {
		if p.body, err = c.in.Peek(length); err != nil {
			return p, readFailed(err)
		}
		_, err = c.in.Discard(length)
		return p, err
	}
	p.body = make([]byte, length)
	if _, err = io.ReadFull(c.in, p.body); err != nil {
		return p, readFailed(err)
	}
	return p, nil
}

// readLength reads the Remaining Length (MQTT 5.0 §2.1.4).
func (c *Client) readLength() (length int, err error) {
	for shift := 0; shift < 28; shift += 7 {
		b, err := c.in.ReadByte()
		if err != nil {
			return 0, readFailed(err)
		}
		if length |= int(b&0x7F) << shift; b >= 0x80 {
			continue
		}
		if length > c.options.MaxPacket {
			return 0, fmt.Errorf("a packet of %d octets, more than %d", length, c.options.MaxPacket)
		}
		return length, nil
	}
	return 0, errors.New("malformed packet: a length of more than four bytes")
}

// waiting reports whether a whole packet can be read without waiting.
func (c *Client) waiting() bool {
	buffered, err := c.in.Peek(min(c.in.Buffered(), 5))
	if err != nil {
		return false
	}
	length := 0
	for i := 1; i < len(buffered); i++ {
		length |= int(buffered[i]&0x7F) << (7 * (i - 1))
		if buffered[i] < 0x80 {
			return c.in.Buffered() > i+length
		}
	}
	return false
}

func readFailed(err error) error {
	switch {
	case errors.Is(err, os.ErrDeadlineExceeded):
		return ErrSilent
	case errors.Is(err, io.EOF):
		return errors.New("the broker has closed the connection")
	}
	return fmt.Errorf("read: %w", err)
}

// blank is a packet of a kind, for the codec.
func (c *Client) blank(kind byte) packets.Packet {
	return packets.Packet{ProtocolVersion: c.options.Version, FixedHeader: packets.FixedHeader{Type: kind}}
}

// decoded is blank for a packet that came.
func (c *Client) decoded(p packet) packets.Packet {
	d := c.blank(p.kind())
	d.FixedHeader.Remaining = len(p.body)
	d.FixedHeader.Qos, d.FixedHeader.Dup, d.FixedHeader.Retain = p.head>>1&3, p.head&8 != 0, p.head&1 != 0
	return d
}

// encode makes the octets of a packet.
func encode(how func(*bytes.Buffer) error) ([]byte, error) {
	var b bytes.Buffer
	err := how(&b)
	return b.Bytes(), err
}
