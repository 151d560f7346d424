package api

import (
	"time"

	"github.com/holdfast-edge/holdfast/cluster/link"
)

// PolicyChange is what changes of how generations are brought in at a site; what is missing stays as it is at the site now,
// also where that is the cloud's standard.
type PolicyChange struct {
	HealthWindow *time.Duration `json:"health_window_ns,omitempty" minimum:"0" doc:"A new generation is watched for so long."`
	MaxBadTags   *float64       `json:"max_bad_tags,omitempty" minimum:"0" maximum:"1" doc:"The share of tags that may be Bad and were not before."`
	MaxRestarts  *int           `json:"max_restarts,omitempty" minimum:"0" doc:"How many restarts there may be while it is watched."`
	ConfirmIn    *time.Duration `json:"confirm_in_ns,omitempty" minimum:"0" doc:"Within this the cloud has to confirm a change of the way to it."`
	HoldFor      *time.Duration `json:"hold_for_ns,omitempty" minimum:"0" doc:"How long the site's interlock may hold it; then it is withdrawn."`
	KeepDrift    *bool          `json:"keep_drift,omitempty" doc:"Whether a local change stays until the next generation."`
}

// over returns a policy with the change made.
func (c *PolicyChange) over(p link.Policy) link.Policy {
	change(&p.HealthWindow, c.HealthWindow)
	change(&p.MaxBadTags, c.MaxBadTags)
	change(&p.MaxRestarts, c.MaxRestarts)
	change(&p.ConfirmIn, c.ConfirmIn)
	change(&p.HoldFor, c.HoldFor)
	change(&p.KeepDrift, c.KeepDrift)
	return p
}

func change[T any](have, to *T) {
	if to != nil {
		*have = *to
	}
}
