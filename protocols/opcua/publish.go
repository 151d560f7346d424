package opcua

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/gopcua/opcua/ua"

	"github.com/holdfast-edge/holdfast/protocols"
	"github.com/holdfast-edge/holdfast/protocols/opcua/channel"
	"github.com/holdfast-edge/holdfast/protocols/outbox"
	"github.com/holdfast-edge/holdfast/tag"
)

// publishing is how many requests for notifications the server has in hand, so that it never waits for one.
const publishing = 3

// publish takes notifications until something ends it. begun is called after the first of them.
func (s *subscription) publish(ctx context.Context, begun func()) error {
	var calls []*channel.Call
	defer func() {
		for _, c := range calls {
			c.Cancel()
		}
	}()
	var acknowledge []*ua.SubscriptionAcknowledgement
	var once sync.Once
	for {
		for len(calls) < s.inFlight {
			c, err := s.session.channel.Start(&ua.PublishRequest{SubscriptionAcknowledgements: acknowledge}, s.session.token, publishing*s.silence)
			if err != nil {
				return faultOf("ask for notifications", err)
			}
			calls, acknowledge = append(calls, c), nil
		}
		published, err := s.next(ctx, calls[0])
		calls = calls[1:]
		if errors.Is(err, ua.StatusBadTooManyPublishRequests) && s.inFlight > 1 {
			s.inFlight--
			continue
		}
		if err != nil {
			return err
		}
		if acknowledge, err = s.take(published); err != nil {
			return err
		}
		once.Do(begun)
		if err := s.retry(ctx); err != nil {
			return err
		}
	}
}

// next waits for the oldest of the requests, which the server answers first. That none is answered while its keep-alive
// is due means that the server, or the way to it, is gone.
func (s *subscription) next(ctx context.Context, c *channel.Call) (*ua.PublishResponse, error) {
	const doing = "wait for notifications"
	patient, cancel := context.WithTimeoutCause(ctx, s.silence, channel.ErrTimeout)
	defer cancel()
	response, err := c.Wait(patient)
	return reply[*ua.PublishResponse](doing, response, s.session.judge(doing, err))
}

// take delivers what a notification says, and returns what acknowledges it.
func (s *subscription) take(p *ua.PublishResponse) ([]*ua.SubscriptionAcknowledgement, error) {
	m := p.NotificationMessage
	if p.SubscriptionID != s.id || m == nil {
		return nil, nil // of one that was deleted
	}
	if len(m.NotificationData) == 0 {
		return nil, nil // a sign of life, which carries the number of what comes next
	}
	if m.SequenceNumber != s.sequence {
		return nil, &protocols.Fault{
			Scope: protocols.ScopeSession, Quality: tag.BadDataLost,
			Err: fmt.Errorf("notification %d came where %d was due", m.SequenceNumber, s.sequence),
		}
	}
	s.sequence = after(m.SequenceNumber)
	for _, data := range m.NotificationData {
		if err := s.notified(data); err != nil {
			return nil, err
		}
	}
	return []*ua.SubscriptionAcknowledgement{{SubscriptionID: s.id, SequenceNumber: m.SequenceNumber}}, nil
}

// after returns the number behind n: it wraps to 1, since 0 is never used (OPC 10000-4 §5.13.1.1).
func after(n uint32) uint32 { return max(n+1, 1) }

// notified takes one part of a notification.
func (s *subscription) notified(data *ua.ExtensionObject) error {
	switch n := data.Value.(type) {
	case *ua.DataChangeNotification:
		s.deliver(func(rows *outbox.Rows) { s.device.arrange(rows, n.MonitoredItems) })
		return nil
	case *ua.StatusChangeNotification:
		return faultOf("subscription", fmt.Errorf("the server has ended it: %w", n.Status))
	default:
		return nil // events, which nobody has asked for
	}
}
