package tdengine

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"

	"github.com/gorilla/websocket"
	"github.com/taosdata/driver-go/v3/ws/unified"

	"github.com/holdfast-edge/holdfast/sinks"
)

// line is an open connection of the driver, with a hand on its socket: the
// driver's own calls know no context.
type line struct {
	client *unified.Client

	mu      sync.Mutex
	sockets []net.Conn
	closed  bool
}

// errCut says that a connection was closed from here.
var errCut = errors.New("the connection was closed")

// dial connects to the first of the addresses that answers.
func dial(ctx context.Context, o *Options) (*line, error) {
	password, err := o.Password.Reveal()
	if err != nil {
		return nil, &sinks.Failure{Permanent: true, Err: err}
	}
	token, err := o.Token.Reveal()
	if err != nil {
		return nil, &sinks.Failure{Permanent: true, Err: err}
	}
	endpoints := make([]string, len(o.URL))
	for i, u := range o.URL {
		endpoints[i] = u.String()
	}
	conf := unified.NewConfig(endpoints)
	conf.User, conf.Passwd, conf.BearerToken = o.Username, password, token
	conf.AutoReconnect, conf.InterpolateParams = false, false
	conf.ReconnectRetryCount, conf.ReconnectIntervalMs = 1, 1
	conf.ReadTimeout, conf.WriteTimeout = o.Timeout, o.Timeout
	l := &line{}
	l.client, err = unified.NewClient(conf, "/ws", unified.WithDialFunc(l.dialer(ctx, o)))
	if err != nil {
		return nil, &sinks.Failure{Permanent: true, Err: err}
	}
	stop := context.AfterFunc(ctx, l.cut)
	err = l.client.Connect()
	if !stop() && err == nil {
		err = context.Cause(ctx)
	}
	if err != nil {
		l.close()
		if ctx.Err() != nil {
			err = context.Cause(ctx)
		}
		return nil, opening(err)
	}
	return l, nil
}

// dialer opens the WebSocket with our certificates, buffers and patience in the
// place of the driver's.
func (l *line) dialer(ctx context.Context, o *Options) unified.DialFunc {
	return func(endpoint string) (*websocket.Conn, error) {
		d := websocket.Dialer{
			Proxy: http.ProxyFromEnvironment, HandshakeTimeout: o.Timeout, ReadBufferSize: 64 << 10, WriteBufferSize: 64 << 10,
			NetDialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
				conn, err := new(net.Dialer).DialContext(ctx, network, address)
				if err != nil {
					return nil, err
				}
				return conn, l.keep(conn)
			},
		}
		for _, u := range o.URL {
			if u.Scheme() != "wss" {
				continue
			}
			certificates, err := o.TLS.Load("")
			if err != nil {
				return nil, &sinks.Failure{Permanent: true, Err: err}
			}
			d.TLSClientConfig = certificates
		}
		conn, reply, err := d.DialContext(ctx, endpoint, nil)
		if reply == nil {
			return conn, err
		}
		_ = reply.Body.Close() // what it says is in its status
		if err != nil {
			return nil, fmt.Errorf("%w (HTTP %s)", err, reply.Status)
		}
		return conn, nil
	}
}

// keep remembers a socket, so that it can be cut.
func (l *line) keep(conn net.Conn) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		_ = conn.Close()
		return errCut
	}
	l.sockets = append(l.sockets, conn)
	return nil
}

// cut ends whatever waits on the connection.
func (l *line) cut() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.closed = true
	for _, s := range l.sockets {
		_ = s.Close()
	}
}

func (l *line) close() {
	l.client.Close()
	l.cut()
}

// do runs calls of the driver and ends them with ctx, by cutting the connection:
// whoever's time is up loses it anyway.
func (l *line) do(ctx context.Context, call func() error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	stop := context.AfterFunc(ctx, l.cut)
	err := call()
	if !stop() {
		return errors.Join(context.Cause(ctx), err)
	}
	return err
}
