package plan

import (
	"slices"

	"github.com/holdfast-edge/holdfast/streamsql/ast"
	"github.com/holdfast-edge/holdfast/streamsql/expr"
)

// Keeping is what the windows of a SELECT keep of their rows.
type Keeping uint8

// The ways to keep rows.
const (
	KeepRows     Keeping = iota // the rows themselves, until the window closes
	AddUp                       // what they add up to by group, in panes that windows share
	AddAndRemove                // the same for sliding windows: a row is taken away again when it leaves
)

// FiltersEarly reports whether WHERE is evaluated when a row comes, and not
// behind its window and joins, in the rows' own time or in that of the clock.
func (s *Select) FiltersEarly(eventTime bool) bool {
	if len(s.Inputs) > 1 || s.Nested || len(s.Whole) > 0 || s.Bounded && len(s.Subqueries) > 0 {
		return false // a subquery has not seen its rows before the inputs end
	}
	return s.Window == nil || !s.Dialect.FilterAfterWindow || !countsRows(s.Window.Kind, eventTime)
}

// countsRows reports whether the kind of window counts, is triggered by or goes
// on with rows, so that for eKuiper those that WHERE rejects take part in that.
func countsRows(k ast.WindowKind, eventTime bool) bool {
	return k == ast.Count || k == ast.Sliding || k == ast.State || k == ast.Session && eventTime
}

// Keeps returns what the windows keep.
func (s *Select) Keeps() Keeping {
	switch {
	case len(s.Inputs) > 1 || !s.Grouped || len(s.Whole) > 0 || s.Window == nil:
		return KeepRows
	case s.Window.Kind != ast.Sliding:
		return AddUp
	case s.forgets():
		return AddAndRemove
	default:
		return KeepRows
	}
}

// forgets reports whether the groups can forget a row: each of the aggregates
// can, and the first row stands for the group.
func (s *Select) forgets() bool {
	return s.Extreme < 0 && !slices.ContainsFunc(s.Aggregates, func(a Aggregate) bool {
		return a.Distinct || a.Func.Slides() == nil
	})
}

// Shares reports whether the filter can be evaluated once for all queries over
// a stream whose FilterKey is the same.
func (s *Select) Shares() bool {
	return s.IsDirect() && len(s.Before) == 0 && (s.Filter == nil || !s.Filter.Varies)
}

// IndexKey returns the comparison that the rows can be found by that the filter
// may let through, an equality before a threshold; nil where there is none.
// rest is what is left to evaluate for them, nil for nothing. A filter that may
// fail has none, so that it does.
func (s *Select) IndexKey() (key *expr.Comparison, rest *expr.Node) {
	if s.Filter == nil || s.Filter.Fails {
		return nil, s.Filter
	}
	parts := s.Filter.Parts
	if parts == nil {
		parts = []*expr.Node{s.Filter}
	}
	for _, part := range parts {
		k := part.Comparison
		if k != nil && indexable(k) && (key == nil || key.Op != expr.Equal && k.Op == expr.Equal) {
			key = k
		}
	}
	if key != nil && len(parts) == 1 {
		return key, nil
	}
	return key, s.Filter
}

// indexable reports whether a comparison can be looked up: any equality, and
// thresholds among numbers.
func indexable(k *expr.Comparison) bool {
	switch k.Op {
	case expr.Equal:
		return true
	case expr.NotEqual:
		return false
	default:
		return k.Constant.Kind().IsNumber()
	}
}
