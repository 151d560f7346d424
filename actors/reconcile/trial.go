package reconcile

import (
	"context"
	"fmt"
	"strings"
	"time"
)

// look is how often a change that is held or on trial is looked at.
const look = time.Second

// goOn continues a change that an earlier process, or an earlier run, left.
func (r *Reconciler) goOn(ctx context.Context, c Change, resumed bool) error {
	switch {
	case c.State == Holding:
		return r.carryOut(ctx)
	case resumed:
		return r.try(ctx, r.records.health(), time.Now())
	case c.State == Reverting:
		return r.revert(ctx, c.Reason)
	}
	return r.revert(ctx, "the node ended while the change was "+string(c.State))
}

// carryOut carries a change out from its beginning to its end. Its errors are
// those of the node itself; how the change fares is in its state.
func (r *Reconciler) carryOut(ctx context.Context) error {
	enter, err := r.hold(ctx)
	if err != nil || !enter {
		return err
	}
	before := r.options.Plant.Health()
	c := r.now()
	if c.Restart {
		return r.restart(c, before)
	}
	if err := r.step(Entering, ""); err != nil {
		return err
	}
	began := time.Now()
	if err := r.enter(ctx, c.Generation); err != nil {
		if ctx.Err() != nil {
			return nil //nolint:nilerr // the node stops; the next start reverts
		}
		return r.revert(ctx, "it could not be entered: "+err.Error())
	}
	return r.try(ctx, before, began)
}

// enter makes a generation the running one, on the disk first.
func (r *Reconciler) enter(ctx context.Context, generation uint64) error {
	document, err := r.options.State.Configuration(generation)
	if err != nil {
		return err
	}
	if err := r.options.State.Run(generation); err != nil {
		return err
	}
	return r.options.Plant.Enter(ctx, document)
}

// restart has the node start anew with the change.
func (r *Reconciler) restart(c Change, before Health) error {
	if err := r.records.keepHealth(before); err != nil {
		return err
	}
	if err := r.step(Restarting, ""); err != nil {
		return err
	}
	if err := r.options.State.Run(c.Generation); err != nil {
		return err
	}
	r.options.Plant.Restart(fmt.Sprintf("to enter generation %d", c.Generation))
	return nil
}

// hold waits until the interlock permits the change, and reports whether it does.
// The time that it may take begins anew with each start of the node.
func (r *Reconciler) hold(ctx context.Context) (enter bool, err error) {
	c := r.now()
	late := time.NewTimer(c.Hold)
	defer late.Stop()
	ticker := time.NewTicker(look)
	defer ticker.Stop()
	said := ""
	for {
		open, why := r.options.Plant.Interlock()
		if open {
			return true, nil
		}
		if why != said {
			said = why
			if err := r.step(Holding, "the interlock forbids it: "+why); err != nil {
				return false, err
			}
		}
		select {
		case <-ctx.Done():
			return false, nil
		case reason := <-r.withdrawn:
			return false, r.step(Withdrawn, reason)
		case <-late.C:
			return false, r.step(Withdrawn, fmt.Sprintf("the interlock held it for %v: %s", c.Hold, why))
		case <-ticker.C:
		}
	}
}

// try watches a change that runs, and confirms or reverts it.
func (r *Reconciler) try(ctx context.Context, before Health, began time.Time) error {
	if err := r.step(Trying, ""); err != nil {
		return err
	}
	sick, ended := r.watch(ctx, before)
	if !ended {
		return nil // the node stops; the next start reverts
	}
	if len(sick) > 0 {
		return r.revert(ctx, strings.Join(sick, "; "))
	}
	if r.now().Confirm > 0 {
		missing, ended := r.await(ctx, began)
		if !ended {
			return nil
		}
		if missing != "" {
			return r.revert(ctx, missing)
		}
	}
	if err := r.step(Confirmed, ""); err != nil {
		return err
	}
	r.options.Entered()
	return nil
}

// watch waits for the end of the window, and says what is wrong; ended is false
// where ctx came first.
func (r *Reconciler) watch(ctx context.Context, before Health) (sick []string, ended bool) {
	gate := r.now().Gate
	if gate.Window <= 0 {
		return gate.Judge(before, r.options.Plant.Health()), true
	}
	over := time.NewTimer(gate.Window)
	defer over.Stop()
	ticker := time.NewTicker(look)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil, false
		case reason := <-r.withdrawn:
			return []string{"withdrawn: " + reason}, true
		case <-over.C:
			return gate.Judge(before, r.options.Plant.Health()), true
		case <-ticker.C:
			if sick := gate.Hopeless(before, r.options.Plant.Health()); len(sick) > 0 {
				return sick, true
			}
		}
	}
}

// await waits for the confirmation, for as long as the change says, counted from
// when it was entered, by a clock that cannot be set.
func (r *Reconciler) await(ctx context.Context, began time.Time) (missing string, ended bool) {
	c := r.now()
	if err := r.step(Awaiting, ""); err != nil {
		return err.Error(), true
	}
	late := time.NewTimer(c.Confirm - time.Since(began))
	defer late.Stop()
	select {
	case <-ctx.Done():
		return "", false
	case <-r.confirmed:
		return "", true
	case reason := <-r.withdrawn:
		return "withdrawn: " + reason, true
	case <-late.C:
		return fmt.Sprintf("nobody confirmed it within %v", c.Confirm), true
	}
}

// revert has the node run what ran before. Where that cannot be entered, or
// needs a restart, the node starts anew with it.
func (r *Reconciler) revert(ctx context.Context, reason string) error {
	if err := r.step(Reverting, reason); err != nil {
		return err
	}
	c := r.now()
	if err := r.options.State.Run(c.Before); err != nil {
		return err
	}
	if err := r.enter(ctx, c.Before); err != nil {
		if ctx.Err() != nil {
			return nil //nolint:nilerr // the node stops; the next start goes on
		}
		if !r.options.CanRestart {
			return fmt.Errorf("enter generation %d again: %w", c.Before, err)
		}
		r.options.Plant.Restart(fmt.Sprintf("to enter generation %d again: %v", c.Before, err))
		return nil
	}
	return r.step(Reverted, reason)
}
