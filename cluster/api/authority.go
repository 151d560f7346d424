package api

import (
	"context"
	"fmt"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/holdfast-edge/holdfast/cluster/access"
	"github.com/holdfast-edge/holdfast/internal/openapi"
)

// CA is the CAs that are trusted.
type CA struct {
	Trusted []int `json:"trusted" doc:"Numbers; the first one signs."`
}

type caInput struct {
	Number int `path:"number"`
}

func (s *Server) describeAuthority(api huma.API) {
	openapi.Register(api, operation(http.MethodGet, "/api/v1/authority", "show-authority", "authority", "The CAs that are trusted"), s.showCA)
	openapi.Register(api, operation(http.MethodPost, "/api/v1/authority/rotate", "rotate-authority", "authority", "Make a new CA and a new key for generations, which sign from now on"), s.rotateCA)
	openapi.Register(api, operation(http.MethodPost, "/api/v1/authority/{number}/retire", "retire-authority", "authority", "Trust a CA no more; sites that have not renewed since the rotation need a new token"), s.retireCA)
}

func (s *Server) showCA(context.Context, *struct{}) (*body[CA], error) {
	return &body[CA]{CA{s.o.Authority.Numbers()}}, nil
}

func (s *Server) rotateCA(ctx context.Context, _ *struct{}) (*body[CA], error) {
	if err := s.may(ctx, access.Admin, "", "rotate CA"); err != nil {
		return nil, err
	}
	if err := s.done(ctx, "rotate CA", "", "", s.o.Authority.Rotate(s.o.Now())); err != nil {
		return nil, err
	}
	return s.showCA(ctx, nil)
}

func (s *Server) retireCA(ctx context.Context, in *caInput) (*body[CA], error) {
	if err := s.may(ctx, access.Admin, "", "retire CA"); err != nil {
		return nil, err
	}
	if err := s.done(ctx, "retire CA", "", fmt.Sprint(in.Number), s.o.Authority.Retire(in.Number)); err != nil {
		return nil, err
	}
	return s.showCA(ctx, nil)
}
