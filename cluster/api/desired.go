package api

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/holdfast-edge/holdfast/cluster/access"
	"github.com/holdfast-edge/holdfast/cluster/desired"
	"github.com/holdfast-edge/holdfast/cluster/link"
	"github.com/holdfast-edge/holdfast/cluster/link/wire"
	"github.com/holdfast-edge/holdfast/internal/openapi"
)

// Configuration is what a site shall run.
type Configuration struct {
	Files  []link.File  `json:"files" doc:"As in a directory of a site's configuration. {{name}} stands for a parameter or label of the site where templates is set."`
	Policy *link.Policy `json:"policy,omitempty" doc:"How it is brought in; the site's own where it is missing."`
	// Templates has placeholders filled in.
	Templates bool `json:"templates,omitempty" doc:"Fill in {{name}}, by the site's parameters, then labels; {{site}} is its name."`
	DryRun    bool `json:"dry_run,omitempty" doc:"Change nothing: ask the site itself what it would make of it."`
}

// Applied is what became of a configuration.
type Applied struct {
	Site       string          `json:"site"`
	Generation uint64          `json:"generation" doc:"The number; 0 of a dry run."`
	Digest     string          `json:"digest"`
	Changed    bool            `json:"changed" doc:"It differs from what the site was to run."`
	Answer     json.RawMessage `json:"answer,omitempty" doc:"Of the site, to a dry run."`
}

type configurationInput struct {
	SiteInput

	Body Configuration
}

type numberInput struct {
	SiteInput

	Number uint64 `path:"number"`
}

func (s *Server) describeDesired(api huma.API) {
	openapi.Register(api, operation(http.MethodPut, "/api/v1/sites/{site}/desired", "apply-configuration", "desired state", "Say what a site shall run"), s.apply)
	openapi.Register(api, operation(http.MethodGet, "/api/v1/sites/{site}/desired", "show-desired", "desired state", "What a site shall run, with its files"), s.showDesired)
	openapi.Register(api, operation(http.MethodGet, "/api/v1/sites/{site}/generations", "list-generations", "desired state", "What a site was ever to run"), s.listGenerations)
	openapi.Register(api, operation(http.MethodGet, "/api/v1/sites/{site}/generations/{number}", "show-generation", "desired state", "One generation, with its files"), s.showGeneration)
	openapi.Register(api, operation(http.MethodPost, "/api/v1/sites/{site}/generations/{number}/revert", "revert-to", "desired state", "Make an earlier generation the next one"), s.revertTo)
}

func (s *Server) apply(ctx context.Context, in *configurationInput) (*body[Applied], error) {
	if err := s.may(ctx, access.Engineer, in.Site, "apply"); err != nil {
		return nil, err
	}
	site, err := s.o.Sites.Site(ctx, in.Site)
	if err != nil {
		return nil, problem(err)
	}
	files := in.Body.Files
	if in.Body.Templates {
		if files, err = desired.Fill(files, site); err != nil {
			return nil, huma.Error422UnprocessableEntity(err.Error())
		}
	}
	bundle, err := s.o.Desired.Pack(ctx, files)
	if err != nil {
		return nil, problem(err)
	}
	if in.Body.DryRun {
		return s.dryRun(ctx, in.Site, bundle)
	}
	before, _ := s.o.Desired.Current(ctx, in.Site) // none is none
	g, err := s.o.Desired.Set(ctx, desired.Change{Site: in.Site, Bundle: bundle, By: who(ctx).Name, Source: "apply", Policy: in.Body.Policy})
	if err != nil {
		return nil, problem(err)
	}
	return &body[Applied]{Applied{Site: in.Site, Generation: g.Number, Digest: g.Digest, Changed: g.Number != before.Number}}, nil
}

// askWithin is how long a site has to answer.
const askWithin = 20 * time.Second

func (s *Server) dryRun(ctx context.Context, site string, bundle []byte) (*body[Applied], error) {
	a := Applied{Site: site, Digest: link.Digest(bundle)}
	before, err := s.o.Desired.Current(ctx, site)
	a.Changed = err != nil || before.Digest != a.Digest
	ctx, cancel := context.WithTimeout(ctx, askWithin)
	defer cancel()
	var answer []byte
	err = s.o.Gateway.Ask(ctx, site, &wire.Ask{Question: &wire.Ask_DryRun{DryRun: &wire.DryRun{Bundle: bundle, Digest: a.Digest}}}, func(part []byte) error {
		answer = append(answer, part...)
		return nil
	})
	if json.Valid(answer) {
		a.Answer = answer
	}
	return &body[Applied]{a}, problem(err)
}

// GenerationFiles is a generation with its files.
type GenerationFiles struct {
	desired.Generation

	Files []link.File `json:"files,omitempty"`
}

func (s *Server) showDesired(ctx context.Context, in *SiteInput) (*body[GenerationFiles], error) {
	if err := s.may(ctx, access.Viewer, in.Site, "show desired"); err != nil {
		return nil, err
	}
	g, err := s.o.Desired.Current(ctx, in.Site)
	if err != nil {
		return nil, problem(err)
	}
	return s.withFiles(ctx, g)
}

func (s *Server) withFiles(ctx context.Context, g desired.Generation) (*body[GenerationFiles], error) {
	bundle, err := s.o.Desired.Bundle(ctx, g.Digest)
	if err != nil {
		return nil, problem(err)
	}
	files, err := link.DecodeBundle(bundle)
	return &body[GenerationFiles]{GenerationFiles{g, files}}, problem(err)
}

func (s *Server) listGenerations(ctx context.Context, in *SiteInput) (*body[[]desired.Generation], error) {
	if err := s.may(ctx, access.Viewer, in.Site, "list generations"); err != nil {
		return nil, err
	}
	list, err := s.o.Desired.History(ctx, in.Site)
	if list == nil {
		list = []desired.Generation{}
	}
	return &body[[]desired.Generation]{list}, problem(err)
}

// generation finds one of a site's generations.
func (s *Server) generation(ctx context.Context, site string, number uint64) (desired.Generation, error) {
	list, err := s.o.Desired.History(ctx, site)
	for _, g := range list {
		if g.Number == number {
			return g, nil
		}
	}
	if err == nil {
		err = huma.Error404NotFound("there is no such generation")
	}
	return desired.Generation{}, problem(err)
}

func (s *Server) showGeneration(ctx context.Context, in *numberInput) (*body[GenerationFiles], error) {
	if err := s.may(ctx, access.Viewer, in.Site, "show generation"); err != nil {
		return nil, err
	}
	g, err := s.generation(ctx, in.Site, in.Number)
	if err != nil {
		return nil, err
	}
	return s.withFiles(ctx, g)
}

func (s *Server) revertTo(ctx context.Context, in *numberInput) (*body[Applied], error) {
	if err := s.may(ctx, access.Engineer, in.Site, "revert"); err != nil {
		return nil, err
	}
	old, err := s.generation(ctx, in.Site, in.Number)
	if err != nil {
		return nil, err
	}
	bundle, err := s.o.Desired.Bundle(ctx, old.Digest)
	if err != nil {
		return nil, problem(err)
	}
	g, err := s.o.Desired.Set(ctx, desired.Change{Site: in.Site, Bundle: bundle, By: who(ctx).Name, Source: "revert"})
	return &body[Applied]{Applied{Site: in.Site, Generation: g.Number, Digest: g.Digest, Changed: true}}, problem(err)
}
