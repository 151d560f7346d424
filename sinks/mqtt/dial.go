package mqtt

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"net/http"
	"os"

	"github.com/coder/websocket"

	"github.com/holdfast-edge/holdfast/sinks"
)

// dial opens the byte stream that the URL asks for. ctx bounds the opening
// only.
func dial(ctx context.Context, o *Options) (net.Conn, error) {
	certificates, err := o.TLS.load(o.URL.Parsed().Hostname())
	if err != nil {
		return nil, &sinks.Failure{Permanent: true, Err: err}
	}
	if at, ok := o.webSocket(); ok {
		return dialWebSocket(ctx, at, certificates)
	}
	if o.secure() {
		return (&tls.Dialer{Config: certificates}).DialContext(ctx, "tcp", o.address())
	}
	return new(net.Dialer).DialContext(ctx, "tcp", o.address())
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

// load reads the certificates, now: those that were renewed are the new ones.
func (t TLS) load(host string) (*tls.Config, error) {
	certificates := &tls.Config{MinVersion: tls.VersionTLS12, ServerName: host}
	if t.ServerName != "" {
		certificates.ServerName = t.ServerName
	}
	if t.CA != "" {
		pem, err := os.ReadFile(t.CA)
		if err != nil {
			return nil, fmt.Errorf("read tls.ca: %w", err)
		}
		certificates.RootCAs = x509.NewCertPool()
		if !certificates.RootCAs.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("read tls.ca: %s holds no PEM certificate", t.CA)
		}
	}
	if t.Cert != "" {
		own, err := tls.LoadX509KeyPair(t.Cert, t.Key)
		if err != nil {
			return nil, fmt.Errorf("read tls.cert and tls.key: %w", err)
		}
		certificates.Certificates = []tls.Certificate{own}
	}
	return certificates, nil
}
