package rollout

import (
	"context"
	"errors"
	"strings"
	"sync"
	"time"

	"github.com/holdfast-edge/holdfast/cluster/desired"
	"github.com/holdfast-edge/holdfast/cluster/kv"
)

// TurnKey holds the name of the member that carries rollouts on, a slash, and which start of it. It is under that member's
// lease: when it ends, another takes the turn.
const TurnKey = "/holdfast/turns/rollouts"

// Times of a runner.
const (
	stepAtMost = 50 * time.Millisecond // between steps: what sites report meanwhile is one step
	stepAgain  = time.Second           // a site's silence is no change of the store; nor is the end of another's turn
)

// runner is one member's part in carrying rollouts on: it follows them, follows the reports of the sites while there is one
// on its way, and steps while it is the member's turn.
type runner struct {
	book *Book
	wake chan struct{} // holds one

	mu       sync.Mutex
	active   map[string]kv.Entry
	reported map[string]*desired.Reported
	listed   bool // reported is complete
}

// Run carries rollouts on until ctx is done. What the store refuses is tried again. Any number of members may run; one of
// them does the work, and another goes on where that one died.
func (b *Book) Run(ctx context.Context) error {
	r := &runner{book: b, wake: make(chan struct{}, 1), active: map[string]kv.Entry{}}
	var following sync.WaitGroup
	defer following.Wait()
	following.Go(func() { kv.Follow(ctx, b.o.Store, Prefix, r.rolloutChanged, nil) })
	for ctx.Err() == nil {
		if r.idle() {
			select {
			case <-ctx.Done():
			case <-r.wake:
			}
			continue
		}
		r.busy(ctx)
	}
	return nil
}

// busy steps until no rollout is on its way.
func (r *runner) busy(ctx context.Context) {
	following, cancel := context.WithCancel(ctx)
	var reports sync.WaitGroup
	reports.Go(func() { kv.Follow(following, r.book.o.Store, desired.ReportedPrefix, r.reportChanged, r.reportsListed) })
	defer r.forgetReports()
	defer reports.Wait()
	defer cancel()
	for !r.idle() {
		r.stepAll(ctx)
		select {
		case <-ctx.Done():
			return
		case <-time.After(stepAtMost):
		}
		select {
		case <-ctx.Done():
			return
		case <-r.wake:
		case <-time.After(stepAgain):
		}
	}
}

func (r *runner) idle() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.active) == 0
}

func (r *runner) rolloutChanged(_ context.Context, c kv.Change) {
	v, err := kv.Decode[Rollout](c.Entry)
	r.mu.Lock()
	if delete(r.active, c.Key); !c.Deleted && err == nil && v.followed() {
		r.active[c.Key] = c.Entry
	}
	r.mu.Unlock()
	r.stir()
}

func (r *runner) reportChanged(_ context.Context, c kv.Change) {
	v, err := kv.Decode[desired.Reported](c.Entry)
	r.mu.Lock()
	if r.reported == nil {
		r.reported = map[string]*desired.Reported{}
	}
	if c.Deleted || err != nil {
		delete(r.reported, strings.TrimPrefix(c.Key, desired.ReportedPrefix))
	} else {
		r.reported[v.Site] = &v
	}
	r.mu.Unlock()
	r.stir()
}

func (r *runner) reportsListed() {
	r.mu.Lock()
	r.listed = true
	r.mu.Unlock()
	r.stir()
}

func (r *runner) forgetReports() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.reported, r.listed = nil, false
}

func (r *runner) stir() {
	select {
	case r.wake <- struct{}{}:
	default: // it will wake
	}
}

// stepAll carries every rollout a step further, if it is this member's turn and all reports are known.
func (r *runner) stepAll(ctx context.Context) {
	mine, err := r.book.turn(ctx)
	if err != nil {
		return // another's turn, or the store is away: membership says so
	}
	for _, e := range r.due() {
		_ = r.step(ctx, mine, e) // somebody was faster, or the store is away: it is tried again, and keeps no other rollout from its step
	}
}

// due returns the rollouts on their way; none before the reports are known.
func (r *runner) due() (list []kv.Entry) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.listed {
		return nil
	}
	for _, e := range r.active {
		list = append(list, e)
	}
	return list
}

// step is one of one rollout. The reports may not change meanwhile, which are pointers to values that never do.
func (r *runner) step(ctx context.Context, mine kv.Check, e kv.Entry) error {
	r.mu.Lock()
	reported := make(map[string]*desired.Reported, len(r.reported))
	for site, report := range r.reported {
		reported[site] = report
	}
	r.mu.Unlock()
	return r.book.step(ctx, mine, e, reported)
}

// errTurn says that another member carries the rollouts on.
var errTurn = errors.New("it is another member's turn")

// turn takes the turn, or finds that this member has it: what holds for as long as that is so.
func (b *Book) turn(ctx context.Context) (kv.Check, error) {
	lease, ok := b.o.Lease()
	if !ok {
		return kv.Check{}, kv.ErrLease
	}
	e, err := b.o.Store.Get(ctx, TurnKey)
	if err == nil {
		if string(e.Value) != b.me {
			return kv.Check{}, errTurn
		}
		return kv.Check{Key: TurnKey, Version: e.Version}, nil
	}
	if !errors.Is(err, kv.ErrNotFound) {
		return kv.Check{}, err
	}
	version, err := b.o.Store.Commit(ctx, kv.Txn{If: []kv.Check{{Key: TurnKey}}, Put: []kv.Put{{Key: TurnKey, Value: []byte(b.me), Lease: lease}}})
	return kv.Check{Key: TurnKey, Version: version}, err
}
