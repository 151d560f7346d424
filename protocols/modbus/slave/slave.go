package slave

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"sync"
	"syscall"
	"time"

	"github.com/simonvetter/modbus"
)

// Slave is a running server of units.
type Slave struct {
	address string
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
	s := &Slave{units: map[byte]*Unit{}}
	for attempt := 0; ; attempt++ {
		s.address = address
		if port == "0" {
			if s.address, err = freeAddress(ctx, host); err != nil {
				return nil, fmt.Errorf("listen on %s: %w", address, err)
			}
		}
		if err = s.start(logger); err == nil {
			return s, nil
		}
		if port != "0" || attempt == freePortAttempts || !errors.Is(err, syscall.EADDRINUSE) {
			return nil, fmt.Errorf("listen on %s: %w", s.address, err)
		}
	}
}

// The library does not tell which port it was given: one is looked for first, and again if somebody was faster.
const freePortAttempts = 10

func freeAddress(ctx context.Context, host string) (string, error) {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", net.JoinHostPort(host, "0"))
	if err != nil {
		return "", err
	}
	defer listener.Close()
	return listener.Addr().String(), nil
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
func (s *Slave) Close() error { return s.server.Stop() }
