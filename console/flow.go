package console

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/holdfast-edge/holdfast/internal/openapi"
	"github.com/holdfast-edge/holdfast/store/proof"
)

// describeFlow registers what shows where the data goes.
func (s *Server) describeFlow(api huma.API) {
	list(api, "streams", "The streams of the bus", func() []Stream { return s.options.Node.Streams() })
	list(api, "rules", "The rules and what they have done", func() []Rule { return s.options.Node.Rules() })
	list(api, "sinks", "The sinks, what they have and what they lack", func() []Sink { return s.options.Node.Sinks() })
	list(api, "servers", "The servers that show tags to others", func() []Served { return s.options.Node.Servers() })
	openapi.Register(api, operation(http.MethodGet, "/api/v1/log", "show-log", "flow", "How the log on the disk is doing"),
		func(context.Context, *struct{}) (*body[Log], error) { return &body[Log]{s.options.Node.Log()}, nil })
	audit := operation(http.MethodGet, "/api/v1/log/audit", "audit-log", "flow", "What the log holds, and what each sink has not acknowledged")
	audit.Description = "Reads the whole log with every checksum, which takes seconds for each gigabyte. Every record is named by its identity; `holdfast verify` compares it with what a far end has."
	audit.Errors = []int{http.StatusServiceUnavailable}
	openapi.Register(api, audit, s.auditLog)
	openapi.Register(api, operation(http.MethodGet, "/api/v1/broker", "show-broker", "flow", "How the node's own MQTT broker is doing"),
		func(context.Context, *struct{}) (*body[Broker], error) {
			return &body[Broker]{s.options.Node.Broker()}, nil
		})
}

func (s *Server) auditLog(ctx context.Context, _ *struct{}) (*body[proof.Snapshot], error) {
	found, err := s.options.Node.Audit(ctx)
	if err != nil {
		return nil, huma.Error503ServiceUnavailable(err.Error())
	}
	return &body[proof.Snapshot]{found}, nil
}

// list registers the listing of one kind of resource.
func list[T any](api huma.API, name, summary string, all func() []T) {
	openapi.Register(api, operation(http.MethodGet, "/api/v1/"+name, "list-"+name, "flow", summary),
		func(context.Context, *struct{}) (*body[[]T], error) { return &body[[]T]{some(all())}, nil })
}

// some is the list, which in JSON is never null.
func some[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}
