package slave

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"strconv"
	"sync"
	"time"

	"github.com/simonvetter/modbus"

	"github.com/holdfast-edge/holdfast/internal/ports"
)

// Slave is a running server of units.
type Slave struct {
	address string
	port    *ports.Port // nil where the address names one
	server  *modbus.ModbusServer

	mutex sync.Mutex
	units map[byte]*Unit
}

// maxClients is how many connections are taken.
const maxClients = 4096

// idleTimeout is after how long without a request a connection is closed.
const idleTimeout = time.Hour

// Listen starts a server on host:port. Port 0 takes a free one, which Address tells. ctx is for listening only: the
// server runs until Close.
func Listen(ctx context.Context, address string, logger *slog.Logger) (*Slave, error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, fmt.Errorf("listen on %s: %w", address, err)
	}
	s := &Slave{address: address, units: map[byte]*Unit{}}
	if port == "0" { // the library does not tell which one it was given
		if s.port, err = ports.Take(ctx); err != nil {
			return nil, fmt.Errorf("listen on %s: %w", address, err)
		}
		s.address = net.JoinHostPort(host, strconv.Itoa(s.port.Number()))
	}
	if err := s.start(logger); err != nil {
		s.release()
		return nil, fmt.Errorf("listen on %s: %w", s.address, err)
	}
	return s, nil
}

// release gives back the port that was looked for.
func (s *Slave) release() {
	if s.port != nil {
		s.port.Release()
	}
}

func (s *Slave) start(logger *slog.Logger) error {
	server, err := modbus.NewServer(&modbus.ServerConfiguration{
		URL: "tcp://" + s.address, Timeout: idleTimeout, MaxClients: maxClients,
		Logger: slog.NewLogLogger(logger.Handler(), slog.LevelDebug),
	}, handler{s})
	if err != nil {
		return err
	}
	s.server = server
	return server.Start()
}

// Address returns the host:port that the slave listens on.
func (s *Slave) Address() string { return s.address }

// Put gives the slave a unit, in the place of the one it had with that number.
func (s *Slave) Put(number byte, u *Unit) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.units[number] = u
}

// Unit returns a unit; nil where there is none.
func (s *Slave) Unit(number byte) *Unit {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return s.units[number]
}

// Close stops listening and closes all connections. The goroutines of the connections end shortly after.
func (s *Slave) Close() error {
	defer s.release()
	return s.server.Stop()
}
