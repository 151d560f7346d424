package api

import (
	"context"
	"errors"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/holdfast-edge/holdfast/cluster/access"
	"github.com/holdfast-edge/holdfast/cluster/audit"
	"github.com/holdfast-edge/holdfast/internal/openapi"
)

// Token is a new API token.
type Token struct {
	access.Principal

	Token string `json:"token" doc:"It is told this once."`
}

type auditInput struct {
	Day   string `query:"day" doc:"UTC; today where it is missing." example:"2026-11-28"`
	Limit int    `query:"limit" default:"200" minimum:"1" maximum:"10000" doc:"The last so many."`
}

type idInput struct {
	ID string `path:"id" pattern:"^[A-Za-z0-9_-]{8}$"`
}

func (s *Server) describeAccess(api huma.API) {
	openapi.Register(api, operation(http.MethodGet, "/api/v1/tokens", "list-tokens", "access", "Who has API tokens"), s.listTokens)
	openapi.Register(api, operation(http.MethodPost, "/api/v1/tokens", "make-token", "access", "Make an API token"), s.makeKey)
	openapi.Register(api, operation(http.MethodDelete, "/api/v1/tokens/{id}", "remove-token", "access", "End an API token"), s.removeKey)
	openapi.Register(api, operation(http.MethodGet, "/api/v1/audit", "list-audit", "access", "Who did what, on a day"), s.listAudit)
	openapi.Register(api, operation(http.MethodGet, "/api/v1/audit/verify", "verify-audit", "access", "Which audit records were changed or removed"), s.verifyAudit)
}

func (s *Server) listTokens(ctx context.Context, _ *struct{}) (*body[[]access.Principal], error) {
	if err := s.may(ctx, access.Admin, "", "list tokens"); err != nil {
		return nil, err
	}
	list, err := s.o.Keys.List(ctx)
	return &body[[]access.Principal]{list}, problem(err)
}

// NewToken is an API token to be.
type NewToken struct {
	Name  string      `json:"name" doc:"Of the person or program, for the audit log."`
	Role  access.Role `json:"role" enum:"viewer,operator,engineer,admin"`
	Sites string      `json:"sites,omitempty" doc:"Selector of the sites that it is for; all where it is missing."`
}

func (s *Server) makeKey(ctx context.Context, in *body[NewToken]) (*body[Token], error) {
	if err := s.may(ctx, access.Admin, "", "make token"); err != nil {
		return nil, err
	}
	if _, err := access.ParseSelector(in.Body.Sites); err != nil {
		return nil, problem(errors.Join(errInput, err))
	}
	text, p, err := s.o.Keys.New(ctx, access.Principal{Name: in.Body.Name, Role: in.Body.Role, Sites: in.Body.Sites, By: who(ctx).Name})
	if err := s.done(ctx, "make token", "", p.ID+": "+in.Body.Name+" is "+string(in.Body.Role)+" "+in.Body.Sites, err); err != nil {
		return nil, err
	}
	return &body[Token]{Token{p, text}}, nil
}

func (s *Server) removeKey(ctx context.Context, in *idInput) (*struct{}, error) {
	if err := s.may(ctx, access.Admin, "", "remove token"); err != nil {
		return nil, err
	}
	return nil, s.done(ctx, "remove token", "", in.ID, s.o.Keys.Remove(ctx, in.ID))
}

func (s *Server) listAudit(ctx context.Context, in *auditInput) (*body[[]audit.Record], error) {
	if err := s.may(ctx, access.Admin, "", "list audit"); err != nil {
		return nil, err
	}
	day, err := s.dayOf(in.Day)
	if err != nil {
		return nil, huma.Error422UnprocessableEntity("day: want YYYY-MM-DD")
	}
	list, err := audit.Read(ctx, s.o.Blobs, day, in.Limit)
	if list == nil {
		list = []audit.Record{}
	}
	return &body[[]audit.Record]{list}, problem(err)
}

func (s *Server) verifyAudit(ctx context.Context, _ *struct{}) (*body[[]string], error) {
	if err := s.may(ctx, access.Admin, "", "verify audit"); err != nil {
		return nil, err
	}
	wrong, err := audit.Verify(ctx, s.o.Blobs)
	if wrong == nil {
		wrong = []string{}
	}
	return &body[[]string]{wrong}, problem(err)
}
