package link

import (
	"context"

	"google.golang.org/grpc"

	"github.com/holdfast-edge/holdfast/cluster/link/wire"
)

// The streams as each side holds them.
type (
	ControlStream   = grpc.BidiStreamingServer[wire.FromNode, wire.FromCloud]        // the cloud's end
	ControlClient   = grpc.BidiStreamingClient[wire.FromNode, wire.FromCloud]        // the node's end
	TelemetryStream = grpc.BidiStreamingServer[wire.TelemetryUp, wire.TelemetryDown] // the cloud's end
	TelemetryClient = grpc.BidiStreamingClient[wire.TelemetryUp, wire.TelemetryDown] // the node's end
	FetchStream     = grpc.ServerStreamingServer[wire.Chunk]                         // the cloud's end
	FetchClient     = grpc.ServerStreamingClient[wire.Chunk]                         // the node's end
	ForwardStream   = grpc.ServerStreamingServer[wire.Reply]                         // the owner's end
	ForwardClient   = grpc.ServerStreamingClient[wire.Reply]                         // the end of the member that was asked
	TunnelStream    = grpc.BidiStreamingServer[wire.TunnelFrame, wire.TunnelFrame]   // the cloud's end
	TunnelClient    = grpc.BidiStreamingClient[wire.TunnelFrame, wire.TunnelFrame]   // the node's end
)

// Cloud is what a member serves its sites, and other members. The peer's certificate is in the context, as gRPC has it.
type Cloud interface {
	// Join makes a site of whoever has a token.
	Join(ctx context.Context, r *wire.JoinRequest) (*wire.Credentials, error)
	// Renew gives a site a new certificate for one that ends, or has ended within the grace.
	Renew(ctx context.Context, r *wire.RenewRequest) (*wire.Credentials, error)
	// Session serves a control stream until it ends.
	Session(s ControlStream) error
	// Telemetry takes records until the stream ends.
	Telemetry(s TelemetryStream) error
	// Fetch sends an artefact.
	Fetch(r *wire.FetchRequest, s FetchStream) error
	// Tunnel carries octets to and from a plant address.
	Tunnel(s TunnelStream) error
	// Forward has a site that is connected here asked for another member, and sends the parts of its answer.
	Forward(r *wire.Forwarded, s ForwardStream) error
}

// The full names of the methods, as certificates are asked for by them.
const (
	serviceName     = "holdfast.link.Cloud"
	JoinMethod      = "/" + serviceName + "/Join"
	RenewMethod     = "/" + serviceName + "/Renew"
	SessionMethod   = "/" + serviceName + "/Session"
	TelemetryMethod = "/" + serviceName + "/Telemetry"
	FetchMethod     = "/" + serviceName + "/Fetch"
	TunnelMethod    = "/" + serviceName + "/Tunnel"
	ForwardMethod   = "/" + serviceName + "/Forward"
)

// Register has a gRPC server serve the link.
func Register(r grpc.ServiceRegistrar, c Cloud) { r.RegisterService(service(), c) }

func service() *grpc.ServiceDesc {
	return &grpc.ServiceDesc{
		ServiceName: serviceName,
		HandlerType: (*Cloud)(nil),
		Methods: []grpc.MethodDesc{
			{MethodName: "Join", Handler: unary(JoinMethod, Cloud.Join)},
			{MethodName: "Renew", Handler: unary(RenewMethod, Cloud.Renew)},
		},
		Streams: streams(),
	}
}

func streams() []grpc.StreamDesc {
	return []grpc.StreamDesc{
		{StreamName: "Session", ServerStreams: true, ClientStreams: true, Handler: func(c any, s grpc.ServerStream) error {
			return c.(Cloud).Session(&grpc.GenericServerStream[wire.FromNode, wire.FromCloud]{ServerStream: s})
		}},
		{StreamName: "Telemetry", ServerStreams: true, ClientStreams: true, Handler: func(c any, s grpc.ServerStream) error {
			return c.(Cloud).Telemetry(&grpc.GenericServerStream[wire.TelemetryUp, wire.TelemetryDown]{ServerStream: s})
		}},
		{StreamName: "Fetch", ServerStreams: true, Handler: func(c any, s grpc.ServerStream) error {
			var r wire.FetchRequest
			if err := s.RecvMsg(&r); err != nil {
				return err
			}
			return c.(Cloud).Fetch(&r, &grpc.GenericServerStream[wire.FetchRequest, wire.Chunk]{ServerStream: s})
		}},
		{StreamName: "Forward", ServerStreams: true, Handler: func(c any, s grpc.ServerStream) error {
			var r wire.Forwarded
			if err := s.RecvMsg(&r); err != nil {
				return err
			}
			return c.(Cloud).Forward(&r, &grpc.GenericServerStream[wire.Forwarded, wire.Reply]{ServerStream: s})
		}},
		{StreamName: "Tunnel", ServerStreams: true, ClientStreams: true, Handler: func(c any, s grpc.ServerStream) error {
			return c.(Cloud).Tunnel(&grpc.GenericServerStream[wire.TunnelFrame, wire.TunnelFrame]{ServerStream: s})
		}},
	}
}

// unary makes a gRPC handler of a method of Cloud.
func unary[In, Out any](name string, call func(Cloud, context.Context, *In) (*Out, error)) grpc.MethodHandler {
	return func(c any, ctx context.Context, decode func(any) error, wrap grpc.UnaryServerInterceptor) (any, error) {
		in := new(In)
		if err := decode(in); err != nil {
			return nil, err
		}
		if wrap == nil {
			return call(c.(Cloud), ctx, in)
		}
		info := &grpc.UnaryServerInfo{Server: c, FullMethod: name}
		return wrap(ctx, in, info, func(ctx context.Context, in any) (any, error) { return call(c.(Cloud), ctx, in.(*In)) })
	}
}
