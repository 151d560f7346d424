package link

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"sync/atomic"
	"time"

	"github.com/holdfast-edge/holdfast/cluster/link/wire"
)

// Tunnels a node and a site's member keep open at once, and how long one may be silent.
const (
	MostTunnels  = 16
	TunnelSilent = 30 * time.Minute
)

// Frames is a Tunnel stream at either end.
type Frames interface {
	Send(f *wire.TunnelFrame) error
	Recv() (*wire.TunnelFrame, error)
}

// End is a connection at either end of a tunnel: a TCP connection, or one like it, of which each direction ends for itself.
type End interface {
	io.ReadWriteCloser
	CloseWrite() error
}

// Carried is how many octets went through a tunnel, as its end saw them.
type Carried struct{ In, Out int64 } // read from the end, written to it

// ErrSilent says that nothing went through a tunnel for TunnelSilent.
var ErrSilent = errors.New("nothing went through the tunnel for a long time")

// Carry carries octets between an end and the frames until both directions have ended, one fails, or ctx is done, and closes the
// end. The stream is ended by who holds it: with its return at the member, with its context at the node.
func Carry(ctx context.Context, end End, frames Frames) (Carried, error) {
	t := &tunnel{end: end, frames: frames, silent: TunnelSilent}
	return t.carry(ctx)
}

type tunnel struct {
	end     End
	frames  Frames
	silent  time.Duration
	in, out atomic.Int64
	timer   *time.Timer
}

func (t *tunnel) carry(ctx context.Context) (Carried, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	t.timer = time.AfterFunc(t.silent, func() { cancel(ErrSilent) })
	defer t.timer.Stop()
	var closing sync.Once
	closeEnd := func() { closing.Do(func() { _ = t.end.Close() }) }
	defer closeEnd()
	stop := context.AfterFunc(ctx, closeEnd)
	defer stop()
	sent := make(chan error, 1)
	received := make(chan error, 1)
	go func() { sent <- t.send() }()
	go func() { received <- t.receive() }()
	err := t.await(ctx, cancel, sent, received)
	return Carried{t.in.Load(), t.out.Load()}, err
}

// await waits for both directions. One that fails ends the other: the sender by its end, which is closed with the context; the
// receiver by its stream, which its holder ends after this.
func (t *tunnel) await(ctx context.Context, cancel context.CancelCauseFunc, sent, received chan error) error {
	for range 2 {
		var err error
		select {
		case err = <-sent:
			sent = nil
		case err = <-received:
			received = nil
		case <-ctx.Done():
			err = context.Cause(ctx)
		}
		if err != nil {
			cancel(err)
			if sent != nil {
				<-sent //nolint:errcheck // its end was closed
			}
			return err
		}
	}
	return nil
}

// send sends what the end says.
func (t *tunnel) send() error {
	buffer := make([]byte, MaxChunk)
	for {
		n, err := t.end.Read(buffer)
		if n > 0 {
			t.in.Add(int64(n))
			t.timer.Reset(t.silent)
			if err := t.frames.Send(&wire.TunnelFrame{Data: buffer[:n]}); err != nil {
				return err
			}
		}
		if errors.Is(err, io.EOF) {
			return t.frames.Send(&wire.TunnelFrame{End: true})
		}
		if err != nil {
			err = fmt.Errorf("read from the tunnel's end: %w", err)
			return errors.Join(err, t.frames.Send(&wire.TunnelFrame{Error: Cut(err.Error())}))
		}
	}
}

// receive writes to the end what the other side says.
func (t *tunnel) receive() error {
	for {
		f, err := t.frames.Recv()
		if err != nil {
			return err
		}
		if text := f.GetError(); text != "" {
			return fmt.Errorf("the other side of the tunnel: %s", Cut(text))
		}
		if data := f.GetData(); len(data) > 0 {
			t.out.Add(int64(len(data)))
			t.timer.Reset(t.silent)
			if _, err := t.end.Write(data); err != nil {
				return fmt.Errorf("write to the tunnel's end: %w", err)
			}
		}
		if f.GetEnd() {
			return t.end.CloseWrite()
		}
	}
}
