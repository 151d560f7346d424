package assoc

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/holdfast-edge/holdfast/protocols"
	"github.com/holdfast-edge/holdfast/protocols/iec61850/mms"
	"github.com/holdfast-edge/holdfast/protocols/iec61850/osi"
	"github.com/holdfast-edge/holdfast/protocols/tpkt"
	"github.com/holdfast-edge/holdfast/supervisor"
)

// Options are what an association is run with.
type Options struct {
	Calling, Called osi.Party
	Offer           mms.Initiate  // what the device is offered; it may agree to less
	Timeout         time.Duration // for a response

	// Report is called with what the device sends by itself, from the goroutine that reads: it does not wait, and keeps no
	// reference to the octets.
	Report func(mms.Report)
}

// Conn is an association. It may be used concurrently.
type Conn struct {
	transport protocols.Transport
	reader    *tpkt.Reader // of the goroutine that reads
	options   Options
	agreed    mms.Initiate
	size      int           // of a TPDU
	slots     chan struct{} // has an element for each request that the device has in hand
	out       chan []byte   // has room for each of them, and for one that ends
	broken    chan struct{} // closed with the cause in err
	ended     sync.WaitGroup
	close     sync.Once

	mutex  sync.Mutex
	err    error
	calls  map[uint32]*Call
	invoke uint32 // of the last request
	silent int    // requests in a row that were not answered in time
}

var (
	// ErrClosed is why an association is broken that this end has closed.
	ErrClosed = errors.New("the connection was closed here")

	// ErrTimeout says that a response did not come in time.
	ErrTimeout = errors.New("the device does not answer within request_timeout")

	// ErrBusy says that a request was not sent, since the device has not answered as many as it takes at once.
	ErrBusy = errors.New("the device has not answered the requests before")
)

// Failure is the error of a call that has no response.
type Failure struct {
	Sent bool // the request may have reached the device
	Err  error
}

// Error returns the cause.
func (f *Failure) Error() string { return f.Err.Error() }

// Unwrap returns the cause.
func (f *Failure) Unwrap() error { return f.Err }

// maxSilent is how many requests in a row may be without an answer: a link that is half open takes everything and answers nothing.
const maxSilent = 3

// run starts the goroutines of an association that has come about.
func (c *Conn) run() {
	c.slots, c.out = make(chan struct{}, c.agreed.Outstanding), make(chan []byte, c.agreed.Outstanding+1)
	c.ended.Go(func() { c.guarded(c.read) })
	c.ended.Go(func() { c.guarded(c.write) })
}

// guarded runs one of the goroutines, whose end is the association's.
func (c *Conn) guarded(run func() error) {
	var err error
	if panicked := supervisor.Guard(func() { err = run() }); panicked != nil {
		err = panicked
	}
	c.fail(err)
}

// MaxPDU is how many octets a PDU may have, either way.
func (c *Conn) MaxPDU() int { return c.agreed.MaxPDU }

// Done returns a channel that is closed when the association is broken.
func (c *Conn) Done() <-chan struct{} { return c.broken }

// Err returns why the association is broken; nil while it is not.
func (c *Conn) Err() error {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	return c.err
}

// fail breaks the association, unless it is broken already.
func (c *Conn) fail(err error) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if c.err != nil {
		return
	}
	c.err = err
	close(c.broken)
	_ = c.transport.Close() // what it was good for is over
}

// goodbye is how long a device may take to agree to the end.
const goodbye = time.Second

// Close ends the association, in good order where the device answers, and returns when nothing of it is left behind. It may be
// called more than once.
func (c *Conn) Close() {
	c.close.Do(func() {
		if c.idle() {
			c.out <- mms.Conclude() // it has room: nothing is sent besides
			timer := time.NewTimer(goodbye)
			defer timer.Stop()
			select {
			case <-c.broken:
			case <-timer.C:
			}
		}
		c.fail(ErrClosed)
		c.ended.Wait()
	})
}

// idle reports whether nothing is asked, and has no more of it asked.
func (c *Conn) idle() bool {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if c.err != nil || c.silent > 0 || len(c.calls) > 0 {
		return false
	}
	for range cap(c.slots) {
		select {
		case c.slots <- struct{}{}:
		default:
			return false // somebody is about to ask
		}
	}
	return true
}

// write sends PDUs, until the association is broken.
func (c *Conn) write() error {
	var frames []byte
	for {
		select {
		case pdu := <-c.out:
			frames = tpkt.AppendData(frames[:0], osi.Data(pdu), c.size)
			if _, err := c.transport.Write(frames); err != nil {
				return fmt.Errorf("send: %w", err)
			}
		case <-c.broken:
			return nil
		}
	}
}

// read takes PDUs, until the association is broken.
func (c *Conn) read() error {
	for {
		t, err := c.reader.Next()
		if err != nil {
			return err
		}
		if t.Code != tpkt.Data {
			return fmt.Errorf("the device ends the connection: %w", io.EOF)
		}
		b, err := osi.ParseData(t.Data)
		if err != nil {
			return err
		}
		if err := c.take(b); err != nil {
			return err
		}
	}
}

// take takes a PDU.
func (c *Conn) take(b []byte) error {
	p, err := mms.Parse(b)
	if err != nil {
		return err
	}
	switch p.Form {
	case mms.ConfirmedResponse, mms.ConfirmedError, mms.Reject:
		c.answer(p)
	case mms.Unconfirmed:
		report, err := mms.ParseReport(p)
		if err != nil {
			return err
		}
		if c.options.Report != nil {
			c.options.Report(report)
		}
	case mms.ConcludeResponse, mms.ConcludeError, mms.ConcludeRequest:
		return ErrClosed
	}
	return nil
}

// Ask sends a request and returns what its response says.
func (c *Conn) Ask(ctx context.Context, service []byte) (body []byte, err error) {
	call, err := c.Start(ctx, service)
	if err != nil {
		return nil, err
	}
	return call.Wait(ctx)
}
