package plan

import (
	"slices"
	"strings"
)

// Use is a stream or table that a query reads, and which of its columns.
type Use struct {
	Name    string
	Kind    SourceKind
	Columns []string // in the order in which the query names them
	All     bool     // every column, because of a star
}

// Uses returns what the query reads, each stream once, in the order in which
// they are met.
func (q *Query) Uses() []Use {
	var uses []Use
	q.collect(&uses)
	return uses
}

func (q *Query) collect(uses *[]Use) {
	for _, arm := range q.Arms {
		for _, sub := range arm.Subqueries {
			sub.collect(uses)
		}
		for _, in := range arm.Inputs {
			if in.Query != nil {
				in.Query.collect(uses)
				continue
			}
			arm.collect(in, uses)
		}
	}
}

func (s *Select) collect(in *Input, uses *[]Use) {
	k := slices.IndexFunc(*uses, func(u Use) bool { return u.Name == in.Stream })
	if k < 0 {
		k = len(*uses)
		*uses = append(*uses, Use{Name: in.Stream, Kind: in.Source.Kind})
	}
	use := &(*uses)[k]
	use.All = use.All || in.Star
	for _, i := range in.Columns {
		if name := s.Columns[i].Name; !slices.Contains(use.Columns, name) {
			use.Columns = append(use.Columns, name)
		}
	}
}

// Hides reports whether a column is not among those of the star.
func (s *Star) Hides(name string) bool { return s.Except[strings.ToLower(name)] }
