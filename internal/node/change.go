package node

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/holdfast-edge/holdfast/supervisor"
)

// change is what becomes of the tree when a scene follows another.
type change struct {
	ends   []part // in the order in which they stop
	begins []part // in the order in which they start
}

// changeOf compares the parts of two scenes. What is gone, or made of something
// else, ends; what is new, or made of something else, begins. What is below a
// part that ends, ends and begins with it.
func changeOf(last, next []part) (c change) {
	before, after := byPath(last), byPath(next)
	ended := map[string]bool{}
	for _, p := range last {
		if now, stays := after[p.path()]; !stays || now.made != p.made || ended[p.parent] {
			ended[p.path()] = true
			if !ended[p.parent] {
				c.ends = append(c.ends, p)
			}
		}
	}
	slices.Reverse(c.ends)
	for _, p := range next {
		if _, was := before[p.path()]; !was || ended[p.path()] {
			c.begins = append(c.begins, p)
		}
	}
	return c
}

func byPath(parts []part) map[string]part {
	all := make(map[string]part, len(parts))
	for _, p := range parts {
		all[p.path()] = p
	}
	return all
}

// enter has the node run another scene, and leaves alone what is the same in
// both. It returns with the first error, in which case some of the change is
// made: have it enter what ran before.
func (n *Node) enter(ctx context.Context, next *scene) error {
	last := n.scene()
	next.follow(last)
	c := changeOf(n.parts(last), n.parts(next))
	n.running.Store(next) // before anything is done, so that what is half done can be undone
	close(last.left)
	h := n.hold(ctx, last, next, c)
	defer h.release()
	for _, p := range c.ends {
		if err := n.system.Remove(ctx, p.path()); err != nil && !errors.Is(err, supervisor.ErrUnknown) {
			return err
		}
	}
	n.setLogged(last, next)
	next.plan.demand()
	for _, p := range c.begins {
		if err := n.begin(ctx, p); err != nil {
			return err
		}
	}
	h.end(ctx, c)
	return n.door.Set(ctx, n.system, n.doorConfig(next))
}

// beginAll starts the parts of a node. Its rules and tables take rows before anything gives
// them some.
func (n *Node) beginAll(ctx context.Context, parts []part) error {
	sources := slices.IndexFunc(parts, func(p part) bool { return p.parent == "/subscriptions" })
	for i, p := range parts {
		if i == sources {
			n.settleWithin(ctx, parts)
		}
		if err := n.begin(ctx, p); err != nil {
			return err
		}
	}
	return nil
}

// begin starts a part; one that runs already is that of a change that was broken
// off, and is started anew.
func (n *Node) begin(ctx context.Context, p part) error {
	_, err := n.system.Add(ctx, p.parent, p.spec)
	if errors.Is(err, supervisor.ErrExists) {
		if err = n.system.Remove(ctx, p.path()); err == nil {
			_, err = n.system.Add(ctx, p.parent, p.spec)
		}
	}
	if err != nil {
		return fmt.Errorf("start %s: %w", p.path(), err)
	}
	return nil
}

// setLogged has the log take the streams that the next scene keeps, and no
// others.
func (n *Node) setLogged(last, next *scene) {
	for name := range next.plan.logged {
		n.bus.Stream(name).SetLogged(true)
	}
	for name := range last.plan.logged {
		if !next.plan.logged[name] {
			n.bus.Stream(name).SetLogged(false)
		}
	}
}
