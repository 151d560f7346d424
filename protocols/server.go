package protocols

import (
	"context"
	"log/slog"

	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/tag"
)

// Server is a protocol in which others ask this node for its tags: the node is the device then. It is stateless and may
// be used concurrently.
type Server interface {
	// Spec names the server type and declares its options.
	Spec() config.ServerType

	// Compile turns a server's configuration into one that can serve. It does no I/O. Its errors say which key is wrong
	// and what would be right.
	Compile(server *config.Server) (Service, error)
}

// Service is a compiled server.
type Service interface {
	// Tags lists what it shows, for the composition root to hold against the devices.
	Tags() []ServedTag

	// Listens tells where: "tcp" or "udp" and host:port; both empty where nothing of the network is used.
	Listens() (network, address string)

	// Serve listens and serves until ctx is done, and returns when nothing is left behind. It returns an error when it
	// cannot listen. It is called once at a time.
	Serve(ctx context.Context, host Host) error

	// Stats may be called at any time.
	Stats() ServerStats
}

// ServedTag is a tag of a device that a server shows.
type ServedTag struct {
	Device, Tag string
	Writable    bool
	Key         string // where it stands in the server's configuration
}

// Host is the node behind a server. It may be used concurrently.
type Host struct {
	// Sample returns the newest value of a tag; ok is false where there is no such tag now.
	Sample func(device, name string) (s tag.Sample, ok bool)

	// Write has a device take a value, by every limit that the tag has, and waits for the outcome until ctx is done. nil
	// means that the device has it. A *Refusal was refused, by a limit or by the device; a *Fault was not sent, or, with
	// Sent, nobody knows; an error of ctx means that the outcome is still open.
	Write func(ctx context.Context, device, name string, v tag.Value, by string) error

	Logger *slog.Logger
}

// ServerStats is what a server did since it was compiled.
type ServerStats struct {
	Listening string // host:port; empty while it does not
	Clients   int    // connected now
	Requests  uint64
	Refused   uint64 // requests answered with an exception
	Strangers uint64 // connections refused
	Writes    uint64 // values that devices took
}
