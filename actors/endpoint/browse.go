package endpoint

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/holdfast-edge/holdfast/protocols"
	"github.com/holdfast-edge/holdfast/supervisor"
)

// browseTime is how long a device may take to tell what it has.
const browseTime = 20 * time.Second

// What a browse ends with that tells nothing. Other errors are the driver's own.
var (
	ErrNoBrowser  = errors.New("a device of this driver cannot tell what it has")
	ErrAway       = errors.New("the device is away")
	ErrBrowsing   = errors.New("another browse of this endpoint is running: ask again when it has ended")
	ErrBrowseTime = fmt.Errorf("the device did not tell all within %s: ask below one of its folders, or again when the line is calmer", browseTime)
)

// Browse asks a device's actor what the device has below an address, as protocols.Browser tells it. It is answered with
// a *Browsed after 20 seconds at the latest; where its sender is gone the answer goes nowhere.
type Browse struct {
	Address string // "": the root
	Skip    int    // so many items are only counted, and
	Limit   int    // so many behind them kept; the others are counted, too
}

// Browsed answers a Browse.
type Browsed struct {
	Items []protocols.Item
	Total int   // how many items were found, with those that are not kept
	Err   error // why nothing was told; then there are no items
}

// browseEnded is what the goroutine of a browse has made.
type browseEnded struct{ browsed *Browsed }

// browse passes a question on to the session, where it can be answered.
func (d *device) browse(ctx actor.Context, msg *Browse) {
	var err error
	switch {
	case ctx.Sender() == nil:
		return
	case d.lanes == nil:
		err = fmt.Errorf("%w: %w", ErrAway, errSessionGone)
	case d.browser == nil:
		err = ErrNoBrowser
	case !d.standing.scans():
		err = fmt.Errorf("%w: %w", ErrAway, errNoAnswer)
	default:
		ctx.RequestWithCustomSender(d.browser, msg, ctx.Sender())
		return
	}
	ctx.Send(ctx.Sender(), &Browsed{Err: err})
}

// browse runs a browse in a goroutine of its own, one at a time.
func (s *session) browse(ctx actor.Context, msg *Browse) {
	asker, self, browser := ctx.Sender(), ctx.Self(), s.browser
	switch {
	case browser == nil: // of the connection before
		ctx.Send(asker, &Browsed{Err: fmt.Errorf("%w: %w", ErrAway, errSessionGone)})
		return
	case s.asker != nil:
		ctx.Send(asker, &Browsed{Err: ErrBrowsing})
		return
	}
	s.asker = asker
	supervisor.Go(ctx, "browse", func(c context.Context) error {
		browsed, broken := look(c, browser, msg)
		// It fails only when the session is stopping, which answers itself.
		_ = s.env.System.SendWait(c, self, &browseEnded{browsed: browsed})
		return broken
	})
}

// browseEnded passes an answer on, and lets the next one ask.
func (s *session) browseEnded(ctx actor.Context, browsed *Browsed) {
	if s.asker != nil {
		ctx.Send(s.asker, browsed)
		s.asker = nil
	}
}

// look browses, and returns what came of it, and the fault that ended the session, if one did.
func look(ctx context.Context, b protocols.Browser, msg *Browse) (browsed *Browsed, broken error) {
	within, cancel := context.WithTimeoutCause(ctx, browseTime, ErrBrowseTime)
	defer cancel()
	browsed = &Browsed{}
	err := b.Browse(within, msg.Address, func(i protocols.Item) {
		if browsed.Total++; browsed.Total > msg.Skip && len(browsed.Items) < msg.Limit {
			browsed.Items = append(browsed.Items, i)
		}
	})
	switch {
	case err == nil:
		return browsed, nil
	case within.Err() != nil: // what the driver makes of that is no news of the line
		return &Browsed{Err: context.Cause(within)}, nil
	case notRefused(err) != nil && protocols.FaultOf(err).Scope == protocols.ScopeSession:
		return &Browsed{Err: err}, err
	}
	return &Browsed{Err: err}, nil
}
