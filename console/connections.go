package console

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/holdfast-edge/holdfast/console/access"
	"github.com/holdfast-edge/holdfast/internal/openapi"
	"github.com/holdfast-edge/holdfast/protocols/record"
)

// connectionInput names a connection to the plant.
type connectionInput struct {
	Connection string `path:"connection" example:"tcp:10.0.0.7:502"`
}

// recordInput turns a recording on or off.
type recordInput struct {
	Connection string `path:"connection" example:"tcp:10.0.0.7:502"`
	Body       struct {
		On    bool          `json:"on"`
		Bytes int           `json:"max_bytes,omitempty" minimum:"4096" maximum:"67108864" doc:"4 MiB unless given."`
		Time  time.Duration `json:"max_time_ns,omitempty" minimum:"1000000000" maximum:"86400000000000" doc:"10 minutes unless given."`
		Ring  bool          `json:"ring,omitempty" doc:"Keep the newest when it is full; else it ends then."`
	}
}

// limits are those that are asked for.
func (in *recordInput) limits() record.Limits {
	l := record.DefaultLimits()
	if in.Body.Bytes > 0 {
		l.Bytes = in.Body.Bytes
	}
	if in.Body.Time > 0 {
		l.Time = in.Body.Time
	}
	l.Ring = in.Body.Ring
	return l
}

func (s *Server) describeConnections(api huma.API) {
	openapi.Register(api, operation(http.MethodGet, "/api/v1/connections", "list-connections", "plant", "The connections to the plant, and what is recorded of them"),
		func(context.Context, *struct{}) (*body[[]Connection], error) {
			return &body[[]Connection]{some(s.options.Node.Connections())}, nil
		})
	o := operation(http.MethodPut, "/api/v1/connections/{connection}/recording", "record-connection", "plant", "Record what goes over the wire, or stop")
	o.Description = "A recording is kept in memory until the next one begins or the node ends. Secrets are left out of it."
	o.Errors = []int{http.StatusNotFound, http.StatusConflict}
	openapi.Register(api, o, s.record)
	o = operation(http.MethodGet, "/api/v1/connections/{connection}/recording", "fetch-recording", "plant", "What was recorded so far, as a file for holdfast replay")
	o.Responses = map[string]*huma.Response{"200": {Description: "A recording", Content: map[string]*huma.MediaType{"application/octet-stream": {}}}}
	o.Errors = []int{http.StatusNotFound, http.StatusConflict}
	openapi.Register(api, o, s.fetchRecording)
}

// findConnection returns a connection by its name.
func (s *Server) findConnection(name string) (Connection, error) {
	all := s.options.Node.Connections()
	i := slices.IndexFunc(all, func(v Connection) bool { return v.Name == name })
	if i < 0 {
		return Connection{}, huma.Error404NotFound(fmt.Sprintf("no connection is called %q", name))
	}
	return all[i], nil
}

func (s *Server) record(ctx context.Context, in *recordInput) (*body[Connection], error) {
	if _, err := s.findConnection(in.Connection); err != nil {
		return nil, err
	}
	err := s.options.Node.Record(in.Connection, in.Body.On, in.limits())
	s.options.Logger.Info("recording", "by", "user "+access.UserOf(ctx), "connection", in.Connection, "on", in.Body.On, "error", err)
	if err != nil {
		return nil, huma.Error409Conflict(err.Error())
	}
	v, err := s.findConnection(in.Connection)
	return &body[Connection]{v}, err
}

func (s *Server) fetchRecording(ctx context.Context, in *connectionInput) (*huma.StreamResponse, error) {
	if _, err := s.findConnection(in.Connection); err != nil {
		return nil, err
	}
	r, err := s.options.Node.Recording(in.Connection)
	if errors.Is(err, record.ErrNothing) {
		return nil, huma.Error404NotFound(err.Error())
	}
	if err != nil {
		return nil, huma.Error409Conflict(err.Error())
	}
	s.options.Logger.Info("recording fetched", "by", "user "+access.UserOf(ctx), "connection", in.Connection)
	name := r.Header.Start.Format("20060102-150405") + recordingSuffix
	return &huma.StreamResponse{Body: func(ctx huma.Context) {
		_, w := humago.Unwrap(ctx)
		w.Header().Set("Content-Type", "application/octet-stream")
		w.Header().Set("Content-Disposition", fmt.Sprintf("attachment; filename=%q", name))
		_, _ = r.WriteTo(w) // what goes wrong is that the client has gone
	}}, nil
}

// recordingSuffix is how the files of recordings end.
const recordingSuffix = ".holdrec"
