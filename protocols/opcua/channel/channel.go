package channel

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/holdfast-edge/holdfast/protocols"
	"github.com/holdfast-edge/holdfast/supervisor"
)

// Options are what a channel is opened with.
type Options struct {
	URL      string // of the endpoint, as the server is to see it
	Security Security
	Lifetime time.Duration // asked for the keys; the server may give less
	Tap      protocols.Tap // is told the messages; nil: nobody is
}

// Channel is an open secure channel. It may be used concurrently. Once it is broken it stays so.
type Channel struct {
	conn     net.Conn
	security Security
	lifetime time.Duration
	opening  cipher
	limits   limits
	tap      protocols.Tap
	broken   chan struct{} // closed with the cause in err
	ended    chan struct{} // closed when the reading goroutine has
	stray    atomic.Uint64

	writing  sync.Mutex // held while a message is sent, so that its frames are in order
	sequence uint32     // of the last frame sent

	mutex   sync.Mutex
	err     error
	closing bool   // the server has been told, or is being
	request uint32 // the last request's number
	waiting map[uint32]chan []byte
	tokens  []*token // the newest first; none before the channel is open
	nonce   []byte   // of the keys that are asked for
}

// ErrClosed is why a channel is broken that this end has closed.
var ErrClosed = errors.New("the channel was closed here")

// Open opens a channel over a connection, which it owns from then on, in error too. A cancelled ctx ends it at once.
func Open(ctx context.Context, conn net.Conn, o Options) (*Channel, error) {
	defer context.AfterFunc(ctx, func() { conn.Close() })()
	c, err := greet(conn, o)
	if err != nil {
		conn.Close()
		return nil, causeOf(ctx, err)
	}
	c.tell(protocols.Opened)
	go c.read()
	if err := c.Renew(ctx, untilDeadline(ctx)); err != nil {
		c.Close()
		return nil, causeOf(ctx, err)
	}
	return c, nil
}

// causeOf returns why something ended: the context where that is done.
func causeOf(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return err
}

// openingPatience is how long opening may take where the context sets no limit.
const openingPatience = time.Minute

func untilDeadline(ctx context.Context) time.Duration {
	if deadline, ok := ctx.Deadline(); ok {
		return time.Until(deadline)
	}
	return openingPatience
}

// greet exchanges the frames that come before all security.
func greet(conn net.Conn, o Options) (*Channel, error) {
	security, err := o.Security.ready()
	if err != nil {
		return nil, err
	}
	opening, err := newAsymmetric(security)
	if err != nil {
		return nil, err
	}
	if _, err := conn.Write(appendHello(nil, o.URL)); err != nil {
		return nil, fmt.Errorf("send HEL: %w", err)
	}
	frame, err := readFrame(conn, frameLimit)
	if err != nil {
		return nil, fmt.Errorf("read the answer to HEL: %w", err)
	}
	if kind, _ := kindOf(frame); kind == failure {
		return nil, parseFailure(frame[headerSize:])
	}
	agreed, err := parseAcknowledge(frame)
	if err != nil {
		return nil, err
	}
	return &Channel{
		conn: conn, security: security, lifetime: o.Lifetime, opening: opening, limits: agreed, tap: o.Tap,
		broken: make(chan struct{}), ended: make(chan struct{}), waiting: map[uint32]chan []byte{},
	}, nil
}

// Security returns how the channel is protected.
func (c *Channel) Security() Security { return c.security }

// Stray returns how many messages came that nobody waited for any more.
func (c *Channel) Stray() uint64 { return c.stray.Load() }

// Broken returns a channel that is closed when the secure channel cannot be used any more.
func (c *Channel) Broken() <-chan struct{} { return c.broken }

// Err returns why the channel is broken; nil while it is not.
func (c *Channel) Err() error {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	return c.err
}

// fail breaks the channel, unless it is broken already. The note says who has ended it.
func (c *Channel) fail(n protocols.Note, err error) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if c.err != nil {
		return
	}
	if c.closing { // a server that hangs up then does as it was told
		n, err = protocols.Closed, ErrClosed
	}
	c.err = err
	close(c.broken)
	c.conn.Close()
	c.tell(n)
}

// Break breaks the channel for a reason that only its user knows.
func (c *Channel) Break(err error) { c.fail(protocols.Closed, err) }

// farewell is how long closing may take to say so.
const farewell = time.Second

// Close says that the channel is closed, where it is open, and returns when nothing of it is left behind. It may be
// called more than once.
func (c *Channel) Close() {
	c.mutex.Lock()
	c.closing = true
	c.mutex.Unlock()
	if c.Err() == nil && c.writing.TryLock() {
		c.sayGoodbye()
		c.writing.Unlock()
	}
	c.fail(protocols.Closed, ErrClosed)
	<-c.ended
}

// read takes frames from the connection until that or the channel breaks. It is the channel's only goroutine.
func (c *Channel) read() {
	defer close(c.ended)
	var err error
	if panicked := supervisor.Guard(func() { err = c.receive() }); panicked != nil {
		err = panicked
	}
	c.fail(protocols.Cut, err)
}

// receive is read without its end.
func (c *Channel) receive() error {
	in := &receiver{channel: c, assembly: newAssembly()}
	from := bufio.NewReaderSize(c.conn, leastFrame)
	for {
		frame, err := readFrame(from, c.limits.receive)
		if err != nil {
			return err
		}
		if err := in.take(frame); err != nil {
			return err
		}
	}
}
