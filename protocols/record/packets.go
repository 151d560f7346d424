package record

import (
	"context"
	"errors"
	"io"
	"net"
	"sync"
)

// PacketPlayer is a driver of a protocol of datagrams that can play a recording.
type PacketPlayer interface {
	// PlayPackets is Player.Play for those who ask the socket. It owns the socket.
	PlayPackets(ctx context.Context, r *Recording, conn net.PacketConn, o Options) error
}

// Limits of those who ask a socket: as many at once, and as many datagrams of one that wait. What is beyond is dropped, as a
// network drops it.
const (
	maxPacketClients = 256
	packetBacklog    = 64
)

// Packets returns a listener for which everybody who sends datagrams to a socket is a connection: each Read is a datagram of
// theirs, each Write one for them. It owns the socket, and its one goroutine ends with Close.
func Packets(conn net.PacketConn) net.Listener {
	p := &packets{conn: conn, coming: make(chan net.Conn, maxPacketClients), done: make(chan struct{}), clients: map[string]*packetConn{}}
	p.receiving.Go(p.receive)
	return p
}

// packets is such a listener.
type packets struct {
	conn      net.PacketConn
	coming    chan net.Conn
	done      chan struct{}
	receiving sync.WaitGroup
	closing   sync.Once

	mutex   sync.Mutex
	clients map[string]*packetConn
}

// receive hands datagrams to their connections until the socket is closed.
func (p *packets) receive() {
	buffer := make([]byte, 1<<16)
	for {
		n, from, err := p.conn.ReadFrom(buffer)
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil {
			continue // what the network says of a datagram that was sent
		}
		if c := p.client(from); c != nil {
			c.take(append([]byte(nil), buffer[:n]...))
		}
	}
}

// client returns the connection of a sender; nil where there are too many.
func (p *packets) client(from net.Addr) *packetConn {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	c := p.clients[from.String()]
	if c == nil && len(p.clients) < maxPacketClients {
		c = &packetConn{packets: p, PacketConn: p.conn, from: from, waiting: make(chan []byte, packetBacklog), closed: make(chan struct{})}
		p.clients[from.String()] = c
		p.coming <- c // it has room for all that there are
	}
	return c
}

// Accept returns the next that has sent something.
func (p *packets) Accept() (net.Conn, error) {
	select {
	case c := <-p.coming:
		return c, nil
	case <-p.done:
		return nil, net.ErrClosed
	}
}

// Addr is the socket's address.
func (p *packets) Addr() net.Addr { return p.conn.LocalAddr() }

// Close closes the socket.
func (p *packets) Close() error {
	var err error
	p.closing.Do(func() {
		close(p.done)
		err = p.conn.Close()
	})
	p.receiving.Wait()
	return err
}

// packetConn is what goes between the socket and one sender.
type packetConn struct {
	net.PacketConn // for its deadlines and addresses
	packets        *packets
	from           net.Addr
	waiting        chan []byte
	closed         chan struct{}
	closing        sync.Once
}

// take takes a datagram, where there is room for it.
func (c *packetConn) take(datagram []byte) {
	select {
	case c.waiting <- datagram:
	default:
	}
}

// Read reads the next datagram. What p has no room for is lost.
func (c *packetConn) Read(p []byte) (int, error) {
	select {
	case datagram := <-c.waiting:
		return copy(p, datagram), nil
	case <-c.closed:
		return 0, io.EOF
	case <-c.packets.done:
		return 0, net.ErrClosed
	}
}

// Write sends a datagram.
func (c *packetConn) Write(p []byte) (int, error) { return c.WriteTo(p, c.from) }

// RemoteAddr is the sender's.
func (c *packetConn) RemoteAddr() net.Addr { return c.from }

// Close forgets the sender; the socket stays.
func (c *packetConn) Close() error {
	c.closing.Do(func() {
		close(c.closed)
		c.packets.mutex.Lock()
		defer c.packets.mutex.Unlock()
		delete(c.packets.clients, c.from.String())
	})
	return nil
}
