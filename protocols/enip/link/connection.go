package link

import (
	"context"
	"fmt"
	"time"

	"github.com/holdfast-edge/holdfast/protocols/enip/cip"
)

// Connect has requests go over a connection of a size, or of one that the controller takes; 0: without one. It opens it. An
// error is a *Failure, whose cause is a cip.Status where the way to the controller is refused.
func (l *Link) Connect(ctx context.Context, timeout time.Duration, route cip.Route, size int) error {
	if err := l.enter(ctx); err != nil {
		return err
	}
	defer l.leave()
	l.wanted = size
	return l.ready(ctx, timeout, route)
}

// Capacity returns how long a request and its reply may be: what the connection carries, or the one before it.
func (l *Link) Capacity(ctx context.Context) int {
	if l.enter(ctx) != nil {
		return Unconnected
	}
	defer l.leave()
	return l.resting
}

// ready opens the connection that is wanted, where there is none. It is no failure where the device has none left.
func (l *Link) ready(ctx context.Context, timeout time.Duration, route cip.Route) error {
	now := time.Now()
	if l.open != nil && now.Sub(l.open.used) > idle {
		l.open = nil // the controller has forgotten it, or is about to
	}
	if l.open != nil || l.wanted == 0 || now.Before(l.due) {
		return nil
	}
	err := l.connect(ctx, timeout, route)
	if f, ok := err.(*Failure); ok { //nolint:errorlint // it is made here, and not wrapped
		return &Failure{Broken: f.Broken, Err: fmt.Errorf("open a connection, path %v: %w", route, f.Err)}
	}
	return err
}

// connect asks for connections, each smaller than the one before, until one is opened.
func (l *Link) connect(ctx context.Context, timeout time.Duration, route cip.Route) error {
	renamed := false
	for size := l.wanted; ; {
		status, err := l.forwardOpen(ctx, timeout, route, size)
		switch {
		case err != nil:
			return err
		case status.OK():
			l.wanted = size
			return nil
		case status.Has(cip.ConnectionFailure, cip.InUse) && !renamed:
			renamed = true // by its number, which is another each time
		case isTooLarge(status) && size > cip.SmallSize:
			size = smaller(size, status)
		default:
			return l.without(status)
		}
	}
}

// forwardOpen asks for a connection of a size, and returns what the device says.
func (l *Link) forwardOpen(ctx context.Context, timeout time.Duration, route cip.Route, size int) (cip.Status, error) {
	l.serial++
	c := cip.Connection{
		ToOriginator: direction, Serial: l.serial, Vendor: vendor, Originator: l.options.Originator, Size: size, Interval: interval, Multiplier: multiplier,
	}
	reply, err := l.unconnected(ctx, timeout, cip.AppendForwardOpen(nil, c, route))
	if err != nil || !reply.Status.OK() {
		return reply.Status, err
	}
	if c, err = c.Opened(reply.Data); err != nil {
		return reply.Status, &Failure{Broken: true, Sent: true, Err: err}
	}
	l.open = &open{Connection: c, used: time.Now()}
	l.resting = size - sequenceSize
	l.options.Logger.Debug("opened a connection", "path", route.String(), "size", size)
	return reply.Status, nil
}

// sequenceSize is what of a connection's size the sequence number takes.
const sequenceSize = 2

// isTooLarge reports whether a smaller connection, by the older service, may be had where this one is refused.
func isTooLarge(s cip.Status) bool {
	return s.General == cip.NotSupported || s.General == cip.PathSegmentError ||
		s.Has(cip.ConnectionFailure, cip.InvalidSize) || s.Has(cip.ConnectionFailure, cip.InvalidParameters)
}

// smaller returns the size to be asked for next: what the device says that it takes, or that of the older service.
func smaller(size int, s cip.Status) int {
	if len(s.Further) > 0 {
		if takes := int(s.Further[0]); takes > cip.SmallSize && takes < size {
			return takes
		}
	}
	return cip.SmallSize
}

// without decides what is done without a connection: requests go unconnected where only a connection cannot be had, and fail
// where the way itself is refused.
func (l *Link) without(s cip.Status) error {
	switch {
	case s.General == cip.NotSupported, isTooLarge(s):
		l.wanted = 0
	case s.General == cip.ResourceUnavailable, s.Has(cip.ConnectionFailure, cip.InUse), s.Has(cip.ConnectionFailure, cip.OutOfConnections),
		s.Has(cip.ConnectionFailure, cip.NoConnectionLeft), s.Has(cip.ConnectionFailure, cip.NoMemory):
		l.due = time.Now().Add(again)
	default:
		return &Failure{Err: s}
	}
	l.resting = Unconnected
	l.options.Logger.Warn("no connection could be opened: requests go without one, which is slower", "reason", s.Error())
	return nil
}
