package uplink

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/holdfast-edge/holdfast/cluster/link"
	"github.com/holdfast-edge/holdfast/cluster/link/enrol"
	"github.com/holdfast-edge/holdfast/cluster/link/wire"
	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/sinks"
)

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

// bulk is one open stream of telemetry.
type bulk struct {
	client *link.Client
	stream link.TelemetryClient
	cancel context.CancelFunc
	window chan struct{} // a token for each ticket on the way
	lost   chan struct{} // closed when the receiver has ended
	packer link.Packer
	last   uint64

	mu    sync.Mutex
	onWay map[uint64]func(error) // nil when the stream is over
	empty *sync.Cond
}

func openBulk(ctx context.Context, client *link.Client, versions link.Versions) (*bulk, error) {
	running, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, cancel) // while it opens
	defer stop()
	greeting := time.AfterFunc(2*link.HelloWithin, cancel)
	defer greeting.Stop()
	stream, ready, err := greetBulk(running, client, versions)
	if err != nil {
		cancel()
		return nil, err
	}
	b := &bulk{
		client: client, stream: stream, cancel: cancel, window: make(chan struct{}, min(max(ready.GetWindow(), 1), link.Window)),
		lost: make(chan struct{}), onWay: map[uint64]func(error){},
	}
	b.empty = sync.NewCond(&b.mu)
	go b.receive()
	return b, nil
}

func greetBulk(ctx context.Context, client *link.Client, versions link.Versions) (link.TelemetryClient, *wire.Ready, error) {
	stream, err := client.Telemetry(ctx)
	if err != nil {
		return nil, nil, err
	}
	opening := &wire.Opening{Oldest: versions.Oldest, Newest: versions.Newest}
	sent := stream.Send(&wire.TelemetryUp{Message: &wire.TelemetryUp_Opening{Opening: opening}})
	m, err := stream.Recv()
	if err != nil {
		return nil, nil, err
	}
	if sent != nil {
		return nil, nil, sent
	}
	if m.GetReady() == nil {
		return nil, nil, errors.New("the cloud does not say that it is ready for telemetry")
	}
	return stream, m.GetReady(), nil
}

// Send hands over one record.
func (b *bulk) Send(ctx context.Context, d sinks.Delivery, done func(error)) error {
	select {
	case b.window <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	case <-b.lost:
		return errLost
	}
	b.last++
	messages, err := b.packer.Pack(b.last, link.Record{Batch: d.Batch, Gap: d.Gap})
	if err != nil {
		<-b.window
		done(&sinks.Failure{Permanent: true, Err: err})
		return nil //nolint:nilerr // the delivery has its answer
	}
	if !b.expect(b.last, done) {
		<-b.window
		return errLost
	}
	for _, m := range messages {
		if err := b.stream.Send(m); err != nil {
			b.cancel() // the receiver ends, and says what it heard to all that wait
			return nil //nolint:nilerr // they have it from the receiver
		}
	}
	return nil
}

var errLost = errors.New("the connection for telemetry is lost")

// expect enters who waits for a ticket; false where the stream is over.
func (b *bulk) expect(ticket uint64, done func(error)) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.onWay == nil {
		return false
	}
	b.onWay[ticket] = done
	return true
}

// receive takes acknowledgements until the stream ends, and then says so to all that wait. Close waits for it.
func (b *bulk) receive() {
	defer close(b.lost)
	for {
		m, err := b.stream.Recv()
		if err != nil {
			b.fail(failureOf(fmt.Errorf("telemetry: %w", err)))
			return
		}
		for _, ticket := range m.GetTook().GetTickets() {
			b.done(ticket, nil)
		}
		if u := m.GetUntaken(); u != nil {
			b.done(u.GetTicket(), untaken(u))
		}
	}
}

func untaken(u *wire.Untaken) error {
	err := fmt.Errorf("the cloud: %s", link.Cut(u.GetReason()))
	if !u.GetPermanent() {
		return err
	}
	f := &sinks.Failure{Permanent: true, Err: err}
	for i, from := range u.GetFrom()[:min(len(u.GetFrom()), len(u.GetTo()))] {
		f.Rows = append(f.Rows, sinks.Rows{From: int(from), To: int(u.GetTo()[i])})
	}
	return f
}

// done tells who waits for a ticket. One that nobody waits for is the cloud's mistake, and harms nobody.
func (b *bulk) done(ticket uint64, err error) {
	b.mu.Lock()
	done, ok := b.onWay[ticket]
	delete(b.onWay, ticket)
	if len(b.onWay) == 0 {
		b.empty.Broadcast()
	}
	b.mu.Unlock()
	if ok {
		<-b.window
		done(err)
	}
}

// fail ends the stream for all that wait. Opening again is what cures it, so no record is refused by it.
func (b *bulk) fail(err error) {
	b.mu.Lock()
	all := b.onWay
	b.onWay = nil
	b.empty.Broadcast()
	b.mu.Unlock()
	for _, done := range all {
		done(errors.Join(errLost, errors.New(err.Error())))
	}
}

// Lost is closed when the stream has ended.
func (b *bulk) Lost() <-chan struct{} { return b.lost }

// Close waits for what is on the way until ctx is done.
func (b *bulk) Close(ctx context.Context) error {
	stop := context.AfterFunc(ctx, func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.empty.Broadcast()
	})
	defer stop()
	b.mu.Lock()
	for len(b.onWay) > 0 && ctx.Err() == nil {
		b.empty.Wait()
	}
	b.mu.Unlock()
	b.cancel()
	<-b.lost
	return b.client.Close()
}
