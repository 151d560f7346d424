package mqttd

import (
	"errors"
	"io"
	"sync/atomic"
	"syscall"
)

// source is what a connection reads from: its socket, with what is counted of it.
// It belongs to the reader.
type source struct {
	socket io.Reader
	raw    syscall.RawConn // of a plain TCP socket; else nil
	bytes  *atomic.Uint64
	filled *bool  // whether a read brought as much as it could
	muted  bool   // a packet alone does not wake the reader
	before []byte // read already, and to be given first
	reads  int    // so far
}

// Read reads what is there, and waits where nothing is.
func (s *source) Read(p []byte) (n int, err error) {
	s.reads++
	if len(s.before) > 0 {
		n = copy(p, s.before)
		s.before = s.before[n:]
		return n, nil
	}
	waits := true
	if s.muted {
		n, waits, err = s.readAtOnce(p)
	}
	if waits {
		s.mute(false) // or nobody would be woken
		n, err = s.socket.Read(p)
	}
	s.bytes.Add(uint64(n))
	*s.filled = n == len(p)
	return n, err
}

// readAtOnce reads without waiting. waits is true where there is nothing yet.
func (s *source) readAtOnce(p []byte) (n int, waits bool, err error) {
	failed := s.raw.Read(func(socket uintptr) bool {
		n, err = syscall.Read(int(socket), p)
		return true
	})
	switch {
	case failed != nil:
		return 0, false, failed
	case errors.Is(err, syscall.EAGAIN), errors.Is(err, syscall.EINTR):
		return 0, true, nil
	case err == nil && n == 0:
		err = io.EOF
	}
	return max(n, 0), false, err
}

// lowWater is how much wakes a reader that is muted.
const lowWater = 64 << 10

// mute has a packet alone wake the reader no more, or again.
func (s *source) mute(muted bool) {
	switch {
	case s.raw == nil || muted == s.muted:
	case muted:
		s.muted = setLowWater(s.raw, lowWater)
	default:
		setLowWater(s.raw, 1)
		s.muted = false
	}
}
