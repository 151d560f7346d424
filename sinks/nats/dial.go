package nats

import (
	"context"
	"errors"
	"net"
	"sync"
	"time"
)

// dialer opens connections that can be cut: nats.Connect knows no context.
type dialer struct {
	timeout time.Duration

	mu    sync.Mutex
	conns []net.Conn
	over  bool
}

// errCut says that the opening was given up.
var errCut = errors.New("the opening was given up")

// Dial is nats.CustomDialer's.
func (d *dialer) Dial(network, address string) (net.Conn, error) {
	conn, err := (&net.Dialer{Timeout: d.timeout}).DialContext(context.Background(), network, address)
	if err != nil {
		return nil, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.over {
		_ = conn.Close()
		return nil, errCut
	}
	d.conns = append(d.conns, conn)
	return conn, nil
}

// cut ends what was dialled, and refuses what is dialled from now on.
func (d *dialer) cut() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.over = true
	for _, c := range d.conns {
		_ = c.Close()
	}
}
