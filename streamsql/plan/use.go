package plan

import (
	"slices"
	"strings"

	"github.com/holdfast-edge/holdfast/streamsql/ast"
	"github.com/holdfast-edge/holdfast/streamsql/fn"
	"github.com/holdfast-edge/holdfast/tag"
)

// Use is a stream or table that a query reads, and which of its columns.
type Use struct {
	Name    string
	Kind    SourceKind
	Columns []string    // in the order in which the query names them
	All     bool        // every column, because of a star
	Schema  *tag.Schema // as the catalog had it; nil: the fields come with the rows
}

// Uses returns what the query reads, each stream once, in the order in which
// they are met.
func (q *Query) Uses() []Use {
	var uses []Use
	q.visit(func(s *Select, k int) {
		in := s.Inputs[k]
		at := slices.IndexFunc(uses, func(u Use) bool { return u.Name == in.Stream })
		if at < 0 {
			at = len(uses)
			uses = append(uses, Use{Name: in.Stream, Kind: in.Source.Kind, Schema: in.Source.Schema})
		}
		uses[at].take(s, in)
	})
	return uses
}

// take adds what an input reads of the stream.
func (u *Use) take(s *Select, in *Input) {
	u.All = u.All || in.Star
	for _, i := range in.Columns {
		if name := s.Columns[i].Name; !slices.Contains(u.Columns, name) {
			u.Columns = append(u.Columns, name)
		}
	}
}

// visit visits every stream and table that the query reads, as an input of a
// SELECT, in the order in which they are met: queries in expressions first, those
// in FROM in their place.
func (q *Query) visit(visit func(s *Select, input int)) {
	for _, arm := range q.Arms {
		for _, sub := range arm.Subqueries {
			sub.visit(visit)
		}
		for k, in := range arm.Inputs {
			if in.Query != nil {
				in.Query.visit(visit)
			} else {
				visit(arm, k)
			}
		}
	}
}

// Lookup is a lookup table that a query asks, and by what.
type Lookup struct {
	Table string
	By    []string // "column = expression"; empty: it is asked for all rows
}

// Lookups returns the lookup tables that the query asks, in the order in which
// they are met; one that is asked in two ways stands there twice.
func (q *Query) Lookups() []Lookup {
	var all []Lookup
	q.visit(func(s *Select, k int) {
		if s.Inputs[k].Source.Kind == LookupSource {
			all = append(all, s.lookup(k))
		}
	})
	return all
}

// lookup returns how the lookup table of an input is asked.
func (s *Select) lookup(k int) Lookup {
	l := Lookup{Table: s.Inputs[k].Stream}
	if s.AsksByKey(k) {
		for _, key := range s.Joins[k-1].Keys {
			l.By = append(l.By, key.Column+" = "+key.By)
		}
	}
	return l
}

// Hides reports whether a column is not among those of the star.
func (s *Star) Hides(name string) bool { return s.Except[strings.ToLower(name)] }

// Calls returns the names of the functions of a family that the query calls,
// each once, in their order.
func (q *Query) Calls(functions *fn.Registry, family string) []string {
	var names []string
	ast.Walk(q.AST, func(n ast.Node) bool {
		if call, ok := n.(*ast.Call); ok {
			f, known := functions.Resolve(call.Name.Text, len(call.Args))
			if known && f.Family == family && !slices.Contains(names, f.Name) {
				names = append(names, f.Name)
			}
		}
		return true
	})
	slices.Sort(names)
	return names
}
