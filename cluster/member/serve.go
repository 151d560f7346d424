package member

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/holdfast-edge/holdfast/cluster/api"
)

// Limits of a request to the API.
const (
	headerTimeout = 10 * time.Second
	bodyTimeout   = time.Minute
	idleTimeout   = 2 * time.Minute
	farewell      = 3 * time.Second
)

// serveAPI answers people until ctx is done.
func (m *Member) serveAPI(ctx context.Context) error {
	l := reuse(m.api)
	if m.o.Cert != "" {
		pair, err := tls.LoadX509KeyPair(m.o.Cert, m.o.Key)
		if err != nil {
			return fmt.Errorf("read the API's certificate: %w", err)
		}
		l = tls.NewListener(l, &tls.Config{MinVersion: tls.VersionTLS12, NextProtos: []string{"h2", "http/1.1"}, Certificates: []tls.Certificate{pair}})
	}
	requests, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	server := &http.Server{
		Handler: api.New(m.handlerOptions()).Handler(), ReadHeaderTimeout: headerTimeout, ReadTimeout: bodyTimeout, IdleTimeout: idleTimeout,
		ErrorLog: slog.NewLogLogger(m.o.Logger.Handler(), slog.LevelDebug), BaseContext: func(net.Listener) context.Context { return requests },
	}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(l) }()
	select {
	case err := <-ended:
		return errors.Join(fmt.Errorf("serve the API: %w", err), server.Close())
	case <-ctx.Done():
	}
	cancel()
	closing, done := context.WithTimeout(context.WithoutCancel(ctx), farewell)
	defer done()
	err := server.Shutdown(closing)
	<-ended //nolint:errcheck // it says that it was shut down, as it was
	if err != nil {
		err = server.Close()
	}
	return err
}
