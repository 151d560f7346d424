package protocols

import (
	"net"
	"time"
)

// keepAlive finds a peer that is gone while nothing is sent.
const keepAlive = 15 * time.Second

// Dialer returns the dialer of drivers' connections.
func Dialer() *net.Dialer { return &net.Dialer{KeepAlive: keepAlive} }
