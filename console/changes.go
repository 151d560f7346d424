package console

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/holdfast-edge/holdfast/actors/reconcile"
	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/console/access"
	"github.com/holdfast-edge/holdfast/internal/openapi"
	"github.com/holdfast-edge/holdfast/store/state"
)

// configurationBytes bounds a configuration that is sent.
const configurationBytes = 16 << 20

// Change is a change of the configuration, on its way or at its end.
type Change = reconcile.Change

// File is one file of a configuration.
type File struct {
	Name string `json:"name" minLength:"1" doc:"As errors name it; .json is JSON, anything else YAML." example:"site.yaml"`
	Text string `json:"text"`
}

// Proposed is the answer to a proposal.
type Proposed struct {
	Changes []ResourceChange `json:"changes" doc:"What differs from what runs; nothing where the node runs it already."`
	Restart bool             `json:"restart" doc:"The node must start anew for it."`
	Change  *Change          `json:"change,omitempty" doc:"As it begins; nothing for a dry run, or where nothing changes."`
}

// ResourceChange is one resource that is not the same.
type ResourceChange struct {
	Kind string   `json:"kind" example:"devices"`
	Name string   `json:"name,omitempty"`
	Op   string   `json:"op" enum:"added,changed,removed"`
	Keys []string `json:"keys,omitempty" doc:"Of its mapping, that differ."`
}

// Changes is what becomes, and became, of the configuration.
type Changes struct {
	Trial *Change  `json:"trial,omitempty"`
	Ended []Change `json:"ended" doc:"The oldest first."`
}

// Generation is a configuration that was accepted.
type Generation struct {
	Number    uint64    `json:"number"`
	Digest    string    `json:"digest"`
	Origin    string    `json:"origin"`
	Accepted  time.Time `json:"accepted"`
	Running   bool      `json:"running"`
	Confirmed bool      `json:"confirmed" doc:"It has proven itself last."`
}

// proposalInput proposes a configuration.
type proposalInput struct {
	Body struct {
		Files   []File `json:"files" minItems:"1"`
		Window  *int64 `json:"window_ns,omitempty" minimum:"0" doc:"How long it is tried; as the site says unless given."`
		Hold    *int64 `json:"hold_ns,omitempty" minimum:"0" doc:"How long the interlock may hold it; as the site says unless given."`
		Confirm int64  `json:"confirm_ns,omitempty" minimum:"0" doc:"Within this it must be confirmed, or it is reverted; 0: it confirms itself."`
		DryRun  bool   `json:"dry_run,omitempty" doc:"Check it and tell what it would change, and no more."`
	}
}

// generationInput names a generation.
type generationInput struct {
	Number uint64 `path:"number"`
}

// withdrawalInput takes a change back.
type withdrawalInput struct {
	Number uint64 `path:"number"`
	Body   struct {
		Reason string `json:"reason" minLength:"1"`
	}
}

func (s *Server) describeChanges(api huma.API) {
	o := operation(http.MethodPost, "/api/v1/changes", "propose-change", "configuration", "Change the configuration")
	o.Description = "The configuration is checked as a whole, entered, watched for the window, and then confirmed; or what ran before runs again. " +
		"Only what differs is touched. One change is on trial at a time."
	o.Errors = []int{http.StatusConflict, http.StatusUnprocessableEntity}
	o.MaxBodyBytes = configurationBytes
	openapi.Register(api, o, s.propose)
	openapi.Register(api, operation(http.MethodGet, "/api/v1/changes", "list-changes", "configuration", "The change on trial, and those that ended"), s.listChanges)
	o = operation(http.MethodPost, "/api/v1/changes/{number}/confirm", "confirm-change", "configuration", "Confirm the change on trial, where it waits for that")
	o.Errors = []int{http.StatusConflict}
	openapi.Register(api, o, func(_ context.Context, in *generationInput) (*struct{}, error) {
		return nil, changeProblem(s.options.Node.Confirm(in.Number))
	})
	o = operation(http.MethodPost, "/api/v1/changes/{number}/withdraw", "withdraw-change", "configuration", "Take the change on trial back")
	o.Errors = []int{http.StatusConflict}
	openapi.Register(api, o, func(ctx context.Context, in *withdrawalInput) (*struct{}, error) {
		return nil, changeProblem(s.options.Node.Withdraw(in.Number, in.Body.Reason+" ("+access.UserOf(ctx)+")"))
	})
	openapi.Register(api, operation(http.MethodGet, "/api/v1/generations", "list-generations", "configuration", "The configurations that are kept"), s.listGenerations)
	o = operation(http.MethodGet, "/api/v1/generations/{number}", "show-generation", "configuration", "One configuration, canonical, with secrets as references")
	o.Errors = []int{http.StatusNotFound}
	openapi.Register(api, o, s.showGeneration)
}

func (s *Server) propose(ctx context.Context, in *proposalInput) (*body[Proposed], error) {
	p := Proposal{
		Origin: "api " + access.UserOf(ctx), Window: duration(in.Body.Window), Hold: duration(in.Body.Hold),
		Confirm: time.Duration(in.Body.Confirm), DryRun: in.Body.DryRun,
	}
	for _, f := range in.Body.Files {
		p.Sources = append(p.Sources, config.Source{Name: f.Name, Data: []byte(f.Text)})
	}
	checked, change, err := s.options.Node.Propose(p)
	s.options.Logger.Info("change proposed", "by", p.Origin, "generation", change.Generation, "dry_run", p.DryRun, "error", err)
	if err != nil {
		return nil, changeProblem(err)
	}
	answer := Proposed{Changes: []ResourceChange{}, Restart: checked.Restart}
	for _, c := range checked.Changes {
		answer.Changes = append(answer.Changes, ResourceChange{string(c.Kind), c.Name, string(c.Op), c.Keys})
	}
	if change.Generation > 0 {
		answer.Change = &change
	}
	return &body[Proposed]{answer}, nil
}

func duration(ns *int64) *time.Duration {
	if ns == nil {
		return nil
	}
	d := time.Duration(*ns)
	return &d
}

// changeProblem is an error as the API gives it: each mistake of a configuration
// apart, with its place and its fix.
func changeProblem(err error) error {
	if err == nil {
		return nil
	}
	if errors.Is(err, reconcile.ErrBusy) || errors.Is(err, reconcile.ErrNoTrial) {
		return huma.Error409Conflict(err.Error())
	}
	wrong, ok := errors.AsType[config.Errors](err)
	if !ok {
		return huma.Error422UnprocessableEntity(err.Error())
	}
	var details []error
	for _, e := range wrong {
		details = append(details, &huma.ErrorDetail{Message: e.Error(), Location: e.Path})
	}
	return huma.Error422UnprocessableEntity("the configuration is not accepted: "+strconv.Itoa(len(wrong))+" mistakes", details...)
}

func (s *Server) listChanges(context.Context, *struct{}) (*body[Changes], error) {
	trial, ended, err := s.options.Node.Changes()
	if err != nil {
		return nil, huma.Error503ServiceUnavailable(err.Error())
	}
	return &body[Changes]{Changes{trial, some(ended)}}, nil
}

func (s *Server) listGenerations(context.Context, *struct{}) (*body[[]Generation], error) {
	all, running, confirmed, err := s.options.Node.Generations()
	if err != nil {
		return nil, huma.Error503ServiceUnavailable(err.Error())
	}
	list := []Generation{}
	for _, g := range all {
		list = append(list, Generation{
			Number: g.Number, Digest: g.Digest.String(), Origin: g.Origin, Accepted: g.Accepted,
			Running: g.Number == running, Confirmed: g.Number == confirmed,
		})
	}
	return &body[[]Generation]{list}, nil
}

func (s *Server) showGeneration(_ context.Context, in *generationInput) (*body[json.RawMessage], error) {
	document, err := s.options.Node.Generation(in.Number)
	switch {
	case errors.Is(err, state.ErrNotFound):
		return nil, huma.Error404NotFound("generation " + strconv.FormatUint(in.Number, 10) + " is not kept")
	case err != nil:
		return nil, huma.Error503ServiceUnavailable(err.Error())
	}
	return &body[json.RawMessage]{document}, nil
}
