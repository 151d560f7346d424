// Package rollout brings a configuration, or a version of the program, to many sites: first to a canary, then wave by wave, and
// stops by itself when too many sites refuse or revert it. A rollout is in the store, and any member that is alive carries it on.
//
//	canary ──all confirmed──▶ waves ──all ended──▶ done
//	   │  ▲                     │  ▲
//	   │  └──── paused ◀────────┘  │     (by a person, and back)
//	   └── too many failures ──▶ stopped;  by a person ──▶ aborted
//
// What comes of the sites that were told is followed to its end, though the rollout is paused or has ended: its history says of
// each what it made of it.
package rollout

import (
	"time"

	"github.com/holdfast-edge/holdfast/cluster/commands"
	"github.com/holdfast-edge/holdfast/cluster/desired"
	"github.com/holdfast-edge/holdfast/cluster/upgrades"
)

// State is where a rollout stands.
type State string

// The states. The last three are ends.
const (
	Canary  State = "canary"
	Waves   State = "waves"
	Paused  State = "paused"
	Done    State = "done"
	Stopped State = "stopped" // too many sites have failed
	Aborted State = "aborted"
)

// Active tells whether a member has to carry the rollout on.
func (s State) Active() bool { return s == Canary || s == Waves }

// Ended tells whether nothing will happen any more.
func (s State) Ended() bool { return s == Done || s == Stopped || s == Aborted }

// SiteState is where a rollout stands at one site.
type SiteState string

// The states of a site. The last two are ends.
const (
	Waiting   SiteState = "waiting"
	Begun     SiteState = "begun" // it is to have the generation, which may not be there yet
	Confirmed SiteState = "confirmed"
	Failed    SiteState = "failed" // refused, reverted, or silent for too long
)

// Place is one site of a rollout.
type Place struct {
	Name       string    `json:"name"`
	State      SiteState `json:"state"`
	Generation uint64    `json:"generation,omitempty"`
	Command    string    `json:"command,omitempty" doc:"Key of the command of an upgrade."`
	Begun      time.Time `json:"begun,omitzero"`
	Reason     string    `json:"reason,omitempty"`

	Outcome commands.State `json:"outcome,omitempty" doc:"Of the command of an upgrade."`
}

// Plan is what somebody wants rolled out.
type Plan struct {
	Selector    string        `json:"selector" doc:"The sites, by name and labels."`
	Templates   bool          `json:"templates,omitempty" doc:"Fill in {{name}} by each site's parameters and labels."`
	Canary      int           `json:"canary" minimum:"1" default:"1" doc:"How many sites have to confirm it before any other is told."`
	Wave        int           `json:"wave" minimum:"1" default:"10" doc:"How many sites are told at once afterwards."`
	MaxFailures int           `json:"max_failures" minimum:"0" default:"0" doc:"It stops when more sites than this have failed."`
	Within      time.Duration `json:"within_ns" doc:"A site that has said nothing for so long has failed. An upgrade is not begun after it."`

	Program *upgrades.Wanted `json:"program,omitempty" doc:"A version of the program instead of a configuration."`
}

// Rollout is a plan on its way.
type Rollout struct {
	Plan

	ID      string    `json:"id"`
	Bundle  string    `json:"bundle,omitempty" doc:"Digest of the configuration, with its placeholders."`
	By      string    `json:"by"`
	Created time.Time `json:"created"`
	State   State     `json:"state"`
	Before  State     `json:"before,omitempty" doc:"The state that resume goes back to."`
	Reason  string    `json:"reason,omitempty"`
	Changed time.Time `json:"changed"`
	Sites   []Place   `json:"sites" doc:"In the order in which they are told."`
}

// Count returns how many sites are in a state.
func (r *Rollout) Count(s SiteState) (n int) {
	for i := range r.Sites {
		if r.Sites[i].State == s {
			n++
		}
	}
	return n
}

// Step takes in what sites report and says whose turn it is; it reports whether anything is different. It has no clock and
// touches nothing: what it says is done by whoever calls it, after the rollout is in the store.
func (r *Rollout) Step(reported map[string]*desired.Reported, now time.Time) (changed bool) {
	return r.step(func(s *Place) bool { return s.take(reported[s.Name], now, r.Within) }, now)
}

// StepUpgrade is Step for a version of the program: what came of it is the outcome of a site's command.
func (r *Rollout) StepUpgrade(outcomes map[string]commands.Command, now time.Time) (changed bool) {
	return r.step(func(s *Place) bool { return s.settle(outcomes[s.Name]) }, now)
}

func (r *Rollout) step(take func(*Place) bool, now time.Time) (changed bool) {
	for i := range r.Sites {
		changed = take(&r.Sites[i]) || changed
	}
	if !r.State.Active() {
		return changed
	}
	if failed := r.Count(Failed); failed > r.MaxFailures {
		r.end(Stopped, "too many sites have failed", now)
		return true
	}
	if r.Count(Begun) > 0 {
		return changed
	}
	return r.advance(now) || changed
}

// followed tells whether something is still to come: of the rollout, or of a site that was told, or may have been.
func (r *Rollout) followed() bool { return r.State.Active() || r.Count(Begun) > 0 }

// take is one site's report.
func (s *Place) take(reported *desired.Reported, now time.Time, within time.Duration) bool {
	if s.State != Begun || s.Generation == 0 {
		return false
	}
	switch {
	case reported != nil && reported.Confirmed == s.Generation:
		s.State = Confirmed
	case reported != nil && reported.Target == s.Generation && (reported.Phase == "reverted" || reported.Phase == "refused"):
		s.State, s.Reason = Failed, reported.Phase+": "+reported.Reason
	case reported != nil && reported.Target > s.Generation:
		s.State, s.Reason = Failed, "something else was rolled out there meanwhile"
	case within > 0 && now.Sub(s.Begun) > within:
		s.State, s.Reason = Failed, "it has not said in time what it made of it"
		if reported != nil && reported.Target == s.Generation && reported.Reason != "" {
			s.Reason += "; " + reported.Phase + ": " + reported.Reason
		}
	default:
		return false
	}
	return true
}

// forgotten is the outcome of a command that is kept no longer.
const forgotten commands.State = "forgotten"

// settle is the command of one site. One of which nobody can tell what came has failed: no other site is told because of it,
// until the site comes back and tells better.
func (s *Place) settle(c commands.Command) bool {
	if !s.unsettled() || c.Key != s.Command || !c.State.Terminal() || c.State == s.Outcome {
		return false
	}
	s.State, s.Outcome, s.Reason = Confirmed, c.State, ""
	if c.State != commands.Done {
		s.State, s.Reason = Failed, string(c.State)+": "+c.Detail
	}
	return true
}

// unsettled tells whether the outcome of a site's command is still to come, or may be told better.
func (s *Place) unsettled() bool {
	return s.Command != "" && (s.State == Begun || s.State == Failed && s.Outcome == commands.Unknown)
}

// told tells whether a site that was begun has its generation, or its command.
func (s *Place) told() bool { return s.Generation > 0 || s.Command != "" }

// advance begins the next sites, when all that were begun have ended: canaries until so many have confirmed it, then waves.
func (r *Rollout) advance(now time.Time) bool {
	next := r.Canary - r.Count(Confirmed)
	if next <= 0 {
		next, r.State = r.Wave, Waves
	}
	begun := 0
	for i := range r.Sites {
		if s := &r.Sites[i]; s.State == Waiting && begun < next {
			s.State, s.Begun = Begun, now
			begun++
		}
	}
	if begun == 0 {
		r.end(Done, "", now)
	}
	return true
}

func (r *Rollout) end(s State, reason string, now time.Time) {
	r.State, r.Reason, r.Changed = s, reason, now
}
