package mqttc

import (
	"bufio"
	"bytes"
	"context"
	"net"
	"sync"
	"time"
)

// The versions of MQTT, by their protocol level (MQTT 3.1.1 §3.1.2.2).
const (
	Version311 byte = 4
	Version5   byte = 5
)

// Options are what a client is opened with.
type Options struct {
	Version       byte
	ClientID      string
	Username      string
	Password      string        // only where there is a user name
	Clean         bool          // the broker forgets the session of before
	SessionExpiry time.Duration // how long the broker keeps the session; version 5
	KeepAlive     time.Duration // at least a second
	Window        int           // messages that may come without acknowledgement; version 5; 1 to 65535
	MaxPacket     int           // octets of the largest packet that is taken; 0: 16 MiB
	Will          *Message      // published by the broker when the connection is lost
}

// Message is one message. What it points to is valid until the next call of
// Next.
type Message struct {
	Topic   string
	Payload []byte
	QoS     byte
	Retain  bool // received: the broker had it before the subscription
	Again   bool // the broker has sent it before, and does not know whether it came
	Hops    int  // how often data derived from data has passed a broker

	id uint16
}

// Client is one connection. Next, Ack and Subscribe are called by one goroutine
// at a time, everything else may be called at any time.
type Client struct {
	options Options
	conn    net.Conn
	in      *bufio.Reader
	present bool // the broker had kept the session

	// Of the goroutine that calls Next.
	received map[uint16]bool // QoS 2: PUBREC is sent, PUBREL has not come
	early    []Message       // came before SUBACK
	arena    []byte
	topics   map[string]string
	nextID   uint16

	sending sync.Mutex // guards what follows
	out     bytes.Buffer
	broken  error
	pings   []func() // answers that are awaited, oldest first; nil: nobody waits

	over    chan struct{} // closed by Close
	closing sync.Once
	beating sync.WaitGroup
}

// Open logs in on a connection, which is the client's from then on, and closed
// where Open fails. ctx bounds the opening only. A log-in that is refused is a
// *Refusal.
func Open(ctx context.Context, conn net.Conn, o Options) (*Client, error) {
	if o.MaxPacket == 0 {
		o.MaxPacket = 16 << 20
	}
	c := &Client{
		options: o, conn: conn, in: bufio.NewReaderSize(conn, readBuffer),
		received: map[uint16]bool{}, topics: map[string]string{}, over: make(chan struct{}),
	}
	stop := context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })
	err := c.greet()
	if !stop() && ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	if err != nil {
		_ = conn.Close()
		return nil, err
	}
	c.beating.Go(c.beat)
	return c, nil
}

// SessionPresent reports whether the broker had kept a session of ours.
func (c *Client) SessionPresent() bool { return c.present }

// Close says good-bye and ends the connection; Next fails. It returns when
// nothing is left behind.
func (c *Client) Close() {
	c.closing.Do(func() {
		close(c.over)
		_ = c.conn.SetWriteDeadline(time.Now().Add(goodbye))
		_ = c.send([]byte{headDisconnect, 0}) // a courtesy (MQTT 5.0 §3.14)
		_ = c.conn.Close()
	})
	c.beating.Wait()
}

// Abort ends the connection without a good-bye, so that the broker publishes the
// will.
func (c *Client) Abort() {
	c.closing.Do(func() {
		close(c.over)
		_ = c.conn.Close()
	})
	c.beating.Wait()
}

// goodbye is how long the last words may take.
const goodbye = time.Second

// beat asks the broker twice in each keep-alive whether it lives, so that it is
// never silent for long, nor we.
func (c *Client) beat() {
	ticker := time.NewTicker(c.options.KeepAlive / 2)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
			if c.Ping(nil) != nil {
				return // Next finds out
			}
		case <-c.over:
			return
		}
	}
}
