package opcua

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/gopcua/opcua/ua"

	"github.com/holdfast-edge/holdfast/protocols"
	"github.com/holdfast-edge/holdfast/protocols/outbox"
	"github.com/holdfast-edge/holdfast/tag"
)

// subscribing is a session that the server sends changes to.
type subscribing struct{ *session }

var _ protocols.Subscriber = subscribing{}

// Subscribe is described at protocols.Subscriber.
//
//	create ──▶ monitor, so many at a time ──▶ publish ◀─┐ changes, or a sign of life
//	                                            │ └─────┘
//	                                            ├─▶ the past, once, from the server's history
//	                                            ├─ a minute, two, four …: monitor again what was refused
//	                                            └─ silence, a hole, an end ──▶ fault
func (s subscribing) Subscribe(ctx context.Context, of protocols.Device, deliver func(group int, row protocols.Row)) error {
	within, stop := context.WithCancelCause(ctx)
	d := of.(*device)
	sub := &subscription{
		session: s.session, device: d, out: outbox.New(d.widths), refused: map[int]tag.Quality{}, inFlight: publishing,
	}
	var helpers sync.WaitGroup
	defer helpers.Wait()
	defer stop(nil)
	helpers.Go(func() {
		stop(sub.out.Empty(within, deliver))
	})
	err := sub.run(within, &helpers)
	switch {
	case ctx.Err() != nil:
		sub.remove()
		return nil
	case within.Err() != nil:
		err = faultOf("deliver", context.Cause(within))
	}
	return asSessions(err)
}

// subscription is one device's subscription. It belongs to the goroutine of Subscribe.
type subscription struct {
	session  *session
	device   *device
	out      *outbox.Outbox
	id       uint32
	began    time.Time     // at the server
	interval time.Duration // between two publishings, as the server has it
	silence  time.Duration // the longest without a sign of life
	inFlight int           // requests for notifications that the server takes
	refused  map[int]tag.Quality
	retries  int
	retryAt  time.Time
	sequence uint32 // of the next notification
}

// run is Subscribe without the delivering. It returns why it ended, which is ctx where that is done.
func (s *subscription) run(ctx context.Context, helpers *sync.WaitGroup) error {
	last := s.device.memory.begin()
	if err := s.create(ctx); err != nil {
		return err
	}
	if err := s.monitorAll(ctx); err != nil {
		return err
	}
	return s.publish(ctx, func() {
		helpers.Go(func() { s.fetchPast(ctx, last) })
	})
}

// asSessions returns the fault that ends a session: there is no subscription without an answer to what it needs.
func asSessions(err error) error {
	if refusal, ok := errors.AsType[*protocols.Refusal](err); ok {
		return &protocols.Fault{Scope: protocols.ScopeSession, Quality: refusal.Quality, Sent: true, Err: refusal}
	}
	f := *protocols.FaultOf(err)
	f.Scope = protocols.ScopeSession
	return &f
}

// The server forgets a subscription that nobody asks for publishings of, after as many keep-alives.
const lifetimes = 10

// create makes an empty subscription.
func (s *subscription) create(ctx context.Context) error {
	const doing = "create a subscription"
	keepAlive := uint32(max(s.device.options.KeepAlive, 1))
	response, err := s.session.ask(ctx, doing, &ua.CreateSubscriptionRequest{
		RequestedPublishingInterval: float64(s.device.publishingInterval()) / float64(time.Millisecond),
		RequestedLifetimeCount:      lifetimes * keepAlive, RequestedMaxKeepAliveCount: keepAlive,
		MaxNotificationsPerPublish: notificationsPerPublish, PublishingEnabled: true,
	})
	created, err := reply[*ua.CreateSubscriptionResponse](doing, response, err)
	if err != nil {
		return err
	}
	s.id, s.began, s.sequence = created.SubscriptionID, created.ResponseHeader.Timestamp, 1
	s.interval = time.Duration(created.RevisedPublishingInterval * float64(time.Millisecond))
	s.silence = s.interval*time.Duration(min(created.RevisedMaxKeepAliveCount, 1<<20)) + s.session.options.RequestTimeout
	return nil
}

// notificationsPerPublish bounds what a server sends at once; it sends the rest at once, too, in another message.
const notificationsPerPublish = 5000

// publishingInterval returns how often the server is to send: as configured, else at the shortest scan.
func (d *device) publishingInterval() time.Duration {
	if d.options.PublishingInterval > 0 {
		return d.options.PublishingInterval
	}
	shortest := time.Duration(0)
	for _, scan := range d.scans {
		if shortest == 0 || scan > 0 && scan < shortest {
			shortest = scan
		}
	}
	if shortest == 0 {
		return time.Second
	}
	return shortest
}

// remove deletes the subscription, where the session lives on without it.
func (s *subscription) remove() {
	if s.id == 0 || s.session.channel.Err() != nil {
		return
	}
	call, err := s.session.channel.Start(&ua.DeleteSubscriptionsRequest{SubscriptionIDs: []uint32{s.id}}, s.session.token, goodbye)
	if err != nil {
		return // the server forgets it by itself
	}
	_, _ = call.Wait(context.Background())
}
