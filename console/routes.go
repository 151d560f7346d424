package console

import (
	"encoding/json"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/holdfast-edge/holdfast/console/access"
	"github.com/holdfast-edge/holdfast/internal/openapi"
)

// handler is everything that is served, behind the gate.
func (s *Server) handler() http.Handler {
	mux := http.NewServeMux()
	s.describe(humago.New(mux, apiConfig()))
	mux.Handle("GET /metrics", s.metrics())
	mux.Handle("GET "+prometheusPath, s.promQL)
	mux.Handle("POST "+prometheusPath, s.promQL)
	mux.Handle("GET /", s.files)
	gate := access.Gate{Door: s.door, Public: public, Asks: asks, Refuse: s.refuse, Now: s.options.Now}
	return gate.Guard(http.MaxBytesHandler(mux, configurationBytes))
}

// Description returns the OpenAPI description of the API as indented JSON. It
// is the same for every node.
func Description() ([]byte, error) {
	api := humago.New(http.NewServeMux(), apiConfig())
	(&Server{}).describe(api)
	text, err := json.MarshalIndent(api.OpenAPI(), "", "  ")
	return append(text, '\n'), err
}

// apiConfig is huma's, without what reaches for a network or adds to answers.
func apiConfig() huma.Config {
	c := huma.DefaultConfig("Holdfast node", "1")
	c.Info.Description = "What a node shows of itself and its plant, and the commands that it takes. " +
		"Times are RFC 3339 in UTC; a field that ends in _ns is nanoseconds. Errors are problem+json (RFC 9457)."
	c.OpenAPIPath, c.DocsPath, c.SchemasPath = "/api/v1/openapi", "", ""
	c.CreateHooks = nil
	c.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		"password": {Type: "http", Scheme: "basic", Description: "The account admin. Not needed on loopback."},
		"token":    {Type: "http", Scheme: "bearer", Description: "An API token of the configuration, or the token that POST /api/v1/session answers. Not needed on loopback."},
	}
	c.Security = []map[string][]string{{"password": {}}, {"token": {}}, {}}
	return c
}

// describe registers every operation.
func (s *Server) describe(api huma.API) {
	s.describeHealth(api)
	s.describeClock(api)
	s.describeSession(api)
	s.describeDevices(api)
	s.describeFlow(api)
	s.describeTables(api)
	s.describeSQL(api)
	s.describeActors(api)
	s.describeConnections(api)
	s.describeTraces(api)
	s.describeEvents(api)
	s.describeHistory(api)
	s.describeQuery(api)
	s.describeStream(api)
	s.describeChanges(api)
	s.describeBackup(api)
	s.describeFaults(api)
	openapi.Widen(api.OpenAPI())
}

// operation is one with the limits and the tag that all have.
func operation(method, path, id, tag, summary string) huma.Operation {
	return huma.Operation{
		Method: method, Path: path, OperationID: id, Tags: []string{tag}, Summary: summary,
		MaxBodyBytes: bodyBytes, BodyReadTimeout: bodyTimeout,
	}
}

// public is what somebody who has not logged in may ask for: the page, which is
// the same for all, whether the node lives, and the log-in itself.
func public(r *http.Request) bool {
	switch r.URL.Path {
	case "/healthz", "/readyz", sessionPath:
		return true
	case "/metrics":
		return false
	}
	return !strings.HasPrefix(r.URL.Path, "/api/") && !strings.HasPrefix(r.URL.Path, prometheusPath)
}

// prometheusPath is where the API of Prometheus stands: package promapi's Prefix.
const prometheusPath = "/prometheus/"

// asks is what changes nothing although it is no GET.
func asks(r *http.Request) bool {
	switch r.URL.Path {
	case queryPath, explainPath, tryPath:
		return r.Method == http.MethodPost
	}
	return r.Method == http.MethodPost && strings.HasPrefix(r.URL.Path, prometheusPath)
}

// refuse answers for the gate.
func (s *Server) refuse(w http.ResponseWriter, r *http.Request, status int, reason error) {
	s.options.Logger.Warn("request refused", "remote", r.RemoteAddr, "method", r.Method, "path", r.URL.Path,
		"status", status, "reason", reason)
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(status)
	problem := huma.ErrorModel{Title: http.StatusText(status), Status: status, Detail: reason.Error()}
	_ = json.NewEncoder(w).Encode(problem) //nolint:errchkjson // the client may have gone
}
