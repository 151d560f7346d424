package console

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/holdfast-edge/holdfast/console/access"
	"github.com/holdfast-edge/holdfast/internal/openapi"
	"github.com/holdfast-edge/holdfast/supervisor"
)

// Health is the answer to whether the node lives, or is ready.
type Health struct {
	Status  string   `json:"status" enum:"ok,failing"`
	Reasons []string `json:"reasons,omitempty" doc:"What is wrong, in words; for those who have logged in."`
}

// healthAnswer is a Health with the status that a probe looks at.
type healthAnswer struct {
	Status int
	Body   Health
}

// Version is what is running.
type Version struct {
	Site    string    `json:"site"`
	Version string    `json:"version"`
	Started time.Time `json:"started"`
	Now     time.Time `json:"now" doc:"The node's clock."`
}

func (s *Server) describeHealth(api huma.API) {
	probe := func(path, id, summary string, reasons func() []string) {
		o := operation(http.MethodGet, path, id, "health", summary)
		o.Errors = []int{http.StatusServiceUnavailable}
		o.Security = []map[string][]string{}
		openapi.Register(api, o, func(ctx context.Context, _ *struct{}) (*healthAnswer, error) { return health(ctx, reasons()), nil })
	}
	probe("/healthz", "health", "Whether the process answers and its core runs", func() []string { return s.coreTrouble() })
	probe("/readyz", "readiness", "Whether the node can do all it is for; a device that is away is no trouble of the node",
		func() []string { return s.options.Node.Trouble() })
	openapi.Register(api, operation(http.MethodGet, "/api/v1/version", "show-version", "health", "What is running, and since when"),
		func(context.Context, *struct{}) (*body[Version], error) { return &body[Version]{s.version()}, nil })
}

// describeClock registers what tells of the clock.
func (s *Server) describeClock(api huma.API) {
	openapi.Register(api, operation(http.MethodGet, "/api/v1/clock", "show-clock", "health", "Whether the node's clock is believed, and how often it was set"),
		func(context.Context, *struct{}) (*body[Clock], error) {
			return &body[Clock]{s.options.Node.Clock()}, nil
		})
}

func (s *Server) version() Version {
	version, started := s.options.Node.Version()
	return Version{Site: s.options.Node.Site(), Version: version, Started: started.UTC(), Now: s.options.Now().UTC()}
}

// coreTrouble is what only a new process can cure: a tree or a core that has
// been given up. One that is on its way back is not.
func (s *Server) coreTrouble() (reasons []string) {
	t := s.options.Node.Tree()
	for _, path := range []string{t.Path, "/core"} {
		if found := t.Find(path); found != nil && (found.Phase == supervisor.Held || found.Phase == supervisor.Down) {
			reasons = append(reasons, path+" is "+found.State)
		}
	}
	return reasons
}

func health(ctx context.Context, reasons []string) *healthAnswer {
	if len(reasons) == 0 {
		return &healthAnswer{Status: http.StatusOK, Body: Health{Status: "ok"}}
	}
	if access.UserOf(ctx) == "" {
		reasons = nil // nobody's business
	}
	return &healthAnswer{Status: http.StatusServiceUnavailable, Body: Health{Status: "failing", Reasons: reasons}}
}
