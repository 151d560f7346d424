package main

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/holdfast-edge/holdfast/cluster/commands"
	"github.com/holdfast-edge/holdfast/cluster/desired"
	"github.com/holdfast-edge/holdfast/cluster/gateway"
	"github.com/holdfast-edge/holdfast/cluster/telemetry"
)

// listings are the answers of get that people read as tables; the others are shown as JSON.
func listings() map[string]func(io.Writer, json.RawMessage) error {
	return map[string]func(io.Writer, json.RawMessage) error{
		"members": listing("MEMBER LINK API", func(m gateway.Member) []string {
			return []string{m.Name, m.Link, m.API}
		}),
		"telemetry": listing("STREAM ROWS FIRST NEXT TWICE GAPS MISSING", func(t telemetry.Stream) []string {
			return []string{t.Stream, fmt.Sprint(t.Rows), fmt.Sprint(t.First), fmt.Sprint(t.Next), fmt.Sprint(t.Twice), gaps(t.Gaps), fmt.Sprint(t.Missing)}
		}),
		"commands": listing("COMMAND TARGET STATE BY KEY DETAIL", func(c commands.Command) []string {
			return []string{c.Kind, c.Target, string(c.State), c.By, c.Key, c.Detail}
		}),
		"generations": listing("NUMBER ISSUED BY SOURCE DIGEST", func(g desired.Generation) []string {
			return []string{fmt.Sprint(g.Number), g.Issued.Local().Format(time.DateTime), g.By, g.Source, g.Digest[:min(len(g.Digest), 12)]}
		}),
	}
}

// listing shows a list of T as a table.
func listing[T any](titles string, row func(T) []string) func(io.Writer, json.RawMessage) error {
	return func(w io.Writer, answer json.RawMessage) error {
		var list []T
		if err := json.Unmarshal(answer, &list); err != nil {
			return err
		}
		var rows [][]string
		for _, item := range list {
			rows = append(rows, row(item))
		}
		return table(w, titles, rows)
	}
}

// gaps is how many records a site has told to be missing, by cause.
func gaps(all map[string]uint64) string {
	var parts []string
	for _, cause := range slices.Sorted(maps.Keys(all)) {
		parts = append(parts, fmt.Sprintf("%s: %d", cause, all[cause]))
	}
	if len(parts) == 0 {
		return "none"
	}
	return strings.Join(parts, ", ")
}
