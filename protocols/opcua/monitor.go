package opcua

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/gopcua/opcua/ua"

	"github.com/holdfast-edge/holdfast/protocols/outbox"
	"github.com/holdfast-edge/holdfast/tag"
)

// monitorAll has the server watch every point.
func (s *subscription) monitorAll(ctx context.Context) error {
	handles := make([]int, len(s.device.watched))
	for i := range handles {
		handles[i] = i
	}
	return s.monitor(ctx, handles)
}

// monitor has the server watch points, as many at a time as it takes. Those that it refuses are Bad, and asked for
// again later.
func (s *subscription) monitor(ctx context.Context, handles []int) error {
	size := perRequest(s.session.limits.perMonitor, s.device.options)
	for len(handles) > 0 {
		n := min(size, len(handles))
		err := s.monitorSome(ctx, handles[:n])
		switch {
		case isTooMuch(err) && n > 1:
			size = n / 2
			continue
		case err != nil:
			return err
		}
		handles = handles[n:]
	}
	s.deliver(func(rows *outbox.Rows) { s.device.arrangeRefused(rows, s.refused) })
	s.retryAt = time.Now().Add(retryAfter(s.retries))
	s.retries++
	return nil
}

// monitorSome is monitor in one request.
func (s *subscription) monitorSome(ctx context.Context, handles []int) error {
	const doing = "create monitored items"
	request := &ua.CreateMonitoredItemsRequest{SubscriptionID: s.id, TimestampsToReturn: ua.TimestampsToReturnSource}
	var asked []int
	for _, h := range handles {
		node, err := s.device.watched[h].address.node(s.session.namespaces)
		if err != nil {
			s.refuse(h, tag.BadAddressUnknown, err)
			continue
		}
		asked = append(asked, h)
		request.ItemsToCreate = append(request.ItemsToCreate, s.item(h, node))
	}
	if len(asked) == 0 {
		return nil
	}
	response, err := s.session.ask(ctx, doing, request)
	created, err := reply[*ua.CreateMonitoredItemsResponse](doing, response, err)
	if err != nil {
		return err
	}
	if len(created.Results) != len(asked) {
		return faultOf(doing, fmt.Errorf("%w: %d results for %d items", ua.StatusBadDecodingError, len(created.Results), len(asked)))
	}
	for i, h := range asked {
		if status := created.Results[i].StatusCode; tag.FromStatusCode(uint32(status)).IsBad() {
			s.refuse(h, badly(status), status)
		} else {
			delete(s.refused, h)
		}
	}
	return nil
}

// item asks for the changes of a point, looked at as often as its group is scanned.
func (s *subscription) item(handle int, node *ua.NodeID) *ua.MonitoredItemCreateRequest {
	scan := s.device.scans[s.device.watched[handle].group]
	return &ua.MonitoredItemCreateRequest{
		ItemToMonitor: valueID(node), MonitoringMode: ua.MonitoringModeReporting,
		RequestedParameters: &ua.MonitoringParameters{
			ClientHandle: uint32(handle), SamplingInterval: float64(scan) / float64(time.Millisecond),
			QueueSize: uint32(max(s.device.options.Queue, 1)), DiscardOldest: true,
		},
	}
}

// refuse notes that a point is not watched. It is logged once.
func (s *subscription) refuse(handle int, q tag.Quality, err error) {
	if s.refused[handle] != q {
		s.session.logger.Warn("the server does not watch a tag", "tag", s.device.watched[handle].name, "error", err)
	}
	s.refused[handle] = q
}

// retryAfter returns how long a refusal stands: a minute, then twice as long each time, to an hour.
func retryAfter(retries int) time.Duration { return min(time.Minute<<min(retries, 6), time.Hour) }

// retry asks again for what was refused, where it is time to.
func (s *subscription) retry(ctx context.Context) error {
	if len(s.refused) == 0 || time.Now().Before(s.retryAt) {
		return nil
	}
	var handles []int
	for h := range s.refused {
		handles = append(handles, h)
	}
	slices.Sort(handles)
	return s.monitor(ctx, handles)
}

// deliver hands rows to the actors, at their pace.
func (s *subscription) deliver(fill func(rows *outbox.Rows)) {
	if dropped := s.out.Fill(fill); dropped > 0 {
		s.session.logger.Warn("dropped rows that nobody took in time", "count", dropped)
	}
}
