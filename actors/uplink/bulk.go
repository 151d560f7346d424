package uplink

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/holdfast-edge/holdfast/cluster/link"
	"github.com/holdfast-edge/holdfast/cluster/link/wire"
	"github.com/holdfast-edge/holdfast/sinks"
	"github.com/holdfast-edge/holdfast/tag"
)

// bulk is one open stream of telemetry.
type bulk struct {
	client *link.Client
	stream link.TelemetryClient
	cancel context.CancelFunc
	box    *outbox
	window chan struct{} // a token for each ticket on the way
	lost   chan struct{} // closed when the receiver has ended
	sent   chan struct{} // closed when the sender has ended
	packer link.Packer   // the sender's
	last   uint64        // the sender's

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
		client: client, stream: stream, cancel: cancel, box: newOutbox(), window: make(chan struct{}, min(max(ready.GetWindow(), 1), link.Window)),
		lost: make(chan struct{}), sent: make(chan struct{}), onWay: map[uint64]func(error){},
	}
	b.empty = sync.NewCond(&b.mu)
	go b.receive()
	go b.send()
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
	for {
		full, over := b.box.put(d, done)
		if over {
			return errLost
		}
		if !full {
			return nil
		}
		select {
		case <-b.box.room:
		case <-ctx.Done():
			return ctx.Err()
		case <-b.lost:
			return errLost
		}
	}
}

// send sends what waits until the stream is over, a ticket for each parcel. It takes a parcel only when it has a ticket,
// so that parcels grow while all tickets are on the way. Close waits for it.
func (b *bulk) send() {
	defer close(b.sent)
	for {
		select {
		case b.window <- struct{}{}:
		case <-b.lost:
			return
		}
		p := b.box.next()
		for p == nil {
			select {
			case <-b.box.filled:
			case <-b.lost:
				return
			}
			p = b.box.next()
		}
		b.dispatch(p)
		b.box.sent()
		b.mu.Lock()
		b.empty.Broadcast()
		b.mu.Unlock()
	}
}

// dispatch sends one parcel under the ticket that is held for it.
func (b *bulk) dispatch(p *parcel) {
	r := link.Record{Gap: p.gap}
	if p.gap == nil {
		r.Batch = tag.Join(p.batches)
	}
	b.last++
	messages, err := b.packer.Pack(b.last, r)
	if err != nil && len(p.batches) > 1 { // the others shall not suffer for the one that is too large
		<-b.window
		b.apart(p)
		return
	}
	if err != nil {
		<-b.window
		p.done(&sinks.Failure{Permanent: true, Err: err})
		return
	}
	if !b.expect(b.last, p.done) {
		<-b.window
		p.done(errLost)
		return
	}
	for _, m := range messages {
		if err := b.stream.Send(m); err != nil {
			b.cancel() // the receiver ends, and says what it heard to all that wait
			return
		}
	}
}

// apart sends the deliveries of a parcel one by one.
func (b *bulk) apart(p *parcel) {
	for i, batch := range p.batches {
		one := &parcel{}
		one.add(batch, p.dones[i])
		select {
		case b.window <- struct{}{}:
			b.dispatch(one)
		case <-b.lost:
			one.done(errLost)
		}
	}
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
	lost := errors.Join(errLost, errors.New(err.Error()))
	for _, done := range all {
		done(lost)
	}
	for _, p := range b.box.end() {
		p.done(lost)
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
	for (len(b.onWay) > 0 || b.onWay != nil && !b.box.empty()) && ctx.Err() == nil {
		b.empty.Wait()
	}
	b.mu.Unlock()
	b.cancel()
	<-b.lost
	<-b.sent
	return b.client.Close()
}
