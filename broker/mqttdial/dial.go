// Package mqttdial is what all clients of MQTT brokers elsewhere share: it opens
// the byte stream (TCP, TLS, or WebSocket), and words the reasons by which
// brokers say no. What is said on the stream is for its caller: a sink, a
// subscription.
package mqttdial

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"

	"github.com/coder/websocket"

	"github.com/holdfast-edge/holdfast/config"
)

// ErrCertificates says that the certificates of the configuration cannot be
// used, which another attempt does not cure.
var ErrCertificates = errors.New("certificates cannot be used")

// Dial opens what the URL asks for. ctx bounds the opening only. The error of
// certificates that cannot be read is ErrCertificates; any other may pass.
func Dial(ctx context.Context, to config.BrokerURL, with config.ClientTLS) (net.Conn, error) {
	certificates, err := with.Load(to.Parsed().Hostname())
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrCertificates, err)
	}
	if at, ok := to.WebSocket(); ok {
		return dialWebSocket(ctx, at, certificates)
	}
	if to.IsSecure() {
		return (&tls.Dialer{Config: certificates}).DialContext(ctx, "tcp", to.Address())
	}
	return new(net.Dialer).DialContext(ctx, "tcp", to.Address())
}

// dialWebSocket opens a WebSocket that carries MQTT in binary messages (MQTT
// 5.0 §6).
func dialWebSocket(ctx context.Context, at string, certificates *tls.Config) (net.Conn, error) {
	transport := &http.Transport{TLSClientConfig: certificates, Proxy: http.ProxyFromEnvironment}
	conn, reply, err := websocket.Dial(ctx, at, &websocket.DialOptions{
		HTTPClient:   &http.Client{Transport: transport},
		Subprotocols: []string{"mqtt"},
	})
	if reply != nil && reply.Body != nil {
		reply.Body.Close()
	}
	if err != nil {
		return nil, err
	}
	conn.SetReadLimit(-1) // the packets are bounded, not their frames
	return websocket.NetConn(context.Background(), conn, websocket.MessageBinary), nil
}
