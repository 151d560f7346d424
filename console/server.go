package console

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"sync"
	"time"

	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/console/access"
	"github.com/holdfast-edge/holdfast/store/catalog"
	"github.com/holdfast-edge/holdfast/store/tables"
	"github.com/holdfast-edge/holdfast/store/walk"
)

// Limits of a connection. A response has none as a whole, since a stream of
// events has no end: each of its frames has (see stream.go).
const (
	headerTimeout = 10 * time.Second
	bodyTimeout   = 30 * time.Second
	idleTimeout   = 2 * time.Minute
	headerBytes   = 16 << 10
	bodyBytes     = 64 << 10
	farewell      = 3 * time.Second // that requests in hand have when the server ends
)

// Options are what a console is opened with.
type Options struct {
	Listen string      // host:port; port 0 takes a free one
	TLS    *config.TLS // nil: none, on loopback only
	Tokens []config.ConsoleToken
	Dir    string // of the password's hash; made where it is needed
	Node   Node
	Tables *tables.Engine // that answers SQL; nil: nothing does
	// History and Catalog are what PromQL is answered of; nil: of the node's own
	// metrics only.
	History walk.Source
	Catalog catalog.Source
	// Actor is the console's own path in the tree, which it does not stop: the
	// one who asked could not ask for the start. Empty: it has none.
	Actor  string
	Logger *slog.Logger
	Now    func() time.Time // nil: time.Now
}

// Server serves the console of a node. Close must be called.
type Server struct {
	options    Options
	viewers    *viewers
	pace       pace
	trials     chan struct{} // has room for as many as may run
	files      *files
	registries registries
	promQL     *promQL
	reachable  chan struct{} // closed when there was a listener

	// What prepare makes. Requests, which come after it, read it without the lock.
	certificate *config.Certificate
	door        *access.Door // nil on loopback
	pages       http.Handler // nil until the two above are what they are to be

	mu       sync.Mutex
	address  string // as bound, so that it stays when the port was free to choose
	password string
	listener net.Listener // bound and not yet served
}

// Open makes a console that serves nothing yet. It takes the address, so that
// nobody else does; where that, or another thing that it needs, cannot be had
// now, it logs that, and Serve tries it again: a node without its console still
// runs its plant. It refuses an address off loopback without TLS.
func Open(o Options) (*Server, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.TLS == nil && !config.Loopback(o.Listen) {
		return nil, fmt.Errorf("open the console on %s: it would be served to the network without TLS: "+
			"listen on 127.0.0.1, or add tls: {cert: FILE, key: FILE}", o.Listen)
	}
	s := &Server{
		options: o, address: o.Listen, viewers: &viewers{}, pace: calm, trials: make(chan struct{}, triedAtOnce), reachable: make(chan struct{}),
	}
	var err error
	if s.files, err = openFiles(); err != nil {
		return nil, fmt.Errorf("open the console's page: %w", err)
	}
	s.registries = s.newRegistries()
	s.promQL = newPromQL(s)
	if err := s.prepare(); err != nil {
		o.Logger.Error("the console is not served yet: what it needs is tried again", "listen", o.Listen, "error", err)
	}
	return s, nil
}

// NewPassword returns the password of the account access.User where this server
// has made it, for the program to show once; empty where there was one, none is
// needed, or the server is not Reachable yet.
func (s *Server) NewPassword() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.password
}

// Reachable returns a channel that is closed when the server has had its address
// once, so that URL and NewPassword say what holds.
func (s *Server) Reachable() <-chan struct{} { return s.reachable }

// URL returns where the page is.
func (s *Server) URL() string {
	scheme := "http"
	if s.options.TLS != nil {
		scheme = "https"
	}
	s.mu.Lock()
	address := s.address
	s.mu.Unlock()
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return scheme + "://" + address
	}
	if ip := net.ParseIP(host); ip != nil && ip.IsUnspecified() {
		if name, err := os.Hostname(); err == nil {
			host = name
		}
	}
	return scheme + "://" + net.JoinHostPort(host, port)
}

// Serve answers requests until ctx is done, and returns nil then, when every
// request and stream has ended. After it has returned an error it may be called
// again: it takes the same address anew.
func (s *Server) Serve(ctx context.Context) error {
	l, err := s.take()
	if err != nil {
		return fmt.Errorf("serve the console: %w", err)
	}
	requests, cancel := context.WithCancel(context.WithoutCancel(ctx))
	var remembering sync.WaitGroup
	defer remembering.Wait()
	defer cancel()
	remembering.Go(func() { s.promQL.run(requests) })
	server := s.server(requests)
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(s.wrap(l)) }()
	select {
	case err = <-ended:
		return errors.Join(fmt.Errorf("serve the console: %w", err), server.Close())
	case <-ctx.Done():
	}
	cancel() // streams end, commands are let go
	err = shutDown(server)
	<-ended //nolint:errcheck // it says that it was shut down, as it was
	return err
}

func (s *Server) server(requests context.Context) *http.Server {
	return &http.Server{
		Handler:           s.pages,
		ReadHeaderTimeout: headerTimeout,
		ReadTimeout:       bodyTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    headerBytes,
		ErrorLog:          slog.NewLogLogger(s.options.Logger.Handler(), slog.LevelDebug),
		BaseContext:       func(net.Listener) context.Context { return requests },
	}
}

func (s *Server) wrap(l net.Listener) net.Listener {
	if s.certificate == nil {
		return l
	}
	return tls.NewListener(l, &tls.Config{
		MinVersion:     tls.VersionTLS12,
		NextProtos:     []string{"h2", "http/1.1"},
		GetCertificate: s.certificate.Current,
	})
}

// shutDown lets requests in hand end, and cuts those that do not.
func shutDown(server *http.Server) error {
	ctx, cancel := context.WithTimeout(context.Background(), farewell)
	defer cancel()
	if err := server.Shutdown(ctx); err != nil {
		return server.Close()
	}
	return nil
}

// Close gives the socket back where it is not being served; Serve does so itself.
func (s *Server) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	l := s.listener
	s.listener = nil
	err := s.promQL.Close()
	if l == nil {
		return err
	}
	return errors.Join(err, l.Close())
}
