package console

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/holdfast-edge/holdfast/internal/openapi"
)

// eventsInput asks for events.
type eventsInput struct {
	request
	After uint64 `query:"after" doc:"Only those with a greater number."`
	Limit int    `query:"limit" minimum:"1" maximum:"2000" default:"200" doc:"At most so many: the oldest."`
	Wait  int    `query:"wait" minimum:"0" maximum:"60" doc:"Seconds to wait where there is none."`
}

func (s *Server) describeEvents(api huma.API) {
	o := operation(http.MethodGet, "/api/v1/events", "list-events", "actors", "What happened, oldest first")
	o.Description = "The node keeps a bounded number of events. To follow them, ask with after set to the last number and wait set."
	openapi.Register(api, o, s.listEvents)
}

// patient lifts the limit on the time of reading a request, which would end the
// wait for its answer, too. A test's writer has no such limit.
func patient(w http.ResponseWriter) {
	_ = http.NewResponseController(w).SetReadDeadline(time.Time{})
}

func (s *Server) listEvents(ctx context.Context, in *eventsInput) (*body[[]Event], error) {
	patient(in.reply)
	wait := time.NewTimer(time.Duration(in.Wait) * time.Second)
	defer wait.Stop()
	for {
		changed := s.options.Node.Changed()
		if found := s.options.Node.Events(in.After, in.Limit); len(found) > 0 || in.Wait == 0 {
			return &body[[]Event]{some(found)}, nil
		}
		select {
		case <-changed:
		case <-wait.C:
			return &body[[]Event]{[]Event{}}, nil
		case <-ctx.Done():
			return nil, huma.Error503ServiceUnavailable("the console ends")
		}
	}
}
