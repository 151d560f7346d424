package link

import (
	"context"
	"fmt"
	"time"

	"github.com/holdfast-edge/holdfast/protocols/bacnet/wire"
)

// register has the BBMD pass broadcasts on to this end (Annex J.5.2).
func (l *Link) register(ctx context.Context) error {
	select {
	case <-l.results: // of one before
	default:
	}
	p := wire.Packet{Function: wire.RegisterForeign, Result: uint16(l.options.Foreign / time.Second)}
	if err := l.write(l.far, p.Append(nil)); err != nil {
		return fmt.Errorf("register at the BBMD %s: %w", l.far, err)
	}
	timer := time.NewTimer(l.options.Timeout)
	defer timer.Stop()
	select {
	case result := <-l.results:
		if result != 0 {
			return fmt.Errorf("register at the BBMD %s: it refuses (result %#04x): have it take foreign devices", l.far, result)
		}
		return nil
	case <-timer.C:
		return fmt.Errorf("register at the BBMD %s: %w", l.far, ErrNoAnswer)
	case <-l.done:
		return l.Err()
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// stayRegistered registers again in good time: after half of it, and sooner where that failed.
func (l *Link) stayRegistered(ctx context.Context) {
	wait := l.options.Foreign / 2
	for {
		timer := time.NewTimer(wait)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return
		}
		wait = l.options.Foreign / 2
		if err := l.register(ctx); err != nil && ctx.Err() == nil {
			l.options.Logger.Warn("the registration as a foreign device was not renewed", "error", err)
			wait = l.options.Foreign / 8
		}
	}
}
