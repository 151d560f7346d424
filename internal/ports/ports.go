// Package ports finds ports of this machine for those who must name one before it is listened on: programs that are
// started with their addresses, and servers that go away and come back at the same one.
//
// A port that was found by listening on port 0 and closing again is anybody's: the kernel may give it to the next
// connection that is dialled. The ports of this package are below those that the kernel gives away, and each is held by
// a lock that every process that asks here sees.
package ports

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
)

// The ports that are given: below those that Linux (32768) and others (49152) give to connections.
const (
	first = 20000
	last  = 32767
)

// attempts is how many ports are tried.
const attempts = 1000

// Port is a port of 127.0.0.1 that nobody listens on, and that nobody else who asks here is given until Release, or until
// this process ends.
type Port struct {
	number int
	lock   *os.File
}

// Take returns a free port.
func Take(ctx context.Context) (*Port, error) {
	dir := filepath.Join(os.TempDir(), fmt.Sprintf("holdfast-ports-%d", os.Getuid()))
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("take a port: %w", err)
	}
	for range attempts {
		p, err := take(ctx, dir, first+rand.IntN(last-first+1)) //nolint:gosec // which one does not matter
		if !errors.Is(err, syscall.EWOULDBLOCK) && !errors.Is(err, syscall.EADDRINUSE) {
			return p, err
		}
	}
	return nil, fmt.Errorf("take a port: none of %d tried between %d and %d is free", attempts, first, last)
}

func take(ctx context.Context, dir string, number int) (p *Port, err error) {
	lock, err := os.OpenFile(filepath.Join(dir, strconv.Itoa(number)), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("take a port: %w", err)
	}
	defer func() {
		if err != nil {
			_ = lock.Close()
		}
	}()
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return nil, fmt.Errorf("take port %d: %w", number, err)
	}
	p = &Port{number: number, lock: lock}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", p.Address())
	if err != nil {
		return nil, err
	}
	return p, listener.Close()
}

// Number is the port's number.
func (p *Port) Number() int { return p.number }

// Address is its host:port.
func (p *Port) Address() string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(p.number)) }

// Release lets others have the port.
func (p *Port) Release() { _ = p.lock.Close() } // only its lock was of use

// Test is what a *testing.T or *testing.B is to this package.
type Test interface {
	Helper()
	Context() context.Context
	Cleanup(f func())
	Fatal(args ...any)
}

// Free returns a free port that is held until the test ends.
func Free(t Test) *Port {
	t.Helper()
	p, err := Take(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Release)
	return p
}
