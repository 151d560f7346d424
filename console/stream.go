package console

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/holdfast-edge/holdfast/internal/openapi"
)

// pace is that of a stream of events. There is no queue: a frame is made when
// the last one has been taken, from the node as it is then, so that a viewer who
// takes them slowly sees fewer, and one who takes none for timeout is cut.
type pace struct{ every, timeout time.Duration }

// calm is the pace of every stream.
var calm = pace{every: 500 * time.Millisecond, timeout: 15 * time.Second}

// statusEach is how many frames there are to one with the counters.
const statusEach = 4

// streamInput asks for a stream.
type streamInput struct {
	Devices []string `query:"device" maxItems:"64" doc:"Whose tags to send; may be given several times."`
	After   uint64   `query:"after" doc:"Number of the last event received; 0: begin with the newest few."`
}

func (s *Server) describeStream(api huma.API) {
	o := operation(http.MethodGet, "/api/v1/stream", "stream", "actors", "What changes, as server-sent events")
	o.Description = "Events, at most two a second of each: hello (as /version), tree ({actors, gone}: those that changed), " +
		"tags ([{d, t, v, l, q, ms}]: device, tag, value, last of a Bad one, quality, source time in ms), events (as /events), " +
		"status (counters of devices, streams, the broker, rules, sinks, the log). A client that takes nothing for 15 s is cut."
	o.Responses = map[string]*huma.Response{"200": {Description: "The stream", Content: map[string]*huma.MediaType{"text/event-stream": {}}}}
	o.Errors = []int{http.StatusServiceUnavailable}
	openapi.Register(api, o, s.stream)
}

func (s *Server) stream(_ context.Context, in *streamInput) (*huma.StreamResponse, error) {
	if !s.viewers.enter() {
		return nil, huma.Error503ServiceUnavailable(fmt.Sprintf("%d pages are watching already", maxViewers))
	}
	return &huma.StreamResponse{Body: func(ctx huma.Context) {
		defer s.viewers.leave()
		r, w := humago.Unwrap(ctx)
		patient(w)
		w.Header().Set("Content-Type", "text/event-stream")
		w.WriteHeader(http.StatusOK)
		frames := &frames{out: w, control: http.NewResponseController(w), timeout: s.pace.timeout}
		err := s.show(r.Context(), frames, newView(s.options.Node, in.Devices, in.After))
		if errors.Is(err, os.ErrDeadlineExceeded) {
			s.viewers.cut.Add(1)
			s.options.Logger.Warn("slow viewer cut", "remote", r.RemoteAddr)
		}
	}}, nil
}

// show sends frames until the viewer leaves, or takes none.
func (s *Server) show(ctx context.Context, out *frames, v *view) error {
	tick := time.NewTicker(s.pace.every)
	defer tick.Stop()
	out.add("hello", s.version())
	for n := 0; ; n++ {
		out.changes(v)
		if n%statusEach == 0 {
			out.add("status", v.status(s.options.Now()))
		}
		if err := out.send(); err != nil {
			return err
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return nil
		}
	}
}

// frames writes server-sent events (HTML Living Standard §9.2).
type frames struct {
	out     http.ResponseWriter
	control *http.ResponseController
	timeout time.Duration
	text    bytes.Buffer
}

// changes adds what the view has not shown yet.
func (f *frames) changes(v *view) {
	if tree, changed := v.tree(); changed {
		f.add("tree", tree)
	}
	if live := v.live(); len(live) > 0 {
		f.add("tags", live)
	}
	if events := v.events(); len(events) > 0 {
		f.add("events", events)
	}
}

// add appends an event. Its JSON has no line break, as the format asks.
func (f *frames) add(name string, data any) {
	f.text.WriteString("event: " + name + "\ndata: ")
	if err := json.NewEncoder(&f.text).Encode(data); err != nil {
		panic("console: a frame is not JSON: " + err.Error())
	}
	f.text.WriteByte('\n')
}

// send writes what was added, or a comment that keeps the connection, within
// the timeout.
func (f *frames) send() error {
	if f.text.Len() == 0 {
		f.text.WriteString(":\n\n")
	}
	if err := f.control.SetWriteDeadline(time.Now().Add(f.timeout)); err != nil {
		return err
	}
	_, err := f.out.Write(f.text.Bytes())
	if err == nil {
		err = f.control.Flush()
	}
	f.text.Reset()
	return err
}
