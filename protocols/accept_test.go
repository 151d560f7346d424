package protocols_test

import (
	"context"
	"errors"
	"net"
	"testing"

	"github.com/holdfast-edge/holdfast/protocols"
)

// door is a listener that hands out what is put before it.
type door struct {
	net.Listener

	conns  chan net.Conn
	broken error // when conns is closed
	closed chan struct{}
}

func newDoor() *door { return &door{conns: make(chan net.Conn), closed: make(chan struct{}, 2)} }

func (d *door) Accept() (net.Conn, error) {
	select {
	case c, ok := <-d.conns:
		if !ok {
			return nil, d.broken
		}
		return c, nil
	case <-d.closed:
		return nil, net.ErrClosed
	}
}

func (d *door) Close() error {
	d.closed <- struct{}{}
	return nil
}

func TestAcceptReturnsWhenItsContextIsDoneAndEveryConnectionHasBeenServed(t *testing.T) {
	d := newDoor()
	ctx, cancel := context.WithCancel(t.Context())
	begun, served := make(chan net.Conn), make(chan net.Conn, 2)
	ended := make(chan error, 1)
	go func() {
		ended <- protocols.Accept(ctx, d, func(ctx context.Context, c net.Conn) {
			begun <- c
			<-ctx.Done()
			served <- c
		})
	}()
	for range 2 {
		near, far := net.Pipe()
		t.Cleanup(func() { far.Close() })
		d.conns <- near
		<-begun
	}
	cancel()
	if err := <-ended; err != nil {
		t.Errorf("it ended with %v", err)
	}
	if len(served) != 2 {
		t.Errorf("it returned when %d of 2 connections were served", len(served))
	}
}

func TestAcceptReturnsTheErrorOfItsListenerAndEndsWhatServes(t *testing.T) {
	d := newDoor()
	d.broken = errors.New("too many open files")
	ended := make(chan error, 1)
	go func() {
		ended <- protocols.Accept(t.Context(), d, func(ctx context.Context, _ net.Conn) { <-ctx.Done() })
	}()
	near, far := net.Pipe()
	defer far.Close()
	d.conns <- near
	close(d.conns)
	if err := <-ended; !errors.Is(err, d.broken) {
		t.Errorf("it ended with %v", err)
	}
	if len(d.closed) == 0 {
		t.Error("the listener is left open")
	}
}
