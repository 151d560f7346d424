// Package listen takes the addresses at which the node serves, and says why one cannot be had in words that a person acts on:
// who has it, or what is missing. It retries nothing; whoever supervises the server does.
package listen

import (
	"context"
	"errors"
	"fmt"
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

// TryTCP is TCP and gives the address back at once.
func TryTCP(ctx context.Context, address string) error {
	l, err := TCP(ctx, address)
	if err != nil {
		return err
	}
	return l.Close()
}

// TryUDP is UDP and gives the address back at once.
func TryUDP(ctx context.Context, address string) error {
	c, err := UDP(ctx, address)
	if err != nil {
		return err
	}
	return c.Close()
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
