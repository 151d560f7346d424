package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/holdfast-edge/holdfast/console"
	"github.com/holdfast-edge/holdfast/console/client"
	"github.com/holdfast-edge/holdfast/internal/commandline"
)

// writeCommand has a device take a value.
type writeCommand struct {
	Tag   string `arg:"" help:"What to write, as DEVICE.TAG."`
	Value string `arg:"" help:"The value as JSON, such as 42, true or \"open\"; what is no JSON is a text."`

	DryRun   bool          `help:"Check everything, send nothing."`
	Deadline time.Duration `help:"Do not send it after so long." placeholder:"DURATION"`
	Output   string        `short:"o" enum:"text,json" default:"text" help:"How to print the report: ${enum}."`

	connection
}

// Help is the long form of the help.
func (*writeCommand) Help() string {
	return "Prints the steps that the write went through, and ends with code 0 where the device has the value (or a dry run was " +
		"accepted), 3 where it was refused by a limit or by the device, 4 where nobody knows, and 1 where it was never sent."
}

// Run is called by the command line.
func (c *writeCommand) Run(ctx context.Context, s *surroundings) error {
	device, name, ok := strings.Cut(c.Tag, ".")
	if !ok || device == "" || name == "" {
		return commandline.WithCode(exitConfig, fmt.Errorf("write %q: want DEVICE.TAG", c.Tag))
	}
	node, err := c.open()
	if err != nil {
		return err
	}
	defer node.Close()
	var report console.Report
	err = node.Send(ctx, http.MethodPut, "/api/v1/devices/"+url.PathEscape(device)+"/tags/"+url.PathEscape(name), c.body(time.Now()), &report)
	if p, ok := errors.AsType[*client.Problem](err); ok {
		report = reportIn(p.Body)
	}
	if report.Outcome == "" {
		return err
	}
	return errors.Join(c.print(s.out, &report), endOf(&report))
}

// writeBody is what the API takes.
type writeBody struct {
	Value    json.RawMessage `json:"value"`
	Deadline *time.Time      `json:"deadline,omitempty"`
	DryRun   bool            `json:"dry_run,omitempty"`
}

func (c *writeCommand) body(now time.Time) writeBody {
	b := writeBody{Value: json.RawMessage(c.Value), DryRun: c.DryRun}
	if !json.Valid(b.Value) {
		b.Value, _ = json.Marshal(c.Value) //nolint:errchkjson // a text always is
	}
	if c.Deadline > 0 {
		until := now.Add(c.Deadline)
		b.Deadline = &until
	}
	return b
}

// reportIn is the report of an answer that is an error, if there is one.
func reportIn(answer []byte) console.Report {
	var problem struct {
		Report console.Report `json:"report"`
	}
	if json.Unmarshal(answer, &problem) != nil {
		return console.Report{}
	}
	return problem.Report
}

func (c *writeCommand) print(out io.Writer, r *console.Report) error {
	if c.Output == "json" {
		return printJSON(out, r)
	}
	var text strings.Builder
	for _, step := range r.Steps {
		fmt.Fprintf(&text, "%s  %s\n", step.Time.Local().Format("15:04:05.000"), step.Stage)
	}
	fmt.Fprintf(&text, "%s.%s: %s\n", r.Device, r.Tag, r.Outcome)
	_, err := io.WriteString(out, text.String())
	return err
}

// negatives keeps the negative numbers among the arguments of write from being
// taken for flags: JSON does not mind the space.
func negatives(args []string) []string {
	if !slices.Contains(args, "write") {
		return args
	}
	args = slices.Clone(args)
	for i, a := range args {
		if _, err := strconv.ParseFloat(a, 64); err == nil && a[0] == '-' {
			args[i] = " " + a
		}
	}
	return args
}

// endOf is how the command ends: nil where the device has the value.
func endOf(r *console.Report) error {
	reason := fmt.Errorf("write %s.%s: %s: %s", r.Device, r.Tag, r.Outcome, r.Reason)
	switch r.Outcome {
	case "refused":
		return commandline.WithCode(exitRefused, reason)
	case "unknown":
		return commandline.WithCode(exitUnknown, reason)
	case "failed":
		return reason
	}
	return nil
}
