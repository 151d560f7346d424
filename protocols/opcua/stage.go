package opcua

import (
	"fmt"
	"net"

	"github.com/holdfast-edge/holdfast/protocols/opcua/channel"
)

// stage is a listener whose connections speak OPC UA to the client, and messages as taps are told them to whoever plays a
// recording.
type stage struct{ net.Listener }

// Accept takes a connection. Its greeting is the business of the first Read.
func (s stage) Accept() (net.Conn, error) {
	conn, err := s.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &staged{Conn: conn, greeted: make(chan struct{})}, nil
}

// staged is one of them. Read and Write may be used at the same time.
type staged struct {
	net.Conn
	served  *channel.Served // once greeted is closed
	greeted chan struct{}
	rest    []byte // of a request that Read's caller has no room for
}

// Read reads requests.
func (s *staged) Read(p []byte) (int, error) {
	if s.served == nil {
		served, err := channel.Accept(s.Conn)
		if err != nil {
			return 0, fmt.Errorf("greet the client: %w", err)
		}
		s.served = served
		close(s.greeted)
	}
	if len(s.rest) == 0 {
		number, body, err := s.served.Next()
		if err != nil {
			return 0, err
		}
		s.rest = channel.AppendTold(s.rest[:0], number, body)
	}
	n := copy(p, s.rest)
	s.rest = s.rest[n:]
	return n, nil
}

// Write sends one response.
func (s *staged) Write(p []byte) (int, error) {
	select {
	case <-s.greeted:
	default:
		return 0, fmt.Errorf("play a response: %w", channel.ErrTold) // nothing is answered before it is asked
	}
	number, body, n, err := channel.ParseTold(p)
	if err != nil || n != len(p) {
		return 0, fmt.Errorf("play a response: %w", channel.ErrTold)
	}
	return n, s.served.Reply(number, body)
}
