//go:build !lean

package main

import (
	"encoding/json"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/holdfast-edge/holdfast/internal/migrate"
)

// importReport is the report as JSON.
type importReport struct {
	Source        string         `json:"source"`
	Written       string         `json:"written,omitempty"`       // the file; empty: nothing was
	Configuration string         `json:"configuration,omitempty"` // with --dry-run, what would be written
	Counts        map[string]int `json:"counts"`
	Items         []migrate.Item `json:"items"`
}

// tell prints the report, and with --dry-run the configuration.
func (x *importing) tell(s *surroundings, text []byte, refused bool) error {
	switch {
	case x.target.JSON:
		return x.tellJSON(s.out, text, refused)
	case x.target.DryRun && !refused:
		x.tellText(s.errs, false)
		_, err := s.out.Write(text)
		return err
	default:
		x.tellText(s.out, !refused && !x.target.DryRun)
		return nil
	}
}

func (x *importing) tellJSON(w io.Writer, text []byte, refused bool) error {
	r := importReport{Source: x.target.File, Counts: map[string]int{}, Items: append([]migrate.Item{}, x.report.Items...)}
	for _, k := range []migrate.Kind{migrate.Taken, migrate.Changed, migrate.Hand, migrate.LeftOut, migrate.Moot} {
		r.Counts[string(k)] = x.report.Count(k)
	}
	switch {
	case refused:
	case x.target.DryRun:
		r.Configuration = string(text)
	default:
		r.Written = x.out
	}
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(r)
}

// tellText prints what a person wants to know: how much was taken, and of all else each item.
func (x *importing) tellText(w io.Writer, written bool) {
	taken := map[string]int{}
	var kinds []string
	for _, i := range x.report.Items {
		if i.Kind != migrate.Taken {
			continue
		}
		kind, _, _ := strings.Cut(i.Of, " ")
		if taken[kind]++; taken[kind] == 1 {
			kinds = append(kinds, kind)
		}
	}
	for i, kind := range kinds {
		kinds[i] = fmt.Sprintf("%d × %s", taken[kind], kind)
	}
	if len(kinds) == 0 {
		kinds = []string{"nothing"}
	}
	_, _ = fmt.Fprintf(w, "%s: taken: %s\n", x.target.File, strings.Join(kinds, ", "))
	for _, section := range []struct {
		kind  migrate.Kind
		title string
	}{{migrate.Changed, "Written differently"}, {migrate.Hand, "Needs a hand"}, {migrate.LeftOut, "Left out"}, {migrate.Moot, "Not needed here"}} {
		x.section(w, section.kind, section.title)
	}
	if written {
		_, _ = fmt.Fprintf(w, "\nWritten: %s. Look at it, and start it: holdfast edge -c %s\n", x.out, x.start())
	}
}

// start is what a node is started with: the directory where it is one.
func (x *importing) start() string {
	if x.site != nil {
		return filepath.Dir(x.out)
	}
	return x.out
}

func (x *importing) section(w io.Writer, kind migrate.Kind, title string) {
	if x.report.Count(kind) == 0 {
		return
	}
	_, _ = fmt.Fprintf(w, "\n%s (%d):\n", title, x.report.Count(kind))
	for _, i := range x.report.Items {
		if i.Kind == kind {
			_, _ = fmt.Fprintf(w, "  %s\n", i)
		}
	}
}
