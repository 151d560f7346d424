package uplink

import (
	"context"
	"errors"
	"fmt"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/holdfast-edge/holdfast/cluster/link/enrol"
	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/sinks"
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

// Open connects to a member that takes telemetry.
func (t Telemetry) Open(ctx context.Context, _ sinks.Target) (sinks.Writer, error) {
	credentials, err := enrol.Load(t.Env.Dir)
	if err != nil {
		return nil, &sinks.Failure{Permanent: true, Err: err}
	}
	var errs []error
	for _, address := range t.addresses(credentials) {
		client, err := credentials.Dial(address, t.Env.Now, t.Env.Dialer)
		if err != nil {
			return nil, &sinks.Failure{Permanent: true, Err: err}
		}
		w, err := openBulk(ctx, client, t.Env.versions())
		if err == nil {
			return w, nil
		}
		errs = append(errs, fmt.Errorf("at %s: %w", address, errors.Join(err, client.Close())))
	}
	return nil, failureOf(errors.Join(errs...))
}

// addresses begins with the member that has the session.
func (t Telemetry) addresses(c enrol.Credentials) []string {
	if v := t.Env.Status.View(); v.Connected {
		return append([]string{v.Address}, c.Addresses...)
	}
	return c.Addresses
}

// failureOf marks what a person has to mend, so that it is not tried hot.
func failureOf(err error) error {
	if isRefusal(err) || status.Code(err) == codes.FailedPrecondition {
		return &sinks.Failure{Permanent: true, Err: err}
	}
	return err
}
