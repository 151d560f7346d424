package faultline

import (
	"context"
	"fmt"
	"net"
	"sync"
	"time"

	"github.com/holdfast-edge/holdfast/protocols/modbus/wire"
)

// relay is one client's connection and the one to the server that belongs to it.
type relay struct {
	line   *Line
	client net.Conn
	server net.Conn
	late   sync.WaitGroup // replies on their slow way

	mutex sync.Mutex // of writing to the client
}

// relay passes requests on until either side ends the connection.
func (l *Line) relay(client net.Conn) {
	ctx, cancel := context.WithCancel(l.ctx)
	defer cancel()
	server, err := new(net.Dialer).DialContext(ctx, "tcp", l.target)
	if err != nil {
		l.logger.Debug("no server behind the line", "target", l.target, "error", err)
		return
	}
	stop := context.AfterFunc(ctx, func() { server.Close() }) // a server that does not answer holds nobody up
	defer stop()
	defer server.Close()
	r := &relay{line: l, client: client, server: server}
	err = r.serve(ctx)
	cancel()
	r.late.Wait()
	l.logger.Debug("connection ended", "client", client.RemoteAddr().String(), "error", err)
}

func (r *relay) serve(ctx context.Context) error {
	requests, replies := frames{conn: r.client}, frames{conn: r.server}
	for {
		request, err := requests.next()
		if err != nil {
			return fmt.Errorf("read request: %w", err)
		}
		r.line.requests.Add(1)
		fault, healed := r.line.judge(request.Unit)
		if fault.Kind == Dead || r.line.isHalfOpen() {
			continue
		}
		if _, err := r.server.Write(wire.AppendMBAP(nil, request)); err != nil {
			return fmt.Errorf("pass request on: %w", err)
		}
		reply, err := replies.next()
		if err != nil {
			return fmt.Errorf("read reply: %w", err)
		}
		if err := r.answer(ctx, fault, healed, request, reply); err != nil {
			return fmt.Errorf("pass reply on: %w", err)
		}
	}
}

func (l *Line) isHalfOpen() bool {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	return l.halfOpen
}

// answer sends what the fault makes of a reply.
func (r *relay) answer(ctx context.Context, f Fault, healed <-chan struct{}, request, reply wire.Frame) error {
	out, hangUp := f.apply(request, reply)
	switch {
	case hangUp:
		return r.client.Close()
	case f.Kind == Slow:
		r.late.Go(func() { _ = r.send(ctx, out, len(out), f.Delay) }) // ends with the connection
		return nil
	case f.Kind == Held:
		r.late.Go(func() {
			select {
			case <-healed:
				_ = r.send(ctx, out, len(out), 0)
			case <-ctx.Done():
			}
		})
		return nil
	case f.Kind == Drip:
		r.late.Go(func() { _ = r.send(ctx, out, 1, f.Delay) })
		return nil
	default:
		return r.send(ctx, out, len(out), 0)
	}
}

// send writes pieces of the given size, waiting before each.
func (r *relay) send(ctx context.Context, out []byte, size int, delay time.Duration) error {
	if delay > 0 && size == len(out) {
		if err := wait(ctx, delay); err != nil {
			return err
		}
		delay = 0
	}
	r.mutex.Lock()
	defer r.mutex.Unlock()
	for len(out) > 0 {
		if err := wait(ctx, delay); err != nil {
			return err
		}
		if _, err := r.client.Write(out[:size]); err != nil {
			return err
		}
		out = out[size:]
	}
	return nil
}

func wait(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// frames takes MBAP frames off a connection.
type frames struct {
	conn net.Conn
	buf  [2 * wire.MaxMBAP]byte
	n    int
	used int
}

// next returns the next frame, which is valid until the one after.
func (f *frames) next() (wire.Frame, error) {
	f.n = copy(f.buf[:], f.buf[f.used:f.n])
	f.used = 0
	for {
		frame, length, err := wire.ParseMBAP(f.buf[:f.n])
		if err != nil {
			return frame, err
		}
		if length > 0 {
			f.used = length
			return frame, nil
		}
		n, err := f.conn.Read(f.buf[f.n:])
		if n == 0 && err != nil {
			return frame, err
		}
		f.n += n
	}
}
