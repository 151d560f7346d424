package mqttd

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/mochi-mqtt/server/v2/packets"
)

// connection is one client, from the moment its socket was accepted.
//
//	greeting ──CONNECT taken──▶ open ──end──▶ closing ──▶ gone
//	    └────────────── refused, cut ─────────────────────▲
type connection struct {
	broker   *Broker
	listener Listener
	socket   net.Conn
	in       *bufio.Reader
	remote   string

	// Set by the greeting, constant afterwards.
	session   *session
	user      string
	rights    *Rights
	version   byte
	keepAlive time.Duration // 0: none
	largest   int           // packet that the client takes; 0: any

	will     *message // of the reader, until the session takes it
	willWait time.Duration
	topics   map[string]*known // of the reader
	recent   *known            // of the reader: of the last message's topic
	aliases  map[uint16]string // of the reader
	dirty    []*connection     // of the reader: to whom something is to be written
	handled  int               // of the reader: packets since the last settle
	source   source            // of the reader
	pace     pace              // of the reader
	portion  portion           // of the reader
	timer    *time.Timer       // of the reader: of its pace; nil before the first

	arrivals arrivals
	control  control
	writer   writer

	closing chan struct{} // closed by end
	gone    chan struct{} // closed when nothing of the connection is left
	ending  sync.Once
	cause   error       // why it ended; set before closing is closed
	open    atomic.Bool // CONNACK has been given, the writer runs
}

func newConnection(b *Broker, l Listener, socket net.Conn) *connection {
	c := &connection{
		broker: b, listener: l, socket: socket,
		remote: socket.RemoteAddr().String(), topics: map[string]*known{}, closing: make(chan struct{}), gone: make(chan struct{}),
	}
	c.control.wake = make(chan struct{}, 1)
	c.writer.raw = rawOf(socket)
	c.source = source{socket: socket, raw: c.writer.raw, bytes: &b.counters.bytesIn, filled: &c.pace.filled}
	c.in = bufio.NewReaderSize(&c.source, readBuffer)
	c.arrivals.room = make(chan struct{}, 1)
	return c
}

// readBuffer is what one system call can bring in, and with it how many
// messages are routed before the writers are woken.
const readBuffer = 8 << 10

// read reads packets until the connection ends, and returns why it did; nil is
// an orderly DISCONNECT.
func (c *connection) read() error {
	defer c.handOver()
	for {
		head, body, err := c.next()
		if err != nil {
			return err
		}
		c.handled++
		c.pace.packet()
		over, err := c.handle(head, body)
		if err != nil || over {
			return err
		}
	}
}

// next reads one packet. Its body is valid until the next call.
func (c *connection) next() (head byte, body []byte, err error) {
	if !wholePacket(c.in) {
		c.settle()
		c.gather()
		if err := c.arm(); err != nil {
			return 0, nil, err
		}
	}
	if head, err = c.in.ReadByte(); err != nil {
		return 0, nil, c.readFailed(err)
	}
	length, err := c.readLength()
	if err != nil {
		return 0, nil, err
	}
	if length <= c.in.Size() {
		if body, err = c.in.Peek(length); err != nil {
			return 0, nil, c.readFailed(err)
		}
		_, err = c.in.Discard(length)
		return head, body, err
	}
	body = make([]byte, length)
	if _, err = io.ReadFull(c.in, body); err != nil {
		return 0, nil, c.readFailed(err)
	}
	return head, body, nil
}

// readLength reads the Remaining Length (MQTT 5.0 §2.1.4).
func (c *connection) readLength() (length int, err error) {
	for shift := 0; shift < 28; shift += 7 {
		b, err := c.in.ReadByte()
		if err != nil {
			return 0, c.readFailed(err)
		}
		if length |= int(b&0x7F) << shift; b < 0x80 {
			if length > c.broker.config.MaxPacket {
				return 0, packets.ErrPacketTooLarge
			}
			return length, nil
		}
	}
	return 0, packets.ErrMalformedVariableByteInteger
}

// wholePacket reports whether the next packet can be read without waiting.
func wholePacket(in *bufio.Reader) bool {
	buffered, err := in.Peek(min(in.Buffered(), 5))
	if err != nil || len(buffered) < 2 {
		return false
	}
	length, size := binaryInt(buffered[1:])
	return size > 0 && in.Buffered() >= 1+size+length
}

// arm gives the client one and a half keep-alives for its next packet (MQTT 5.0
// §3.1.2.10), or the time of the log-in.
func (c *connection) arm() error {
	var deadline time.Time
	switch {
	case !c.open.Load():
		deadline = time.Now().Add(c.broker.config.LoginTimeout)
	case c.keepAlive > 0:
		deadline = time.Now().Add(c.keepAlive + c.keepAlive/2)
	}
	return c.socket.SetReadDeadline(deadline)
}

func (c *connection) readFailed(err error) error {
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return packets.ErrKeepAliveTimeout
	}
	return fmt.Errorf("read: %w", err)
}

// settle hands over what was gathered since the last call, and sees to it that all
// who were given something are written to: a little at once, much by the writers.
func (c *connection) settle() {
	c.handOver()
	few := c.handled <= fewPackets
	for i, other := range c.dirty {
		if !few || !other.writeNow() {
			other.control.kick()
		}
		c.dirty[i] = nil
	}
	c.dirty, c.handled = c.dirty[:0], 0
}

// fewPackets is up to how many packets that have come together a reader writes
// itself what came of them: it spares the writers' waking, which costs more than
// a small write. With more it would keep the next ones waiting.
const fewPackets = 4

// touch notes a writer to be woken by settle.
func (c *connection) touch(other *connection) {
	if last := len(c.dirty) - 1; other != nil && (last < 0 || c.dirty[last] != other) {
		c.dirty = append(c.dirty, other)
	}
}

// end ends the connection, once: the client is told why where it can be, and
// the socket is closed as soon as that is written. It does not wait.
func (c *connection) end(cause error) {
	c.ending.Do(func() {
		c.cause = cause
		if code, ok := errors.AsType[packets.Code](cause); ok && code.Code >= packets.ErrUnspecifiedError.Code && c.open.Load() && c.version == 5 {
			c.control.add(disconnectPacket(code))
		}
		close(c.closing)
		_ = c.socket.SetWriteDeadline(time.Now().Add(goodbye))
		c.control.kick()
	})
}

// goodbye is how long the last words to a client may take.
const goodbye = time.Second

func (c *connection) isClosing() bool {
	select {
	case <-c.closing:
		return true
	default:
		return false
	}
}
