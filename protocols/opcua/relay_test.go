package opcua_test

import (
	"context"
	"encoding/binary"
	"io"
	"log/slog"
	"net"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/holdfast-edge/holdfast/protocols/conformance/faulty"
)

// relay is a line to a server that breaks on demand: it does to the server's frames what lines do in plants.
type relay struct {
	*faulty.Server
	target string
	asked  atomic.Int64 // times that clients have sent something
}

// newRelay starts a relay that ends with the test.
func newRelay(t testing.TB, target string) *relay {
	t.Helper()
	s, err := faulty.Listen(t.Context(), "127.0.0.1:0", slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	r := &relay{Server: s, target: target}
	s.Start(r.serve)
	t.Cleanup(s.Close)
	return r
}

// serve passes on what goes either way until one of the ends is closed.
func (r *relay) serve(ctx context.Context, near *faulty.Conn) {
	far, err := new(net.Dialer).DialContext(ctx, "tcp", r.target)
	if err != nil {
		return
	}
	var replying sync.WaitGroup
	defer replying.Wait()
	hangUp := func() {
		near.Close()
		far.Close()
	}
	defer hangUp()
	replying.Go(func() {
		defer hangUp()
		r.replies(near, far)
	})
	r.requests(near, far)
}

// requests passes on what the client sends.
func (r *relay) requests(near, far net.Conn) {
	buffer := make([]byte, 64<<10)
	for {
		n, err := near.Read(buffer)
		if err != nil {
			return
		}
		r.asked.Add(1)
		if r.Fault() == faulty.HalfOpen {
			continue
		}
		if _, err := far.Write(buffer[:n]); err != nil {
			return
		}
	}
}

// replies passes on what the server sends, frame by frame: the fault is done to each.
func (r *relay) replies(near, far net.Conn) {
	for {
		var header [8]byte
		if _, err := io.ReadFull(far, header[:]); err != nil {
			return
		}
		frame := make([]byte, binary.LittleEndian.Uint32(header[4:]))
		copy(frame, header[:])
		if _, err := io.ReadFull(far, frame[len(header):]); err != nil {
			return
		}
		if _, err := near.Write(frame); err != nil {
			return
		}
	}
}
