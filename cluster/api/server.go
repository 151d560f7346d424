// Package api is the REST API of a cloud: sites, commands, what sites shall run, who may do what, what was done. Every
// operation asks for a token, whose role and scope it checks; every change is in the audit log before it is answered.
package api

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/holdfast-edge/holdfast/cluster/access"
	"github.com/holdfast-edge/holdfast/cluster/artefacts"
	"github.com/holdfast-edge/holdfast/cluster/audit"
	"github.com/holdfast-edge/holdfast/cluster/authority"
	"github.com/holdfast-edge/holdfast/cluster/blob"
	"github.com/holdfast-edge/holdfast/cluster/commands"
	"github.com/holdfast-edge/holdfast/cluster/desired"
	"github.com/holdfast-edge/holdfast/cluster/gateway"
	"github.com/holdfast-edge/holdfast/cluster/kv"
	"github.com/holdfast-edge/holdfast/cluster/link"
	"github.com/holdfast-edge/holdfast/cluster/rollout"
	"github.com/holdfast-edge/holdfast/cluster/sites"
	"github.com/holdfast-edge/holdfast/cluster/telemetry"
	"github.com/holdfast-edge/holdfast/cluster/upgrades"
	"github.com/holdfast-edge/holdfast/internal/openapi"
)

// Options are what an API is made of.
type Options struct {
	Store     kv.Store
	Blobs     blob.Store
	Audit     *audit.Log
	Authority *authority.Authority
	Keys      *access.Keys
	Sites     *sites.Directory
	Commands  *commands.Book
	Desired   *desired.Book
	Rollouts  *rollout.Book
	Artefacts *artefacts.Book
	Gateway   *gateway.Gateway
	Ledger    *telemetry.Ledger
	Logger    *slog.Logger
	Now       func() time.Time
	Version   string
}

// Server answers the API of a member.
type Server struct{ o Options }

// New returns an API.
func New(o Options) *Server { return &Server{o} }

// Limits of a request.
const (
	bodyBytes   = 8 << 20
	bodyTimeout = time.Minute
)

// Handler is the API, behind the door.
func (s *Server) Handler() http.Handler {
	mux := http.NewServeMux()
	s.describe(humago.New(mux, config()))
	mux.HandleFunc("GET /api/v1/backup", s.backup)
	mux.HandleFunc("GET /healthz", s.health)
	mux.HandleFunc("GET /readyz", s.ready)
	return limited(s.guard(mux))
}

// limited bounds what a request may carry: an artefact is larger than all else.
func limited(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		most := int64(bodyBytes)
		if r.URL.Path == artefactsPath {
			most = link.MaxArtefact
		}
		http.MaxBytesHandler(next, most).ServeHTTP(w, r)
	})
}

// Description returns the OpenAPI description as indented JSON, the same for every member.
func Description() ([]byte, error) {
	api := humago.New(http.NewServeMux(), config())
	(&Server{}).describe(api)
	text, err := json.MarshalIndent(api.OpenAPI(), "", "  ")
	return append(text, '\n'), err
}

func config() huma.Config {
	c := huma.DefaultConfig("Holdfast cloud", "1")
	c.Info.Description = "Manages sites. Times are RFC 3339 in UTC; a field that ends in _ns is nanoseconds. Errors are problem+json (RFC 9457)."
	c.OpenAPIPath, c.DocsPath, c.SchemasPath = "/api/v1/openapi", "", ""
	c.CreateHooks = nil
	c.Components.SecuritySchemes = map[string]*huma.SecurityScheme{"token": {Type: "http", Scheme: "bearer"}}
	c.Security = []map[string][]string{{"token": {}}}
	return c
}

func (s *Server) describe(api huma.API) {
	s.describeSites(api)
	s.describeCommands(api)
	s.describeDesired(api)
	s.describeRollouts(api)
	s.describeArtefacts(api)
	s.describeLooking(api)
	s.describeAccess(api)
	s.describeAuthority(api)
	openapi.Widen(api.OpenAPI())
}

// operation is one with the limits that all have.
func operation(method, path, id, tag, summary string) huma.Operation {
	return huma.Operation{
		Method: method, Path: path, OperationID: id, Tags: []string{tag}, Summary: summary,
		MaxBodyBytes: bodyBytes, BodyReadTimeout: bodyTimeout,
	}
}

// body is an answer.
type body[T any] struct{ Body T }

func (s *Server) health(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }

// ready says whether this member takes commands, for a load balancer.
func (s *Server) ready(w http.ResponseWriter, _ *http.Request) {
	if !s.o.Gateway.Ready() {
		http.Error(w, "this member has no contact with the others", http.StatusServiceUnavailable)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// problem is an error as the API says it.
func problem(err error) error {
	var known huma.StatusError
	switch {
	case err == nil || errors.As(err, &known):
		return err
	case errors.Is(err, sites.ErrUnknown), errors.Is(err, commands.ErrUnknown), errors.Is(err, rollout.ErrUnknown), errors.Is(err, desired.ErrNone), errors.Is(err, blob.ErrNotFound), errors.Is(err, artefacts.ErrUnknown):
		return huma.Error404NotFound(err.Error())
	case errors.Is(err, sites.ErrExists), errors.Is(err, commands.ErrReused), errors.Is(err, rollout.ErrState), errors.Is(err, kv.ErrConflict), errors.Is(err, authority.ErrLast), errors.Is(err, artefacts.ErrUsed):
		return huma.Error409Conflict(err.Error())
	case errors.Is(err, access.ErrForbidden):
		return huma.Error403Forbidden(err.Error())
	case errors.Is(err, access.ErrNobody):
		return huma.Error401Unauthorized(err.Error())
	case errors.Is(err, link.ErrBundle), errors.Is(err, errInput), errors.Is(err, rollout.ErrEmpty), errors.Is(err, desired.ErrTemplate), errors.Is(err, artefacts.ErrInput), errors.Is(err, upgrades.ErrWanted):
		return huma.Error422UnprocessableEntity(err.Error())
	case errors.Is(err, context.DeadlineExceeded):
		return huma.Error504GatewayTimeout("the store or the site did not answer in time")
	}
	return huma.Error503ServiceUnavailable(err.Error())
}

// errInput says that what was asked for makes no sense.
var errInput = errors.New("this makes no sense")
