package protocols

import (
	"context"
	"net"
	"sync"
)

// Accept has serve have each connection that a listener takes, in a goroutine of its own, until ctx is done or the listener
// fails; then it ends the context that serve was given, waits for those that still serve, and returns nil where ctx was done, the
// listener's error otherwise. It closes the listener. Connections are serve's: to close, and to close when its context ends.
func Accept(ctx context.Context, listener net.Listener, serve func(context.Context, net.Conn)) error {
	ctx, cancel := context.WithCancel(ctx)
	var serving sync.WaitGroup
	defer serving.Wait()
	defer cancel()
	defer context.AfterFunc(ctx, func() { listener.Close() })()
	for {
		conn, err := listener.Accept()
		if ctx.Err() != nil {
			if err == nil {
				conn.Close()
			}
			return nil
		}
		if err != nil {
			listener.Close()
			return err
		}
		serving.Go(func() { serve(ctx, conn) })
	}
}
