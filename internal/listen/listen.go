// Package listen takes the addresses at which the node serves, and says why one cannot be had in words that a person acts on:
// who has it, or what is missing. It retries nothing; whoever supervises the server does.
package listen

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"syscall"
)

// TCP listens at host:port for connections.
func TCP(ctx context.Context, address string) (net.Listener, error) {
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", address)
	if err != nil {
		return nil, explained(err, tcp, address)
	}
	return l, nil
}

// UDP listens at host:port for datagrams.
func UDP(ctx context.Context, address string) (net.PacketConn, error) {
	c, err := new(net.ListenConfig).ListenPacket(ctx, "udp", address)
	if err != nil {
		return nil, explained(err, udp, address)
	}
	return c, nil
}

// Try takes an address of a network, "tcp" or "udp", and gives it back at once: it returns why it could not be had now.
func Try(ctx context.Context, network, address string) error {
	var l io.Closer
	var err error
	if network == "udp" {
		l, err = UDP(ctx, address)
	} else {
		l, err = TCP(ctx, address)
	}
	if err != nil {
		return err
	}
	return l.Close()
}

// Taken reports whether an error of this package says that somebody else has the address.
func Taken(err error) bool { return errors.Is(err, syscall.EADDRINUSE) }

// explained adds to an error what is known of its reason, or what would help.
func explained(err error, p protocol, address string) error {
	switch {
	case Taken(err):
		if holder := holder(p, address); holder != "" {
			return fmt.Errorf("%w by %s", err, holder)
		}
	case errors.Is(err, syscall.EADDRNOTAVAIL):
		return fmt.Errorf("%w: no interface of this machine has that address now", err)
	case errors.Is(err, syscall.EACCES):
		return fmt.Errorf("%w: a port below 1024 needs CAP_NET_BIND_SERVICE, or take a higher one", err)
	}
	return err
}
