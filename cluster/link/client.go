package link

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/keepalive"

	"github.com/holdfast-edge/holdfast/cluster/link/wire"
)

// Dialer opens network connections; net.Dialer is one.
type Dialer interface {
	DialContext(ctx context.Context, network, address string) (net.Conn, error)
}

// Client is the node's end of one connection to a member. Close must be called. It redials nothing: when the
// connection is lost, its streams end, and whoever holds it makes another.
type Client struct{ conn *grpc.ClientConn }

// Dial returns a client that connects with its first call. A nil dialer is the machine's network.
func Dial(address string, security *tls.Config, dialer Dialer) (*Client, error) {
	if dialer == nil {
		dialer = &net.Dialer{}
	}
	conn, err := grpc.NewClient("passthrough:///"+address,
		grpc.WithTransportCredentials(credentials.NewTLS(security)),
		grpc.WithContextDialer(func(ctx context.Context, address string) (net.Conn, error) {
			return dialer.DialContext(ctx, "tcp", address)
		}),
		grpc.WithKeepaliveParams(keepalive.ClientParameters{Time: AliveNode, Timeout: AliveTimeout, PermitWithoutStream: true}),
		grpc.WithReadBufferSize(4<<10),
		grpc.WithDisableServiceConfig(), grpc.WithDisableRetry(), grpc.WithNoProxy(),
		grpc.WithUserAgent("holdfast"),
	)
	if err != nil {
		return nil, fmt.Errorf("dial the cloud at %s: %w", address, err)
	}
	return &Client{conn}, nil
}

// Close ends the connection and its streams.
func (c *Client) Close() error { return c.conn.Close() }

// Join is Cloud.Join.
func (c *Client) Join(ctx context.Context, r *wire.JoinRequest) (*wire.Credentials, error) {
	out := new(wire.Credentials)
	return out, c.conn.Invoke(ctx, JoinMethod, r, out, grpc.MaxCallRecvMsgSize(MaxEnrol))
}

// Renew is Cloud.Renew.
func (c *Client) Renew(ctx context.Context, r *wire.RenewRequest) (*wire.Credentials, error) {
	out := new(wire.Credentials)
	return out, c.conn.Invoke(ctx, RenewMethod, r, out, grpc.MaxCallRecvMsgSize(MaxEnrol))
}

// Session is Cloud.Session.
func (c *Client) Session(ctx context.Context) (ControlClient, error) {
	s, err := c.stream(ctx, SessionMethod, MaxFromCloud)
	return &grpc.GenericClientStream[wire.FromNode, wire.FromCloud]{ClientStream: s}, err
}

// Telemetry is Cloud.Telemetry.
func (c *Client) Telemetry(ctx context.Context) (TelemetryClient, error) {
	s, err := c.stream(ctx, TelemetryMethod, MaxFromNode)
	return &grpc.GenericClientStream[wire.TelemetryUp, wire.TelemetryDown]{ClientStream: s}, err
}

// Tunnel is Cloud.Tunnel.
func (c *Client) Tunnel(ctx context.Context) (TunnelClient, error) {
	s, err := c.stream(ctx, TunnelMethod, 2*MaxChunk)
	return &grpc.GenericClientStream[wire.TunnelFrame, wire.TunnelFrame]{ClientStream: s}, err
}

// Fetch is Cloud.Fetch.
func (c *Client) Fetch(ctx context.Context, r *wire.FetchRequest) (FetchClient, error) {
	s, err := c.stream(ctx, FetchMethod, 2*MaxChunk)
	if err != nil {
		return nil, err
	}
	if err := s.SendMsg(r); err != nil {
		return nil, err
	}
	return &grpc.GenericClientStream[wire.FetchRequest, wire.Chunk]{ClientStream: s}, s.CloseSend()
}

// Forward is Cloud.Forward.
func (c *Client) Forward(ctx context.Context, r *wire.Forwarded) (ForwardClient, error) {
	s, err := c.stream(ctx, ForwardMethod, MaxFromNode)
	if err != nil {
		return nil, err
	}
	if err := s.SendMsg(r); err != nil {
		return nil, err
	}
	return &grpc.GenericClientStream[wire.Forwarded, wire.Reply]{ClientStream: s}, s.CloseSend()
}

func (c *Client) stream(ctx context.Context, method string, largest int) (grpc.ClientStream, error) {
	return c.conn.NewStream(ctx, &grpc.StreamDesc{ServerStreams: true, ClientStreams: true}, method,
		grpc.MaxCallRecvMsgSize(largest))
}
