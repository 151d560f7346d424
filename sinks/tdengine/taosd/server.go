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
	store    *store
	stop     context.CancelFunc // of the connections

	mu      sync.Mutex
	closed  bool           // no request is served any more
	running sync.WaitGroup // the server, and the requests that it serves
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
	ctx, stop := context.WithCancel(context.Background())
	s.stop, s.closed = stop, false
	routes := http.NewServeMux()
	routes.HandleFunc("POST /rest/sql", s.rest)
	routes.HandleFunc("POST /rest/sql/{db}", s.rest)
	routes.HandleFunc("GET /ws", func(w http.ResponseWriter, r *http.Request) { s.webSocket(ctx, w, r) })
	routes.HandleFunc("GET /-/ping", func(http.ResponseWriter, *http.Request) {})
	s.http = &http.Server{Handler: s.waitedFor(routes), ReadHeaderTimeout: time.Minute}
	s.running.Go(func() { _ = s.http.Serve(l) })
	return nil
}

// waitedFor has Close wait for what is being served: http.Server forgets what was hijacked.
func (s *Server) waitedFor(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		if s.closed {
			s.mu.Unlock()
			return
		}
		s.running.Add(1)
		s.mu.Unlock()
		defer s.running.Done()
		h.ServeHTTP(w, r)
	})
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
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
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
