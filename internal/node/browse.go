package node

import (
	"context"
	"errors"
	"fmt"

	"github.com/holdfast-edge/holdfast/actors/endpoint"
	"github.com/holdfast-edge/holdfast/console"
	"github.com/holdfast-edge/holdfast/supervisor"
)

// Browse is described at console.Node.
func (n *Node) Browse(ctx context.Context, device, address string, skip, limit int) (console.Browsed, error) {
	pid, ok := n.system.Lookup(n.plan().paths[device])
	if !ok {
		return console.Browsed{}, fmt.Errorf("browse %s: %w: %w", device, console.ErrNotNow, errStopped)
	}
	answer, err := n.system.Ask(ctx, pid, &endpoint.Browse{Address: address, Skip: skip, Limit: limit})
	found, ok := answer.(*endpoint.Browsed)
	switch {
	case err != nil:
		return console.Browsed{}, fmt.Errorf("browse %s: %w", device, unanswered(err))
	case !ok:
		return console.Browsed{}, fmt.Errorf("browse %s: %v", device, answer)
	case found.Err != nil:
		return console.Browsed{}, fmt.Errorf("browse %s: %w", device, asConsole(found.Err))
	}
	return console.Browsed{Items: found.Items, Total: found.Total}, nil
}

// unanswered says in the console's words why a browse has no answer.
func unanswered(err error) error {
	if errors.Is(err, supervisor.ErrRejected) {
		return fmt.Errorf("%w: %w", console.ErrNotNow, errStopped)
	}
	return fmt.Errorf("%w: %w", console.ErrTooLong, err)
}

// asConsole says in the console's words why a browse told nothing.
func asConsole(err error) error {
	for theirs, ours := range map[error]error{
		endpoint.ErrNoBrowser: console.ErrNotBrowsable, endpoint.ErrBrowseTime: console.ErrTooLong,
		endpoint.ErrAway: console.ErrNotNow, endpoint.ErrBrowsing: console.ErrNotNow,
	} {
		if errors.Is(err, theirs) {
			return fmt.Errorf("%w: %w", ours, err)
		}
	}
	return err
}
