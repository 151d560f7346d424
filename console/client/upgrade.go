package client

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
)

// Stream is a connection that carries octets instead of HTTP. Each direction
// ends for itself.
type Stream struct {
	io.ReadWriteCloser

	conn net.Conn
}

// CloseWrite says that nothing more is written.
func (s *Stream) CloseWrite() error {
	if c, ok := s.conn.(interface{ CloseWrite() error }); ok {
		return c.CloseWrite()
	}
	return errors.ErrUnsupported
}

// Upgrade asks with GET for the connection to be upgraded to a protocol, and
// returns it. An answer other than 101 is an error, a *Problem. ctx is of the
// asking, not of the stream.
func (c *Client) Upgrade(ctx context.Context, path string, query url.Values, protocol string) (*Stream, error) {
	var conn net.Conn
	asking, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, cancel)
	defer stop()
	traced := httptrace.WithClientTrace(asking, &httptrace.ClientTrace{GotConn: func(i httptrace.GotConnInfo) { conn = i.Conn }})
	r, err := c.request(traced, http.MethodGet, path, query, nil)
	if err != nil {
		cancel()
		return nil, err
	}
	r.Header.Set("Connection", "Upgrade")
	r.Header.Set("Upgrade", protocol)
	answer, err := c.plain.Do(r)
	if err != nil {
		cancel()
		return nil, c.explain(ctx, err)
	}
	body, ok := answer.Body.(io.ReadWriteCloser)
	if answer.StatusCode != http.StatusSwitchingProtocols || !ok {
		defer cancel()
		return nil, c.problem(answer)
	}
	return &Stream{&whole{body, cancel}, conn}, nil
}

// whole lets go of what the request holds when the stream is closed.
type whole struct {
	io.ReadWriteCloser

	release context.CancelFunc
}

func (w *whole) Close() error {
	defer w.release()
	return w.ReadWriteCloser.Close()
}
