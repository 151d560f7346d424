package console

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"net"

	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/console/access"
	"github.com/holdfast-edge/holdfast/internal/listen"
)

// take returns a listener at the server's address, which is being served then.
func (s *Server) take() (net.Listener, error) {
	if err := s.prepare(); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	l := s.listener
	s.listener = nil
	return l, nil
}

// prepare gets ready what is not: certificate, password and tokens, and then the
// address, so that nothing is heard before it can be refused.
func (s *Server) prepare() (err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.pages == nil {
		if err := s.secure(); err != nil {
			return err
		}
		s.pages = s.handler()
	}
	if s.listener != nil {
		return nil
	}
	if s.listener, err = s.listen(); err != nil {
		return err
	}
	s.address = s.listener.Addr().String()
	select {
	case <-s.reachable:
	default:
		close(s.reachable)
	}
	return nil
}

// secure gets ready what the address asks for.
func (s *Server) secure() (err error) {
	if s.options.TLS == nil {
		return nil
	}
	s.certificate, err = config.OpenCertificate(s.options.TLS.Cert, s.options.TLS.Key)
	if err != nil || config.Loopback(s.options.Listen) {
		return err
	}
	tokens, err := tokens(s.options.Tokens)
	if err != nil {
		return err
	}
	hash, made, err := access.OpenPassword(s.options.Dir)
	if err != nil {
		return err
	}
	s.door, s.password = access.NewDoor(hash, tokens...), made
	return nil
}

// tokens reads the tokens of a configuration as they are now.
func tokens(configured []config.ConsoleToken) (all []access.Token, err error) {
	for _, c := range configured {
		t := access.Token{Name: c.Name, Role: access.Role(c.Role)}
		if c.TokenHash != "" {
			_, err = hex.Decode(t.Sum[:], []byte(c.TokenHash))
		} else if text, unread := c.Token.Reveal(); unread != nil {
			err = unread
		} else {
			t.Sum, err = access.SumOf(text)
		}
		if err != nil {
			return nil, fmt.Errorf("token %q: %w", c.Name, err)
		}
		all = append(all, t)
	}
	return all, nil
}

// listen binds the address. What resolved to loopback when the configuration
// was checked must still be loopback here.
func (s *Server) listen() (net.Listener, error) {
	l, err := listen.TCP(context.Background(), s.address)
	if err != nil {
		return nil, err
	}
	if a, ok := l.Addr().(*net.TCPAddr); s.door == nil && !(ok && a.IP.IsLoopback()) {
		return nil, errors.Join(fmt.Errorf("%s is no loopback address", l.Addr()), l.Close())
	}
	return l, nil
}
