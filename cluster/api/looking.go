package api

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/holdfast-edge/holdfast/cluster/access"
	"github.com/holdfast-edge/holdfast/cluster/gateway"
	"github.com/holdfast-edge/holdfast/cluster/kv"
	"github.com/holdfast-edge/holdfast/cluster/link/wire"
	"github.com/holdfast-edge/holdfast/cluster/telemetry"
	"github.com/holdfast-edge/holdfast/internal/openapi"
)

type valuesInput struct {
	SiteInput

	Device string `query:"device" doc:"Only of this device."`
	Tag    string `query:"tag" doc:"Only of this tag."`
}

type logsInput struct {
	SiteInput

	After uint64 `query:"after" doc:"Only events after this number."`
	Limit uint32 `query:"limit" default:"200" maximum:"1000"`
}

func (s *Server) describeLooking(api huma.API) {
	openapi.Register(api, operation(http.MethodGet, "/api/v1/members", "list-members", "cloud", "The members that have a lease"), s.members)
	openapi.Register(api, operation(http.MethodGet, "/api/v1/sites/{site}/status", "ask-status", "looking in", "How a site is at this moment; the site is asked"), s.status)
	openapi.Register(api, operation(http.MethodGet, "/api/v1/sites/{site}/values", "ask-values", "looking in", "The newest values of a site's tags; the site is asked"), s.values)
	openapi.Register(api, operation(http.MethodGet, "/api/v1/sites/{site}/events", "ask-events", "looking in", "What happened at a site; the site is asked"), s.events)
	openapi.Register(api, queryOperation(), s.query)
	openapi.Register(api, promOperation(), s.promQL)
	openapi.Register(api, tunnelOperation(), s.tunnel)
	openapi.Register(api, operation(http.MethodGet, "/api/v1/sites/{site}/telemetry", "show-telemetry", "looking in", "Which records of a site came to this member, and which are missing"), s.telemetry)
}

func (s *Server) members(ctx context.Context, _ *struct{}) (*body[[]gateway.Member], error) {
	list, _, err := kv.LoadAll[gateway.Member](ctx, s.o.Store, gateway.MemberPrefix)
	if list == nil {
		list = []gateway.Member{}
	}
	return &body[[]gateway.Member]{list}, problem(err)
}

// ask puts a question to a site and returns the lines of its answer as a list.
func (s *Server) ask(ctx context.Context, site, what string, q *wire.Ask) (*body[[]json.RawMessage], error) {
	text, err := s.answer(ctx, site, what, q, askWithin)
	if err != nil {
		return nil, err
	}
	list := []json.RawMessage{}
	for l := range bytes.Lines(text) {
		if !json.Valid(l) {
			return nil, errAnswer
		}
		list = append(list, bytes.TrimSpace(l))
	}
	return &body[[]json.RawMessage]{list}, nil
}

// errAnswer says that a site does not speak as it should.
var errAnswer = huma.Error502BadGateway("the site's answer is no JSON")

// answer puts a question to a site and returns all of its answer.
func (s *Server) answer(ctx context.Context, site, what string, q *wire.Ask, within time.Duration) ([]byte, error) {
	if err := s.may(ctx, access.Viewer, site, what); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	var text []byte
	err := s.o.Gateway.Ask(ctx, site, q, func(part []byte) error {
		text = append(text, part...)
		return nil
	})
	return text, problem(err)
}

func (s *Server) status(ctx context.Context, in *SiteInput) (*body[json.RawMessage], error) {
	list, err := s.ask(ctx, in.Site, "ask status", &wire.Ask{Question: &wire.Ask_Status{Status: &wire.Status{}}})
	if err != nil {
		return nil, err
	}
	if len(list.Body) != 1 {
		return nil, huma.Error502BadGateway("the site's answer is not one status")
	}
	return &body[json.RawMessage]{list.Body[0]}, nil
}

func (s *Server) values(ctx context.Context, in *valuesInput) (*body[[]json.RawMessage], error) {
	return s.ask(ctx, in.Site, "ask values", &wire.Ask{Question: &wire.Ask_Values{Values: &wire.Values{Device: in.Device, Tag: in.Tag}}})
}

func (s *Server) events(ctx context.Context, in *logsInput) (*body[[]json.RawMessage], error) {
	return s.ask(ctx, in.Site, "ask events", &wire.Ask{Question: &wire.Ask_Logs{Logs: &wire.Logs{After: in.After, Limit: in.Limit}}})
}

func (s *Server) telemetry(ctx context.Context, in *SiteInput) (*body[[]telemetry.Stream], error) {
	if err := s.may(ctx, access.Viewer, in.Site, "show telemetry"); err != nil {
		return nil, err
	}
	list := s.o.Ledger.Streams(in.Site)
	if list == nil {
		list = []telemetry.Stream{}
	}
	return &body[[]telemetry.Stream]{list}, nil
}

// dayOf reads a day, today where it is empty.
func (s *Server) dayOf(text string) (time.Time, error) {
	if text == "" {
		return s.o.Now(), nil
	}
	return time.Parse(time.DateOnly, text)
}
