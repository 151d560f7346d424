package mqttd

import (
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"time"

	"go.etcd.io/bbolt"
)

// Config is what a broker is started with. The zero value of a number is its
// default.
type Config struct {
	Listeners []Listener // where clients connect; without any the broker serves the node alone
	Accounts  []Account  // who may log in

	// Open opens the file in which sessions and retained messages outlive the
	// process. Nil: they do not.
	Open func() (*bbolt.DB, error)

	// Prepare makes taps and watches before clients can connect, so that they miss
	// no message. Its error is that of Start. Nil: there are none.
	Prepare func(*Broker) error

	Logger *slog.Logger // nil: discarded

	MaxClients     int           // connections at a time; 10,000
	MaxPacket      int           // bytes of one packet from a client; 1 MiB
	ReceiveMaximum int           // messages of one client that may be unacknowledged; 1,000
	Window         int           // messages to one client that may be unacknowledged; 1,000, and never more than it asks for
	SessionExpiry  time.Duration // the longest that a session outlives its connection; 7 days
	Live           Limits        // what may wait for a session that ends with its connection; 10,000 messages, 16 MiB
	Kept           Limits        // what may wait for one that outlives it; 100,000 messages, 64 MiB
	MaxRetained    int           // retained messages; 10,000
	LoginTimeout   time.Duration // from the connection to the log-in; 10 s
	WriteTimeout   time.Duration // a client that takes nothing for so long is cut off; 30 s
}

// Listener is one address to listen on.
type Listener struct {
	Address   string      // host:port; port 0 takes a free one
	TLS       *tls.Config // nil: not encrypted
	WebSocket bool        // MQTT in WebSocket, at every path

	// Anonymous is what clients may do that do not log in. Nil: they are
	// refused. It can be given on loopback addresses only.
	Anonymous *Rights
}

func (c Config) withDefaults() Config {
	set(&c.MaxClients, 10_000)
	set(&c.MaxPacket, 1<<20)
	set(&c.ReceiveMaximum, 1000)
	set(&c.Window, 1000)
	set(&c.SessionExpiry, 7*24*time.Hour)
	set(&c.Live.Messages, 10_000)
	set(&c.Live.Bytes, 16<<20)
	set(&c.Kept.Messages, 100_000)
	set(&c.Kept.Bytes, 64<<20)
	set(&c.MaxRetained, 10_000)
	set(&c.LoginTimeout, 10*time.Second)
	set(&c.WriteTimeout, 30*time.Second)
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	return c
}

func set[T int | time.Duration](v *T, byDefault T) {
	if *v == 0 {
		*v = byDefault
	}
}

// check finds what would let strangers in, or does not work.
func (c Config) check() error {
	if c.ReceiveMaximum > 65535 || c.Window > 65535 || c.MaxPacket > largestPacket {
		return errors.New("receive maximum and window are at most 65535, a packet at most 268435455 bytes")
	}
	for _, l := range c.Listeners {
		if l.Anonymous != nil && !loopback(l.Address) {
			return fmt.Errorf("listen on %s: clients that do not log in can be admitted on 127.0.0.1 or [::1] only", l.Address)
		}
	}
	for _, a := range c.Accounts {
		if err := a.check(); err != nil {
			return fmt.Errorf("account %q: %w", a.Name, err)
		}
	}
	return nil
}

// loopback reports whether an address can be reached from this machine only. A
// name other than localhost is not resolved and counts as reachable.
func loopback(address string) bool {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return false
	}
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
