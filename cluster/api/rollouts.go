package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/holdfast-edge/holdfast/cluster/access"
	"github.com/holdfast-edge/holdfast/cluster/link"
	"github.com/holdfast-edge/holdfast/cluster/rollout"
	"github.com/holdfast-edge/holdfast/cluster/upgrades"
	"github.com/holdfast-edge/holdfast/internal/openapi"
)

// NewRollout is a configuration for many sites.
type NewRollout struct {
	Files       []link.File `json:"files,omitempty" doc:"As in a directory of a site's configuration."`
	Program     *NewProgram `json:"program,omitempty" doc:"A version of the program instead of files."`
	Selector    string      `json:"selector" doc:"The sites, by name and labels." example:"region=eu"`
	Templates   bool        `json:"templates,omitempty" doc:"Fill in {{name}} by each site's parameters and labels."`
	Canary      int         `json:"canary,omitempty" minimum:"1" default:"1" doc:"How many sites have to confirm it before any other is told."`
	Wave        int         `json:"wave,omitempty" minimum:"1" default:"10" doc:"How many sites are told at once afterwards."`
	MaxFailures int         `json:"max_failures,omitempty" minimum:"0" doc:"It stops when more sites than this have failed."`
	Within      int         `json:"within_seconds,omitempty" minimum:"1" default:"900" doc:"A site that has said nothing for so long has failed."`
}

// NewProgram is a version of the node's program for many sites.
type NewProgram struct {
	Version string              `json:"version,omitempty" doc:"Of which each site gets the artefact for its platform."`
	Digest  string              `json:"digest,omitempty" doc:"Or this artefact and no other." pattern:"^[0-9a-f]{64}$"`
	Policy  *link.ProgramPolicy `json:"policy,omitempty" doc:"How it is brought in; a minute's health and five minutes for the cloud to see it where it is missing."`
}

// wanted is what is rolled out.
func (p NewProgram) wanted() *upgrades.Wanted {
	w := upgrades.Wanted{Version: p.Version, Digest: p.Digest, Policy: link.DefaultProgramPolicy()}
	if p.Policy != nil {
		w.Policy = *p.Policy
	}
	return &w
}

type rolloutInput struct {
	ID string `path:"id"`
}

type orderInput struct {
	ID   string `path:"id"`
	Verb string `path:"verb" enum:"pause,resume,abort"`
}

func (s *Server) describeRollouts(api huma.API) {
	openapi.Register(api, operation(http.MethodPost, "/api/v1/rollouts", "begin-rollout", "rollouts", "Bring a configuration, or a version of the program, to many sites: a canary, then waves"), s.beginRollout)
	openapi.Register(api, operation(http.MethodGet, "/api/v1/rollouts", "list-rollouts", "rollouts", "Every rollout, with what came of it at each site"), s.listRollouts)
	openapi.Register(api, operation(http.MethodGet, "/api/v1/rollouts/{id}", "show-rollout", "rollouts", "A rollout"), s.showRollout)
	openapi.Register(api, operation(http.MethodPost, "/api/v1/rollouts/{id}/{verb}", "order-rollout", "rollouts", "Pause, resume or abort a rollout"), s.orderRollout)
}

func (s *Server) beginRollout(ctx context.Context, in *body[NewRollout]) (*body[rollout.Rollout], error) {
	chosen, err := s.choose(ctx, in.Body.Selector, access.Engineer)
	if err != nil {
		return nil, problem(err)
	}
	p := rollout.Plan{
		Selector: in.Body.Selector, Templates: in.Body.Templates, Canary: in.Body.Canary, Wave: in.Body.Wave,
		MaxFailures: in.Body.MaxFailures, Within: time.Duration(in.Body.Within) * time.Second,
	}
	if in.Body.Program != nil {
		if len(in.Body.Files) > 0 || p.Templates {
			return nil, huma.Error422UnprocessableEntity("a rollout is of files, or of a version of the program")
		}
		p.Program = in.Body.Program.wanted()
		r, err := s.o.Rollouts.BeginUpgrade(ctx, p, chosen, who(ctx).Name)
		return &body[rollout.Rollout]{r}, problem(err)
	}
	r, err := s.o.Rollouts.Begin(ctx, p, in.Body.Files, chosen, who(ctx).Name)
	return &body[rollout.Rollout]{r}, problem(err)
}

func (s *Server) listRollouts(ctx context.Context, _ *struct{}) (*body[[]rollout.Rollout], error) {
	if err := s.may(ctx, access.Viewer, "", "list rollouts"); err != nil {
		return nil, err
	}
	list, err := s.o.Rollouts.List(ctx)
	if list == nil {
		list = []rollout.Rollout{}
	}
	return &body[[]rollout.Rollout]{list}, problem(err)
}

func (s *Server) showRollout(ctx context.Context, in *rolloutInput) (*body[rollout.Rollout], error) {
	if err := s.may(ctx, access.Viewer, "", "show rollout"); err != nil {
		return nil, err
	}
	r, err := s.o.Rollouts.Rollout(ctx, in.ID)
	return &body[rollout.Rollout]{r}, problem(err)
}

func (s *Server) orderRollout(ctx context.Context, in *orderInput) (*body[rollout.Rollout], error) {
	if err := s.may(ctx, access.Engineer, "", in.Verb+" rollout"); err != nil {
		return nil, err
	}
	r, err := s.o.Rollouts.Order(ctx, in.ID, in.Verb, who(ctx).Name)
	return &body[rollout.Rollout]{r}, problem(err)
}
