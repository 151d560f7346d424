package oracle

import (
	"bytes"
	"sync"
	"testing"

	"github.com/holdfast-edge/holdfast/protocols"
)

// Tap is a protocols.Tap that keeps what went over the wire in its order, each frame by itself.
type Tap struct {
	length func(b []byte) (n int, err error)

	mutex  sync.Mutex
	frames [][]byte
	toward []bool          // the device
	open   map[bool][]byte // of each direction, what is no whole frame yet
	err    error
}

// Datagrams returns a tap for what goes over the wire in datagrams: each is a frame.
func Datagrams() *Tap {
	return &Tap{length: func(b []byte) (int, error) { return len(b), nil }, open: map[bool][]byte{}}
}

// Stream returns a tap for a protocol whose frames parse parses: it returns 0 octets for one that is not whole yet.
func Stream[F any](parse func(b []byte) (f F, n int, err error)) *Tap {
	return &Tap{open: map[bool][]byte{}, length: func(b []byte) (int, error) {
		_, n, err := parse(b)
		return n, err
	}}
}

// Active is described at protocols.Tap.
func (*Tap) Active() bool { return true }

// Note is described at protocols.Tap.
func (w *Tap) Note(note protocols.Note, octets []byte) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	toward := note.Kind() == protocols.Sent
	w.open[toward] = append(w.open[toward], octets...)
	rest := w.open[toward]
	for len(rest) > 0 && w.err == nil {
		var n int
		if n, w.err = w.length(rest); n == 0 {
			break
		}
		w.frames, w.toward = append(w.frames, bytes.Clone(rest[:n])), append(w.toward, toward)
		rest = rest[n:]
	}
	w.open[toward] = rest
}

// Frames returns what went, and which of it to the device. The test fails where that is no frames, or the driver has sent half of
// one; what a device has not said to its end is left out.
func (w *Tap) Frames(t testing.TB) (frames [][]byte, toward []bool) {
	t.Helper()
	w.mutex.Lock()
	defer w.mutex.Unlock()
	if w.err != nil || len(w.open[true]) > 0 {
		t.Fatalf("the driver has sent % x, the device % x, and they are no frames: %v", w.open[true], w.open[false], w.err)
	}
	return w.frames, w.toward
}
