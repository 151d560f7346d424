package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/holdfast-edge/holdfast/internal/commandline"
	"github.com/holdfast-edge/holdfast/store/log"
	"github.com/holdfast-edge/holdfast/store/proof"
)

// verifyCommand proves that nothing is missing, or says what is.
type verifyCommand struct {
	Sinks    []string `arg:"" optional:"" help:"Only these sinks; all unless given."`
	Data     string   `type:"path" help:"The data directory of a node that is not running; unless given, the running node is asked." placeholder:"DIR"`
	Received string   `help:"What the far end of one sink has: a file of JSON lines, each with the id of a record or a gap, as the sink sends them; - is the standard input." placeholder:"FILE"`
	Output   string   `short:"o" enum:"table,json" default:"table" help:"How to show it: ${enum}."`

	connection
}

// Help is the long form of the help.
func (*verifyCommand) Help() string {
	return "With --received, every record from the first that the far end has of a stream, up to the last in the log, must have been received, " +
		"or wait to be sent, or be in a gap record. Ends with code 0 where nothing is missing and all could be read, 1 where not."
}

// errIncomplete is how verify ends where something is missing.
var errIncomplete = errors.New("not complete")

// Run is called by the command line.
func (c *verifyCommand) Run(ctx context.Context, s *surroundings) error {
	if c.Received != "" && len(c.Sinks) != 1 {
		return commandline.WithCode(exitConfig, errors.New("--received is of one sink: name it"))
	}
	received, err := c.received()
	if err != nil {
		return err
	}
	found, err := c.snapshot(ctx)
	if err != nil {
		return err
	}
	reports := []*proof.Report{}
	for _, name := range c.names(found) {
		r, err := proof.Compare(found, name, received)
		if err != nil {
			return commandline.WithCode(exitConfig, err)
		}
		reports = append(reports, r)
	}
	if err := c.print(s.out, reports); err != nil {
		return err
	}
	if slices.ContainsFunc(reports, func(r *proof.Report) bool { return !r.Complete() }) {
		return errIncomplete
	}
	return nil
}

func (c *verifyCommand) received() (*proof.Received, error) {
	switch c.Received {
	case "":
		return nil, nil
	case "-":
		return proof.ReadReceived(os.Stdin)
	}
	file, err := os.Open(c.Received)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return proof.ReadReceived(file)
}

// snapshot reads the log, here or at the node.
func (c *verifyCommand) snapshot(ctx context.Context) (found proof.Snapshot, err error) {
	if c.Data != "" {
		audit, err := log.AuditDirectory(ctx, filepath.Join(c.Data, "log"))
		if err != nil {
			return found, fmt.Errorf("%w; a node that runs is asked without --data", err)
		}
		return proof.NewSnapshot(audit), nil
	}
	node, err := c.open()
	if err != nil {
		return found, err
	}
	defer node.Close()
	err = node.Get(ctx, "/api/v1/log/audit", nil, &found)
	return found, err
}

func (c *verifyCommand) names(found proof.Snapshot) (names []string) {
	if len(c.Sinks) > 0 {
		return c.Sinks
	}
	for _, sink := range found.Sinks {
		names = append(names, sink.Name)
	}
	return names
}

func (c *verifyCommand) print(out io.Writer, reports []*proof.Report) error {
	if c.Output == "json" {
		e := json.NewEncoder(out)
		e.SetIndent("", "  ")
		return e.Encode(reports)
	}
	for _, r := range reports {
		if err := printReport(out, r); err != nil {
			return err
		}
	}
	return nil
}

// reportColumns are the table of one sink; the last three where a receiver's
// file was compared.
func reportColumns(r *proof.Report) []column[proof.Stream] {
	number := func(title string, of func(*proof.Stream) uint64) column[proof.Stream] {
		return column[proof.Stream]{title, func(s *proof.Stream) string { return strconv.FormatUint(of(s), 10) }}
	}
	columns := []column[proof.Stream]{
		{"STREAM", func(s *proof.Stream) string { return s.Name }},
		{"FROM", func(s *proof.Stream) string { return s.First }},
		number("RECORDS", func(s *proof.Stream) uint64 { return s.Records }),
		number("ACKNOWLEDGED", func(s *proof.Stream) uint64 { return s.Acknowledged }),
		number("WAITING", func(s *proof.Stream) uint64 { return s.Waiting }),
		{"IN GAPS", func(s *proof.Stream) string { return causes(s.Gaps) }},
	}
	if !r.Received {
		return columns
	}
	return append(columns,
		number("RECEIVED", func(s *proof.Stream) uint64 { return s.Received }),
		number("TWICE", func(s *proof.Stream) uint64 { return s.Twice }),
		number("MISSING", (*proof.Stream).Absent))
}

// printReport prints the report of one sink for people.
func printReport(out io.Writer, r *proof.Report) error {
	var page bytes.Buffer
	fmt.Fprintln(&page, r.Sink)
	if err := printTable(&page, reportColumns(r), r.Streams); err != nil {
		return err
	}
	for _, s := range r.Streams {
		for _, m := range s.Missing {
			fmt.Fprintf(&page, "missing: %d records of %s from %s on\n", m.Count, s.Name, m.First)
		}
	}
	for _, d := range r.Damaged {
		fmt.Fprintf(&page, "damaged: %s\n", d)
	}
	fmt.Fprintln(&page)
	_, err := out.Write(page.Bytes())
	return err
}

func causes(gaps map[string]uint64) string {
	if len(gaps) == 0 {
		return "0"
	}
	var parts []string
	for _, cause := range slices.Sorted(maps.Keys(gaps)) {
		parts = append(parts, fmt.Sprintf("%d %s", gaps[cause], cause))
	}
	return strings.Join(parts, ", ")
}
