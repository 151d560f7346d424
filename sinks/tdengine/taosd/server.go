package taosd

import (
	"context"
	"net"
	"net/http"
	"sync"
	"time"
)

// Options say how a server behaves.
type Options struct {
	User, Password string        // root and taosdata where they are empty
	Keep           time.Duration // rows older than this are refused; 0: none
	Address        string        // where to listen; 127.0.0.1:0 where it is empty
	NoStatements   bool          // stmt2 is not known, as to an adapter before 3.3.6
	Discard        bool          // binds are answered and not kept: for benchmarks of clients
}

// Server is a TDengine in memory. It may be used concurrently.
type Server struct {
	options  Options
	address  string
	listener net.Listener
	http     *http.Server
	running  sync.WaitGroup
	store    *store
	stop     context.CancelFunc
	ctx      context.Context //nolint:containedctx // of the connections, which end with the server
}

// Start listens until Close.
func Start(o Options) (*Server, error) {
	if o.User == "" {
		o.User, o.Password = "root", "taosdata"
	}
	if o.Address == "" {
		o.Address = "127.0.0.1:0"
	}
	s := &Server{options: o, store: newStore(o.Keep)}
	if err := s.listen(o.Address); err != nil {
		return nil, err
	}
	return s, nil
}

func (s *Server) listen(address string) error {
	l, err := new(net.ListenConfig).Listen(context.Background(), "tcp", address)
	if err != nil {
		return err
	}
	s.listener, s.address = l, l.Addr().String()
	s.ctx, s.stop = context.WithCancel(context.Background())
	routes := http.NewServeMux()
	routes.HandleFunc("POST /rest/sql", s.rest)
	routes.HandleFunc("POST /rest/sql/{db}", s.rest)
	routes.HandleFunc("GET /ws", s.webSocket)
	routes.HandleFunc("GET /-/ping", func(http.ResponseWriter, *http.Request) {})
	s.http = &http.Server{Handler: routes, ReadHeaderTimeout: time.Minute}
	s.running.Go(func() { _ = s.http.Serve(l) })
	return nil
}

// Address is the host:port that the server listens on.
func (s *Server) Address() string { return s.address }

// Restart cuts every connection and listens again on the same port, with what it
// has.
func (s *Server) Restart() error {
	s.Close()
	return s.listen(s.address)
}

// Close ends every connection and waits for them.
func (s *Server) Close() {
	s.stop()
	_ = s.http.Close()
	s.running.Wait()
}

// Query runs a statement as a client would, for the assertions of a test.
func (s *Server) Query(sql string) (columns []string, rows [][]any, err error) {
	r, err := s.store.run("", sql)
	if err != nil {
		return nil, nil, err
	}
	for _, c := range r.columns {
		columns = append(columns, c.name)
	}
	return columns, r.rows, nil
}
