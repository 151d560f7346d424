package reconcile

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/holdfast-edge/holdfast/store/state"
)

// State is where a change is on its way.
type State string

// The states of a change. The last three are ends.
const (
	Holding    State = "holding"    // the plant's interlock forbids it
	Restarting State = "restarting" // the node restarts to enter it
	Entering   State = "entering"
	Trying     State = "trying"    // it runs, for the window of its gate
	Awaiting   State = "awaiting"  // it runs, and whoever proposed it must confirm it
	Reverting  State = "reverting" // what ran before is being entered
	Confirmed  State = "confirmed"
	Reverted   State = "reverted"
	Withdrawn  State = "withdrawn" // it was never entered
)

// Ended reports whether the change has come to an end.
func (s State) Ended() bool { return s == Confirmed || s == Reverted || s == Withdrawn }

// Change is one change of the configuration, on its way or at its end.
type Change struct {
	Generation uint64        `json:"generation"`
	Before     uint64        `json:"before" doc:"The generation that ran, and runs again if this one is reverted."`
	Digest     string        `json:"digest" doc:"SHA-256 of the canonical configuration."`
	Origin     string        `json:"origin" doc:"Who proposed it."`
	State      State         `json:"state" enum:"holding,restarting,entering,trying,awaiting,reverting,confirmed,reverted,withdrawn"`
	Reason     string        `json:"reason,omitempty" doc:"Why it waits, or ended as it did."`
	Proposed   time.Time     `json:"proposed"`
	Since      time.Time     `json:"since" doc:"When it came into its state."`
	Gate       Gate          `json:"gate" doc:"What it is judged by."`
	Hold       time.Duration `json:"hold_ns" doc:"How long the interlock may hold it."`
	Confirm    time.Duration `json:"confirm_ns" doc:"Within this, from its entering on, it must be confirmed from outside; 0: it confirms itself."`
	Restart    bool          `json:"restart" doc:"The node starts anew to enter it."`
	Touched    []string      `json:"touched" doc:"What it changes."`
}

// Where the records lie in the state: the change on trial, and those that ended.
const (
	space     = "reconcile"
	trialKey  = "trial"
	healthKey = "health" // before a restart
	endsSpace = "reconcile-ends"
)

// keptEnds is how many ended changes are remembered.
const keptEnds = 50

// records is what the state keeps of changes.
type records struct{ state *state.State }

// Begin tells a process that starts what a change on trial means for it: the
// generation that it must run, 0 where that is the running one, and whether the
// change goes on, since it asked for this start. It must be called once, before
// anything runs.
func Begin(s *state.State) (run uint64, resumed bool, err error) {
	r := records{s}
	c, err := r.trial()
	if err != nil { // it cannot be read: what it was about is not to be trusted
		g, err := s.Confirmed()
		if err != nil {
			return 0, false, s.Remove(space, trialKey)
		}
		return g.Number, false, errors.Join(s.Run(g.Number), s.Remove(space, trialKey))
	}
	switch {
	case c == nil, c.State == Holding:
		return 0, false, nil
	case c.State.Ended(): // and the process before this one, before all of that was on the disk
		return 0, false, r.end(c)
	case c.State == Restarting:
		c.State = Trying // a process that dies from here on was not asked for
		return c.Generation, true, errors.Join(r.keep(c), s.Run(c.Generation))
	}
	return c.Before, false, s.Run(c.Before)
}

// Drop ends the change on trial, if there is one, since something else decided
// what runs.
func Drop(s *state.State, reason string, now time.Time) error {
	r := records{s}
	c, err := r.trial()
	if err != nil || c == nil { // one that cannot be read is ended, too
		return s.Remove(space, trialKey)
	}
	if !c.State.Ended() {
		c.State, c.Reason, c.Since = Withdrawn, reason, now.UTC()
	}
	return r.end(c)
}

func (r records) trial() (*Change, error) {
	document, err := r.state.Document(space, trialKey)
	if errors.Is(err, state.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var c Change
	if err := json.Unmarshal(document, &c); err != nil {
		return nil, fmt.Errorf("read the change on trial: %w", err)
	}
	return &c, nil
}

func (r records) keep(c *Change) error {
	document, err := json.Marshal(c)
	if err != nil {
		return err
	}
	return r.state.Put(space, trialKey, document)
}

// keepHealth keeps how the node was before a restart.
func (r records) keepHealth(h Health) error {
	document, err := json.Marshal(h)
	if err != nil {
		return err
	}
	return r.state.Put(space, healthKey, document)
}

// health returns what was kept. Where nothing can be read, nothing was good, and
// everything is new.
func (r records) health() (h Health) {
	document, err := r.state.Document(space, healthKey)
	if err != nil || json.Unmarshal(document, &h) != nil {
		return Health{}
	}
	return h
}

// end carries out what the end of a change means, keeps how it ended, and lets the
// oldest go. The record of the trial, which tells the end already, goes last: a
// process that dies on the way leaves the rest to the next one, and nobody hears
// that a generation is confirmed which the next start would revert.
func (r records) end(c *Change) error {
	document, err := json.Marshal(c)
	if err != nil {
		return err
	}
	if c.State == Confirmed {
		if err := r.state.Confirm(c.Generation); err != nil {
			return err
		}
	}
	if err := r.state.Put(endsSpace, key(c), document); err != nil {
		return err
	}
	if err := errors.Join(r.state.Remove(space, trialKey), r.state.Remove(space, healthKey)); err != nil {
		return err
	}
	ends, err := r.ends()
	for err == nil && len(ends) > keptEnds {
		err = r.state.Remove(endsSpace, key(&ends[0]))
		ends = ends[1:]
	}
	return err
}

// key sorts ends by generation and, where one was proposed again, by time.
func key(c *Change) string {
	return fmt.Sprintf("%020d %020d", c.Generation, c.Proposed.UnixNano())
}

// ends lists the changes that ended, the oldest first.
func (r records) ends() ([]Change, error) {
	documents, err := r.state.Documents(endsSpace)
	if err != nil {
		return nil, err
	}
	all := make([]Change, 0, len(documents))
	for _, document := range documents {
		var c Change
		if json.Unmarshal(document, &c) == nil {
			all = append(all, c)
		}
	}
	slices.SortFunc(all, func(a, b Change) int { return a.Proposed.Compare(b.Proposed) })
	return all, nil
}
