package uplink

import (
	"context"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/holdfast-edge/holdfast/cluster/link"
	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/sinks"
	"github.com/holdfast-edge/holdfast/supervisor"
)

// Window is how many entries of the log may be on the way to the cloud. A row that was logged alone is an entry, and many of
// them make a parcel.
const Window = 4096

// Telemetry is the cloud as a far end: a sink like any other, over the bulk connection. What the cloud's own sinks have is
// acknowledged, and nothing else.
type Telemetry struct{ Env Env }

var _ sinks.Sink = Telemetry{}

// Spec names the kind. It is in no catalogue: a site configures it under uplink.
func (Telemetry) Spec() config.SinkType {
	return config.SinkType{Name: "cloud", Doc: "The cloud that the node has joined."}
}

// Open connects to a member that takes telemetry, the one that has the session before the others.
func (t Telemetry) Open(ctx context.Context, _ sinks.Target) (sinks.Writer, error) {
	var first string
	if v := t.Env.Status.View(); v.Connected {
		first = v.Address
	}
	var w *bulk
	_, err := t.Env.atSome(first, func(c *link.Client) (err error) {
		w, err = openBulk(ctx, c, t.Env.versions())
		return err
	})
	if err != nil {
		return nil, failureOf(err)
	}
	return w, nil // which has the client
}

// failureOf marks what a person has to mend, so that it is not tried hot.
func failureOf(err error) error {
	if supervisor.IsPermanent(err) || isRefusal(err) || status.Code(err) == codes.FailedPrecondition {
		return &sinks.Failure{Permanent: true, Err: err}
	}
	return err
}
