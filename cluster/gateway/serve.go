package gateway

import (
	"context"
	"errors"
	"net"
	"sync/atomic"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/keepalive"
	"google.golang.org/grpc/status"

	"github.com/holdfast-edge/holdfast/cluster/link"
	"github.com/holdfast-edge/holdfast/supervisor"
)

// Serve takes sites on a listener until ctx is done. Their sessions then end, and it returns.
func (g *Gateway) Serve(ctx context.Context, l net.Listener) error {
	server := grpc.NewServer(
		grpc.Creds(&admission{
			TransportCredentials: credentials.NewTLS(g.door.security()),
			gateway:              g, slots: make(chan struct{}, g.o.Limits.Handshakes), most: int64(g.o.Limits.Line),
		}),
		grpc.KeepaliveParams(keepalive.ServerParameters{Time: link.AliveCloud, Timeout: link.AliveTimeout}),
		grpc.KeepaliveEnforcementPolicy(keepalive.EnforcementPolicy{MinTime: link.AliveNode / 2, PermitWithoutStream: true}),
		grpc.MaxRecvMsgSize(link.MaxBulk), grpc.MaxConcurrentStreams(64), grpc.ConnectionTimeout(handshakeWithin),
		grpc.ReadBufferSize(4<<10), grpc.WriteBufferSize(8<<10),
		grpc.UnaryInterceptor(g.guardCall), grpc.StreamInterceptor(g.guardStream),
	)
	link.Register(server, g)
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(l) }()
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
	}
	g.endAll("this member stops", 0)
	server.Stop()
	<-ended //nolint:errcheck // it was told to stop
	return g.peers.close()
}

// handshakeWithin is how long a connection may take to say who it is, its time in line included.
const handshakeWithin = 20 * time.Second

// slotWithin is how long one connection may keep a slot to itself.
const slotWithin = 5 * time.Second

// admission bounds the handshakes that are worked on at once, each of which costs milliseconds of processor. Connections
// beyond the line are closed before they cost anything: the node's redial is what they are for.
type admission struct {
	credentials.TransportCredentials

	gateway *Gateway
	slots   chan struct{}
	line    atomic.Int64
	most    int64
}

var errLine = errors.New("too many connections stand in line")

// ServerHandshake waits for a slot, and does not wait in too long a line.
func (a *admission) ServerHandshake(c net.Conn) (net.Conn, credentials.AuthInfo, error) {
	m := a.gateway.Meter()
	if a.line.Add(1) > a.most {
		a.line.Add(-1)
		m.Overflow.Add(1)
		return nil, nil, errors.Join(errLine, c.Close())
	}
	a.slots <- struct{}{} // each slot is free again after slotWithin
	a.line.Add(-1)
	defer func() { <-a.slots }()
	m.Handshakes.Add(1)
	if err := c.SetDeadline(time.Now().Add(slotWithin)); err != nil { // gRPC takes it away when it has the connection
		return nil, nil, errors.Join(err, c.Close())
	}
	out, info, err := a.TransportCredentials.ServerHandshake(c)
	if err != nil {
		m.Failed.Add(1)
		a.gateway.door.refuse(context.Background(), "handshake", hostOf(c), err)
	}
	return out, info, err
}

// Clone is credentials.TransportCredentials'. The copy shares the slots.
func (a *admission) Clone() credentials.TransportCredentials { return a }

func hostOf(c net.Conn) string {
	if t, ok := c.RemoteAddr().(*net.TCPAddr); ok {
		return t.IP.String()
	}
	return c.RemoteAddr().String()
}

// guardCall and guardStream keep a defect in one site's call from ending the member.
func (g *Gateway) guardCall(ctx context.Context, in any, _ *grpc.UnaryServerInfo, call grpc.UnaryHandler) (out any, err error) {
	return out, g.guard(func() { out, err = call(ctx, in) }, &err)
}

func (g *Gateway) guardStream(cloud any, s grpc.ServerStream, _ *grpc.StreamServerInfo, call grpc.StreamHandler) (err error) {
	return g.guard(func() { err = call(cloud, s) }, &err)
}

func (g *Gateway) guard(call func(), err *error) error {
	if defect := supervisor.Guard(call); defect != nil {
		g.o.Logger.Error("a call of a site met a defect", "error", defect)
		return status.Error(codes.Internal, "this member met a defect")
	}
	return *err
}
