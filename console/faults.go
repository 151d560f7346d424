package console

import (
	"context"
	"fmt"
	"net/http"
	"slices"

	"github.com/danielgtaylor/huma/v2"

	"github.com/holdfast-edge/holdfast/console/access"
	"github.com/holdfast-edge/holdfast/internal/openapi"
)

// faultInput turns a switch.
type faultInput struct {
	Name string `path:"name"`
	Body struct {
		On bool `json:"on"`
	}
}

func (s *Server) describeFaults(api huma.API) {
	openapi.Register(api, operation(http.MethodGet, "/api/v1/faults", "list-faults", "demo", "The switches that break the demonstration's plant"),
		func(context.Context, *struct{}) (*body[[]Fault], error) {
			return &body[[]Fault]{some(s.options.Node.Faults())}, nil
		})
	o := operation(http.MethodPut, "/api/v1/faults/{name}", "turn-fault", "demo", "Break the demonstration's plant, or mend it")
	o.Errors = []int{http.StatusNotFound, http.StatusServiceUnavailable}
	openapi.Register(api, o, s.turnFault)
}

func (s *Server) turnFault(ctx context.Context, in *faultInput) (*body[[]Fault], error) {
	node := s.options.Node
	if !slices.ContainsFunc(node.Faults(), func(f Fault) bool { return f.Name == in.Name }) {
		return nil, huma.Error404NotFound(fmt.Sprintf("there is no fault called %q; only a demonstration has any", in.Name))
	}
	err := node.SetFault(in.Name, in.Body.On)
	s.options.Logger.Info("fault", "by", "user "+access.UserOf(ctx), "name", in.Name, "on", in.Body.On, "error", err)
	if err != nil {
		return nil, huma.Error503ServiceUnavailable(err.Error())
	}
	return &body[[]Fault]{node.Faults()}, nil
}
