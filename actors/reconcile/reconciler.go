package reconcile

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/store/state"
)

// What a caller may branch on.
var (
	// ErrBusy: another change is on trial.
	ErrBusy = errors.New("another change is on trial")
	// ErrNoTrial: no change is on trial that this could mean.
	ErrNoTrial = errors.New("no such change is on trial")
)

// Proposal is a configuration that somebody wants to run.
type Proposal struct {
	Sources []config.Source
	Origin  string        // who wants it, such as "api admin" or "cloud 12"
	Gate    Gate          // what it is judged by
	Hold    time.Duration // how long the interlock may hold it; 0: a change that must wait is refused
	Confirm time.Duration // within this Confirm must be called, or it is reverted; 0: it confirms itself
	DryRun  bool          // check it, and no more
}

// Options are what a Reconciler is made with.
type Options struct {
	Plant  Plant
	State  *state.State
	Logger *slog.Logger
	Now    func() time.Time // for records; what is waited for is counted by a clock that nobody sets
	Told   func(Change)     // of each step; must not block
	// Resumed says that this process was started to go on with the change on
	// trial, which asked for the restart.
	Resumed bool
	// CanRestart says that Plant.Restart leads to a start.
	CanRestart bool
	// Entered is called when a change is confirmed: what only the configuration
	// before it needed can go.
	Entered func()
}

// Reconciler carries changes out, one at a time. Run must be running; the rest
// may be called concurrently.
type Reconciler struct {
	options Options
	records records
	begun   bool          // Run has looked at what an earlier process left
	work    chan struct{} // there is a change to carry out

	mu        sync.Mutex
	change    *Change       // on trial, or the last one that ended; nil: none yet
	confirmed chan struct{} // closed by Confirm
	withdrawn chan string   // gets the reason of Withdraw
}

// New makes a Reconciler that continues what the state says.
func New(o Options) (*Reconciler, error) {
	r := &Reconciler{options: o, records: records{o.State}, work: make(chan struct{}, 1)}
	trial, err := r.records.trial()
	if err != nil {
		return nil, err
	}
	if trial != nil {
		r.take(trial)
	}
	return r, nil
}

// take makes a change the one to carry out. The caller holds mu, or is alone.
func (r *Reconciler) take(c *Change) {
	r.change, r.confirmed, r.withdrawn = c, make(chan struct{}), make(chan string, 1)
	select {
	case r.work <- struct{}{}:
	default:
	}
}

// Propose checks a configuration and, unless it is a dry run or does what runs
// already, begins to carry it out. What is returned is the change as it begins;
// Status tells how it goes on. The error is for the author.
func (r *Reconciler) Propose(p Proposal) (Checked, Change, error) {
	checked, err := r.options.Plant.Check(p.Sources)
	if err != nil {
		return checked, Change{}, err
	}
	if checked.Restart && !r.options.CanRestart {
		return checked, Change{}, errors.New("this change needs the node to start anew, which this one cannot do by itself")
	}
	if p.DryRun || len(checked.Changes) == 0 {
		return checked, Change{}, nil
	}
	if open, why := r.options.Plant.Interlock(); !open && p.Hold <= 0 {
		return checked, Change{}, fmt.Errorf("the plant's interlock forbids changes: %s; propose it with a time to hold it for", why)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.change != nil && !r.change.State.Ended() {
		return checked, Change{}, fmt.Errorf("%w: generation %d is %s", ErrBusy, r.change.Generation, r.change.State)
	}
	c, err := r.accept(p, checked)
	if err != nil {
		return checked, Change{}, err
	}
	r.take(c)
	return checked, *c, nil
}

// accept keeps the configuration and the change on the disk.
func (r *Reconciler) accept(p Proposal, checked Checked) (*Change, error) {
	now := r.options.Now()
	running, err := r.options.State.Running()
	if err != nil {
		return nil, err
	}
	g, err := r.options.State.Accept(checked.Document, p.Origin, now)
	if err != nil {
		return nil, err
	}
	c := &Change{
		Generation: g.Number, Before: running.Number, Digest: g.Digest.String(), Origin: p.Origin, State: Holding,
		Proposed: now.UTC(), Since: now.UTC(), Gate: p.Gate, Hold: p.Hold, Confirm: p.Confirm, Restart: checked.Restart,
		Touched: touched(checked.Changes),
	}
	return c, r.records.keep(c)
}

func touched(changes []config.Change) (all []string) {
	for _, c := range changes {
		name := string(c.Kind)
		if c.Name != "" {
			name += "/" + c.Name
		}
		all = append(all, string(c.Op)+" "+name)
	}
	return all
}

// Status returns the change on trial, or the last one that ended; ok is false
// where there was none since the node started.
func (r *Reconciler) Status() (c Change, ok bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.change == nil {
		return Change{}, false
	}
	return *r.change, true
}

// Ends lists the changes that ended, the oldest first.
func (r *Reconciler) Ends() ([]Change, error) { return r.records.ends() }

// Confirm says that whoever proposed a generation still reaches the node.
func (r *Reconciler) Confirm(generation uint64) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.onTrial(generation) {
		return fmt.Errorf("confirm generation %d: %w", generation, ErrNoTrial)
	}
	select {
	case <-r.confirmed:
	default:
		close(r.confirmed)
	}
	return nil
}

// Withdraw takes a change back: one that is held is not entered, one that runs
// is reverted.
func (r *Reconciler) Withdraw(generation uint64, reason string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.onTrial(generation) {
		return fmt.Errorf("withdraw generation %d: %w", generation, ErrNoTrial)
	}
	select {
	case r.withdrawn <- reason:
	default: // it is being withdrawn
	}
	return nil
}

func (r *Reconciler) onTrial(generation uint64) bool {
	return r.change != nil && r.change.Generation == generation && !r.change.State.Ended()
}

// step brings the change to another state: on the disk first, then for all to
// see.
func (r *Reconciler) step(to State, reason string) error {
	r.mu.Lock()
	next := *r.change
	r.mu.Unlock()
	next.State, next.Reason, next.Since = to, reason, r.options.Now().UTC()
	if err := r.records.keep(&next); err != nil {
		return fmt.Errorf("keep that generation %d is %s: %w", next.Generation, to, err)
	}
	r.mu.Lock()
	r.change = &next // so it is, whatever fails from here on
	r.mu.Unlock()
	if to.Ended() {
		if err := r.records.end(&next); err != nil {
			return fmt.Errorf("keep that generation %d has ended as %s: %w", next.Generation, to, err)
		}
	}
	r.options.Logger.Info("change of the configuration", "generation", next.Generation, "origin", next.Origin, "state", to, "reason", reason)
	r.options.Told(next)
	return nil
}

func (r *Reconciler) now() Change {
	c, _ := r.Status()
	return c
}

// Run carries changes out until ctx is done. It is the run of a service: after a
// failure, a change that was on trial is reverted.
func (r *Reconciler) Run(ctx context.Context) error {
	resumed := r.options.Resumed && !r.begun
	r.begun = true
	if c, ok := r.Status(); ok && !c.State.Ended() {
		if err := r.goOn(ctx, c, resumed); err != nil {
			return err
		}
	}
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-r.work:
			if c := r.now(); c.State == Holding {
				if err := r.carryOut(ctx); err != nil {
					return err
				}
			}
		}
	}
}
