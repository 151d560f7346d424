package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/holdfast-edge/holdfast/console"
	"github.com/holdfast-edge/holdfast/console/client"
)

// listing is one kind of thing that get shows. Its methods fetch them anew each
// time, and keep those of the names, or all where there are none.
type listing interface {
	show(ctx context.Context, from *client.Client, names []string, out io.Writer, asJSON bool) error
}

// list is a listing that the API gives as an array.
type list[T any] struct {
	path    string
	name    func(*T) []string // by which it may be asked for
	columns []column[T]
}

func (l list[T]) show(ctx context.Context, from *client.Client, names []string, out io.Writer, asJSON bool) error {
	things := []T{}
	if err := from.Get(ctx, l.path, nil, &things); err != nil {
		return err
	}
	things, err := l.pick(things, names)
	switch {
	case err != nil:
		return err
	case asJSON:
		return printJSON(out, things)
	}
	return printTable(out, l.columns, things)
}

// pick keeps the things of the names, of which each must be of one.
func (l list[T]) pick(things []T, names []string) ([]T, error) {
	if len(names) == 0 {
		return things, nil
	}
	found := map[string]bool{}
	picked := slices.DeleteFunc(slices.Clone(things), func(t T) bool {
		keep := false
		for _, n := range l.name(&t) {
			if slices.Contains(names, n) {
				found[n], keep = true, true
			}
		}
		return !keep
	})
	for _, n := range names {
		if !found[n] {
			return nil, fmt.Errorf("there is no %q in %s", n, l.path)
		}
	}
	return picked, nil
}

func printJSON(out io.Writer, v any) error {
	e := json.NewEncoder(out)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(v)
}

// listings are the kinds by name.
func listings() map[string]listing {
	return map[string]listing{
		"devices": list[console.Device]{"/api/v1/devices", func(d *console.Device) []string { return []string{d.Name} }, deviceColumns()},
		"tags":    list[console.Reading]{"/api/v1/tags", func(r *console.Reading) []string { return []string{r.Device, r.Device + "." + r.Tag} }, tagColumns()},
		"rules":   list[console.Rule]{"/api/v1/rules", func(r *console.Rule) []string { return []string{r.Name} }, ruleColumns()},
		"sinks":   list[console.Sink]{"/api/v1/sinks", func(s *console.Sink) []string { return []string{s.Name} }, sinkColumns()},
		"streams": list[console.Stream]{"/api/v1/streams", func(s *console.Stream) []string { return []string{s.Name} }, streamColumns()},
		"tables":  list[console.Table]{"/api/v1/tables", func(t *console.Table) []string { return []string{t.Name} }, tableColumns()},
		"tree":    treeListing{},
	}
}

func deviceColumns() []column[console.Device] {
	return []column[console.Device]{
		{"DEVICE", func(d *console.Device) string { return d.Name }},
		{"DRIVER", func(d *console.Device) string { return d.Driver }},
		{"STATE", func(d *console.Device) string { return d.State }},
		{"SCANS", func(d *console.Device) string { return count(d.Scans) }},
		{"LATE", func(d *console.Device) string { return count(d.Late) }},
		{"FAULTS", func(d *console.Device) string { return count(d.Faults) }},
		{"ENDPOINT", func(d *console.Device) string { return d.Endpoint }},
		{"DETAIL", func(d *console.Device) string { return d.Detail }},
	}
}

func tagColumns() []column[console.Reading] {
	return []column[console.Reading]{
		{"TAG", func(r *console.Reading) string { return r.Device + "." + r.Tag }},
		{"VALUE", func(r *console.Reading) string { return string(r.Value) }},
		{"UNIT", func(r *console.Reading) string { return r.Unit }},
		{"QUALITY", func(r *console.Reading) string { return r.Quality }},
		{"AGE", func(r *console.Reading) string { return short(r.Age) }},
		{"LAST", func(r *console.Reading) string { return string(r.Last) }},
	}
}

func ruleColumns() []column[console.Rule] {
	return []column[console.Rule]{
		{"RULE", func(r *console.Rule) string { return r.Name }},
		{"STATE", func(r *console.Rule) string { return r.State }},
		{"IN", func(r *console.Rule) string { return count(r.RowsIn) }},
		{"OUT", func(r *console.Rule) string { return count(r.RowsOut) }},
		{"FAILED", func(r *console.Rule) string { return count(r.Failed) }},
		{"DROPPED", func(r *console.Rule) string { return count(r.Dropped) }},
		{"TO", func(r *console.Rule) string { return strings.Join(r.To, ", ") }},
		{"SQL", func(r *console.Rule) string { return r.SQL }},
	}
}

func tableColumns() []column[console.Table] {
	return []column[console.Table]{
		{"TABLE", func(t *console.Table) string { return t.Name }},
		{"STATE", func(t *console.Table) string { return t.State }},
		{"OF", func(t *console.Table) string { return t.Of + " " + t.Source }},
		{"ROWS", func(t *console.Table) string { return fmt.Sprint(t.Rows) }},
		{"LOST", func(t *console.Table) string { return count(t.Lost) }},
		{"READ", func(t *console.Table) string {
			if t.Read == nil {
				return "never"
			}
			return t.Read.Local().Format(time.DateTime)
		}},
		{"RULES", func(t *console.Table) string { return strings.Join(t.Rules, ", ") }},
		{"TROUBLE", func(t *console.Table) string { return t.Trouble }},
	}
}

func sinkColumns() []column[console.Sink] {
	return []column[console.Sink]{
		{"SINK", func(s *console.Sink) string { return s.Name }},
		{"TYPE", func(s *console.Sink) string { return s.Type }},
		{"STATE", func(s *console.Sink) string { return s.State }},
		{"ACKED", func(s *console.Sink) string { return count(s.Acked) }},
		{"LAG", func(s *console.Sink) string { return count(s.Lag) }},
		{"BEHIND", func(s *console.Sink) string { return short(s.LagAge) }},
		{"SKIPPED", func(s *console.Sink) string { return count(s.Skipped) }},
		{"REJECTED", func(s *console.Sink) string { return count(s.Rejected) }},
		{"DETAIL", func(s *console.Sink) string { return s.Detail }},
	}
}

func streamColumns() []column[console.Stream] {
	return []column[console.Stream]{
		{"STREAM", func(s *console.Stream) string { return s.Name }},
		{"STATE", func(s *console.Stream) string { return s.State }},
		{"ROWS", func(s *console.Stream) string { return count(s.Rows) }},
		{"DROPPED", func(s *console.Stream) string { return count(s.Dropped) }},
		{"REFUSED", func(s *console.Stream) string { return count(s.Refused) }},
		{"LOGGED", func(s *console.Stream) string { return fmt.Sprint(s.Logged) }},
		{"TOPIC", func(s *console.Stream) string { return s.Topic }},
	}
}
