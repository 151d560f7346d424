package opcua

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"github.com/gopcua/opcua/ua"

	"github.com/holdfast-edge/holdfast/supervisor"
	"github.com/holdfast-edge/holdfast/tag"
)

// begin begins a subscription, and returns the newest source time of each watched point before it.
func (m *memory) begin() []int64 {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	clear(m.first)
	return slices.Clone(m.newest)
}

// saw notes the time of a value that the subscription has brought; 0 is none.
func (m *memory) saw(handle int, at int64) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	m.newest[handle] = max(m.newest[handle], at)
	if m.first[handle] == 0 {
		m.first[handle] = at
	}
}

// firstOf returns the time of the first value that the subscription has brought for a point; 0 where it has none yet.
func (m *memory) firstOf(handle int) int64 {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	return m.first[handle]
}

// keepsNone notes that the server has no history.
func (m *memory) keepsNone() {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	m.noHistory = true
}

// hasNone reports whether the server is known to have no history.
func (m *memory) hasNone() bool {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	return m.noHistory
}

// gap is what was missed of some points.
type gap struct {
	handles  []int
	from, to time.Time
}

// gaps returns what was missed between the newest values of before and the subscription's beginning, in requests of at
// most size points. Points of which nothing was known before have missed nothing.
func (d *device) gaps(last []int64, began time.Time, size int) []gap {
	from := began.UnixNano()
	earliest := began.Add(-d.options.Backfill).UnixNano()
	var handles []int
	for h, at := range last {
		if at > 0 && at < began.UnixNano() {
			handles = append(handles, h)
			from = min(from, max(at, earliest))
		}
	}
	var out []gap
	for part := range slices.Chunk(handles, size) {
		out = append(out, gap{part, time.Unix(0, from).UTC(), began})
	}
	return out
}

// historiesPerRequest bounds the points of one request: each of them may have many values.
const historiesPerRequest = 100

// fetchPast reads what was missed from the server's history, where it keeps one, and delivers it. Without it the
// subscription goes on all the same.
func (s *subscription) fetchPast(ctx context.Context, last []int64) {
	if s.device.options.Backfill <= 0 || s.device.memory.hasNone() {
		return
	}
	size := min(perRequest(s.session.limits.perHistory, s.device.options), historiesPerRequest)
	var err error
	panicked := supervisor.Guard(func() {
		for _, g := range s.device.gaps(last, s.began, size) {
			if err = s.fetch(ctx, g, last); err != nil {
				return
			}
		}
	})
	switch err = cmp.Or(panicked, err); {
	case err == nil || ctx.Err() != nil:
	case isUnsupported(err):
		s.device.memory.keepsNone()
		s.session.logger.Debug("the server keeps no history", "error", err)
	default:
		s.session.logger.Warn("what was missed could not be read from the server's history", "error", err)
	}
}

// isUnsupported reports whether a server knows no histories at all.
func isUnsupported(err error) bool {
	status, ok := errors.AsType[ua.StatusCode](err)
	return ok && slices.Contains([]ua.StatusCode{
		ua.StatusBadServiceUnsupported, ua.StatusBadHistoryOperationUnsupported, ua.StatusBadHistoryOperationInvalid,
		ua.StatusBadNotImplemented,
	}, status)
}

// fetch reads one gap, page by page, and delivers each page.
func (s *subscription) fetch(ctx context.Context, g gap, last []int64) error {
	points := map[int][]byte{} // where to go on, by point
	for _, h := range g.handles {
		points[h] = nil
	}
	for len(points) > 0 {
		handles, results, err := s.page(ctx, g, points)
		if err != nil {
			return err
		}
		clear(points)
		var values []past
		for i, r := range results {
			values = s.device.appendPast(values, handles[i], r, last[handles[i]])
			if len(r.ContinuationPoint) > 0 {
				points[handles[i]] = r.ContinuationPoint
			}
		}
		for _, row := range s.device.arrangedPast(values) {
			if !s.out.PutPast(ctx, row.group, row.row) {
				return context.Cause(ctx)
			}
		}
	}
	return nil
}

// valuesPerPage bounds how many values of a point come at once.
const valuesPerPage = 1000

// page asks for the next values of points (OPC 10000-11 §6.5.3).
func (s *subscription) page(ctx context.Context, g gap, points map[int][]byte) ([]int, []*ua.HistoryReadResult, error) {
	const doing = "read the history"
	request := &ua.HistoryReadRequest{
		TimestampsToReturn: ua.TimestampsToReturnSource,
		HistoryReadDetails: ua.NewExtensionObject(&ua.ReadRawModifiedDetails{
			StartTime: g.from, EndTime: g.to, NumValuesPerNode: valuesPerPage,
		}),
	}
	var handles []int
	for _, h := range g.handles {
		on, wanted := points[h]
		node, err := s.device.watched[h].address.node(s.session.namespaces)
		if !wanted || err != nil {
			continue
		}
		handles = append(handles, h)
		request.NodesToRead = append(request.NodesToRead, &ua.HistoryReadValueID{
			NodeID: node, DataEncoding: &ua.QualifiedName{}, ContinuationPoint: on,
		})
	}
	if len(handles) == 0 {
		return nil, nil, nil
	}
	response, err := s.session.ask(ctx, doing, request)
	read, err := reply[*ua.HistoryReadResponse](doing, response, err)
	if err != nil {
		return nil, nil, err
	}
	if len(read.Results) != len(handles) {
		return nil, nil, faultOf(doing, ua.StatusBadDecodingError)
	}
	return handles, read.Results, nil
}

// appendPast adds the values of a history that are news. What was known before, and what the subscription brings, is
// none.
func (d *device) appendPast(dst []past, handle int, r *ua.HistoryReadResult, known int64) []past {
	if tag.FromStatusCode(uint32(r.StatusCode)).IsBad() || r.HistoryData == nil {
		return dst
	}
	data, ok := r.HistoryData.Value.(*ua.HistoryData)
	if !ok {
		return dst
	}
	until := d.memory.firstOf(handle)
	for _, value := range data.DataValues {
		v, at := d.watched[handle].value(value)
		if at > known && (until == 0 || at < until) {
			dst = append(dst, past{handle, v, at})
		}
	}
	return dst
}
