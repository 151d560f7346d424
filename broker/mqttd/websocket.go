package mqttd

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"

	"github.com/coder/websocket"
)

// serveWeb takes WebSockets until the listener is closed (MQTT 5.0 §6). Pages of
// other origins are refused by the WebSocket library.
func (b *Broker) serveWeb(socket net.Listener, l Listener) {
	server := &http.Server{
		ReadHeaderTimeout: b.config.LoginTimeout,
		ErrorLog:          slog.NewLogLogger(b.log.Handler(), slog.LevelDebug),
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			b.upgrade(w, r, l)
		}),
	}
	if err := server.Serve(socket); !errors.Is(err, http.ErrServerClosed) && !errors.Is(err, net.ErrClosed) {
		b.log.Error("connections over WebSocket are not taken any more", "listen", l.Address, "error", err)
	}
	_ = server.Close()
}

// upgrade turns a request into a connection, and serves it.
func (b *Broker) upgrade(w http.ResponseWriter, r *http.Request, l Listener) {
	conn, err := websocket.Accept(w, r, &websocket.AcceptOptions{
		Subprotocols:    []string{"mqtt", "mqttv3.1"},
		CompressionMode: websocket.CompressionDisabled,
	})
	if err != nil {
		return // Accept has answered
	}
	conn.SetReadLimit(-1) // MQTT packets are bounded, not the frames that they come in
	b.serve(websocket.NetConn(context.Background(), conn, websocket.MessageBinary), l)
}
