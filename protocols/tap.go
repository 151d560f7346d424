package protocols

import (
	"errors"
	"io"
	"net"
	"os"
	"time"
)

// Tap is told of everything that a session exchanges with its far end, so that it can be recorded. It is called from
// the session's own goroutines, may be used concurrently, never blocks, and costs next to nothing while nobody records.
//
// What a driver tells is what went over the wire; or, where that is encrypted, what was encrypted, since nobody can
// read or play the rest. Secrets are not told: whoever tells a frame that carries one leaves it out, and says Masked.
type Tap interface {
	// Note notes octets that went one way. It keeps no reference to them.
	Note(n Note, octets []byte)

	// Active reports whether somebody records: what has to be made ready to be told need not be while nobody does.
	Active() bool
}

// Note is what a tap is told.
type Note uint8

// The notes. A session begins with Opened and ends with Closed, or with Cut where the far end has ended it.
const (
	Sent     Note = iota + 1 // octets for the far end
	Received                 // octets from the far end
	Opened                   // a connection
	Closed                   // a connection, by this side
	Cut                      // a connection, by the far end or the network
	Masked   Note = 0x80     // beside Sent or Received: what is secret was left out
)

// Kind returns the note without Masked.
func (n Note) Kind() Note { return n &^ Masked }

// String returns the kind in a word.
func (n Note) String() string {
	names := [...]string{"nothing", "sent", "received", "opened", "closed", "cut"}
	if int(n.Kind()) < len(names) {
		return names[n.Kind()]
	}
	return names[0]
}

// Transport is a connection or a serial port.
type Transport interface {
	io.ReadWriteCloser
	SetDeadline(t time.Time) error
}

// Tapped returns a transport whose octets the endpoint's tap is told as they are. A driver uses it for what it does not
// encrypt. What is returned owns t.
func (e Endpoint) Tapped(t Transport) Transport {
	if e.Tap == nil {
		return t
	}
	e.Tap.Note(Opened, nil)
	return &tapped{Transport: t, tap: e.Tap}
}

// tapped tells a tap what goes through a transport.
type tapped struct {
	Transport
	tap Tap
}

// Read tells what was received, and that the far end has hung up.
func (t *tapped) Read(p []byte) (int, error) {
	n, err := t.Transport.Read(p)
	if n > 0 {
		t.tap.Note(Received, p[:n])
	}
	if IsCut(err) {
		t.tap.Note(Cut, nil)
	}
	return n, err
}

// Write tells what is sent before it is, so that no answer is told before its request.
func (t *tapped) Write(p []byte) (int, error) {
	t.tap.Note(Sent, p)
	n, err := t.Transport.Write(p)
	if IsCut(err) {
		t.tap.Note(Cut, nil)
	}
	return n, err
}

// Close tells that this side has hung up.
func (t *tapped) Close() error {
	t.tap.Note(Closed, nil)
	return t.Transport.Close()
}

// IsCut reports whether an error of a transport says that the far end or the network has ended it: no time is over, and
// nobody has closed it on this side.
func IsCut(err error) bool {
	return err != nil && !errors.Is(err, os.ErrDeadlineExceeded) && !errors.Is(err, net.ErrClosed) && !errors.Is(err, os.ErrClosed)
}
