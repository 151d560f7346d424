package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/holdfast-edge/holdfast/cluster/access"
	"github.com/holdfast-edge/holdfast/cluster/artefacts"
	"github.com/holdfast-edge/holdfast/cluster/link"
	"github.com/holdfast-edge/holdfast/internal/openapi"
)

const artefactsPath = "/api/v1/artefacts"

type putArtefactInput struct {
	Name     string         `query:"name" required:"true" maxLength:"63" doc:"For people." example:"pump-model.wasm"`
	Kind     artefacts.Kind `query:"kind" required:"true" enum:"wasm,program"`
	Version  string         `query:"version" maxLength:"63" doc:"Of a program, as it says itself."`
	Platform string         `query:"platform" maxLength:"65" doc:"Of a program." example:"linux/arm64"`
	RawBody  []byte         `contentType:"application/octet-stream"`
}

type removeArtefactInput struct {
	Digest string `path:"digest" pattern:"^[0-9a-f]{64}$"`
	Force  bool   `query:"force" doc:"Although sites were told to use it."`
}

func (s *Server) describeArtefacts(api huma.API) {
	put := operation(http.MethodPost, artefactsPath, "put-artefact", "artefacts", "Keep a WebAssembly module, or a version of the node's program, for sites to fetch")
	put.Description = "An admin puts programs, an engineer modules. The same octets again are the same artefact."
	put.MaxBodyBytes, put.BodyReadTimeout = link.MaxArtefact, 10*time.Minute
	openapi.Register(api, put, s.putArtefact)
	openapi.Register(api, operation(http.MethodGet, artefactsPath, "list-artefacts", "artefacts", "What sites may be told to use"), s.listArtefacts)
	openapi.Register(api, operation(http.MethodDelete, artefactsPath+"/{digest}", "remove-artefact", "artefacts", "Forget an artefact"), s.removeArtefact)
}

func (s *Server) putArtefact(ctx context.Context, in *putArtefactInput) (*body[artefacts.Artefact], error) {
	role := access.Engineer
	if in.Kind == artefacts.Program { // it can do all that a node can
		role = access.Admin
	}
	if err := s.may(ctx, role, "", "put artefact"); err != nil {
		return nil, err
	}
	a, err := s.o.Artefacts.Put(ctx, artefacts.Artefact{
		Name: in.Name, Kind: in.Kind, Version: in.Version, Platform: in.Platform, By: who(ctx).Name,
	}, in.RawBody)
	return &body[artefacts.Artefact]{a}, problem(err)
}

func (s *Server) listArtefacts(ctx context.Context, _ *struct{}) (*body[[]artefacts.Artefact], error) {
	if err := s.may(ctx, access.Viewer, "", "list artefacts"); err != nil {
		return nil, err
	}
	list, err := s.o.Artefacts.List(ctx)
	if list == nil {
		list = []artefacts.Artefact{}
	}
	return &body[[]artefacts.Artefact]{list}, problem(err)
}

func (s *Server) removeArtefact(ctx context.Context, in *removeArtefactInput) (*struct{}, error) {
	if err := s.may(ctx, access.Admin, "", "remove artefact"); err != nil {
		return nil, err
	}
	return nil, problem(s.o.Artefacts.Remove(ctx, in.Digest, in.Force, who(ctx).Name))
}
