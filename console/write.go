package console

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/holdfast-edge/holdfast/actors/write"
	"github.com/holdfast-edge/holdfast/console/access"
	"github.com/holdfast-edge/holdfast/tag"
)

// reportWait is how long a write may take until nobody waits for it here; less
// than bodyTimeout, which would end the wait without a word.
const reportWait = 20 * time.Second

// writeInput asks for a write.
type writeInput struct {
	Device string `path:"device" example:"boiler"`
	Tag    string `path:"tag" example:"valve"`
	Body   struct {
		Value    json.RawMessage `json:"value" doc:"What the tag is to be, in its unit." example:"42"`
		Deadline *time.Time      `json:"deadline,omitempty" doc:"Not sent after this."`
		DryRun   bool            `json:"dry_run,omitempty" doc:"Check everything, send nothing."`
	}
}

// Report is how a write went.
type Report struct {
	Device  string `json:"device"`
	Tag     string `json:"tag"`
	Outcome string `json:"outcome" enum:"accepted,sent,acknowledged,verified,refused,failed,unknown" doc:"The last step; accepted where it was a dry run."`
	Steps   []Step `json:"steps" doc:"How it came there."`
	DryRun  bool   `json:"dry_run,omitempty"`
	Reason  string `json:"reason,omitempty" doc:"Why it went no further."`
}

// Step is one step of a write.
type Step struct {
	Stage string    `json:"stage"`
	Time  time.Time `json:"time"`
}

// writeProblem is an error with the report that it comes from.
type writeProblem struct {
	huma.ErrorModel
	Report Report `json:"report"`
}

func writeOperation() huma.Operation {
	o := operation(http.MethodPut, "/api/v1/devices/{device}/tags/{tag}", "write-tag", "plant", "Write a tag, and hear how that went")
	o.Description = "200: acknowledged by the device and, where the tag is read back, verified; a dry run was accepted. " +
		"409: refused by a limit or by the device. 503: never sent. 504: sent and not answered, so that nobody knows. " +
		"The steps are in the report, of an error too."
	o.Errors = []int{http.StatusNotFound, http.StatusConflict, http.StatusServiceUnavailable, http.StatusGatewayTimeout}
	return o
}

func (s *Server) write(ctx context.Context, in *writeInput) (*body[Report], error) {
	if _, _, err := s.tag(in.Device, in.Tag); err != nil {
		return nil, err
	}
	value, err := tag.ParseJSON(in.Body.Value)
	if err != nil {
		return nil, huma.Error422UnprocessableEntity("the value is no JSON", err)
	}
	c := write.Command{Device: in.Device, Tag: in.Tag, Value: value, By: "user " + access.UserOf(ctx), DryRun: in.Body.DryRun}
	if in.Body.Deadline != nil {
		c.Deadline = *in.Body.Deadline
	}
	wait, cancel := context.WithTimeout(ctx, reportWait)
	defer cancel()
	r, err := s.options.Node.Write(wait, c)
	if err != nil {
		s.options.Logger.Warn("write without a report", "by", c.By, "device", c.Device, "tag", c.Tag, "error", err)
		return nil, huma.Error504GatewayTimeout(err.Error())
	}
	s.options.Logger.Info("write", "by", c.By, "device", c.Device, "tag", c.Tag, "dry_run", c.DryRun,
		"outcome", r.Outcome().String(), "error", r.Err)
	return answer(r)
}

// answer is a report as the API gives it: as an error where the value did not
// arrive.
func answer(r write.Report) (*body[Report], error) {
	view := reportOf(r)
	status := statusOf(r.Outcome())
	if status == http.StatusOK {
		return &body[Report]{view}, nil
	}
	return nil, &writeProblem{
		ErrorModel: huma.ErrorModel{Title: "write " + view.Outcome, Status: status, Detail: view.Reason},
		Report:     view,
	}
}

func reportOf(r write.Report) Report {
	view := Report{
		Device: r.Command.Device, Tag: r.Command.Tag, Outcome: r.Outcome().String(),
		DryRun: r.Command.DryRun, Steps: make([]Step, len(r.Steps)),
	}
	for i, step := range r.Steps {
		view.Steps[i] = Step{Stage: step.Stage.String(), Time: step.At.UTC()}
	}
	if r.Err != nil {
		view.Reason = r.Err.Error()
	}
	return view
}

// statusOf returns the HTTP status of a write that ended so.
func statusOf(outcome write.Stage) int {
	switch outcome {
	case write.Refused:
		return http.StatusConflict
	case write.Failed:
		return http.StatusServiceUnavailable
	case write.Unknown:
		return http.StatusGatewayTimeout
	}
	return http.StatusOK
}
