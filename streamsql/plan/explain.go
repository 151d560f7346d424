package plan

import (
	"fmt"
	"strings"

	"github.com/holdfast-edge/holdfast/streamsql/ast"
	"github.com/holdfast-edge/holdfast/streamsql/expr"
)

// Explain returns the plan as a text: a step a line, in the order in which rows
// go through them, and below a step what it is made of, indented by two spaces.
// Equal queries have equal texts. Some windows go otherwise about WHERE where
// they go by the times of the rows.
func (q *Query) Explain(eventTime bool) string {
	return q.explain(len(q.Arms) == 1, eventTime)
}

// explain explains a query that may share with others, or one that stands in
// another and does not.
func (q *Query) explain(shares, eventTime bool) string {
	x := &explanation{shares: shares, eventTime: eventTime}
	for i, arm := range q.Arms {
		if i > 0 {
			x.linef("union all")
		}
		x.selection(arm)
	}
	return x.String()
}

// explanation is a text of steps under way.
type explanation struct {
	strings.Builder
	depth     int
	shares    bool // the query may be evaluated together with others
	eventTime bool
}

func (x *explanation) linef(format string, args ...any) {
	x.WriteString(strings.Repeat("  ", x.depth))
	fmt.Fprintf(&x.Builder, format, args...)
	x.WriteByte('\n')
}

// below writes what a step is made of.
func (x *explanation) below(write func()) {
	x.depth++
	write()
	x.depth--
}

func (x *explanation) selection(s *Select) {
	for k, in := range s.Inputs {
		if k == 0 || in.Source.Kind != LookupSource {
			x.input(s, in)
		}
	}
	for _, sub := range s.Subqueries {
		x.linef("query in an expression, over the rows kept so far")
		x.below(func() { x.queryBelow(sub.Query) })
	}
	x.remember("remember", s.Before)
	if s.FiltersEarly(x.eventTime) {
		x.filter(s)
	}
	x.window(s)
	for i, join := range s.Joins {
		x.join(s, join, s.Syntax.Joins[i], s.Inputs[i+1])
	}
	if !s.FiltersEarly(x.eventTime) {
		x.filter(s)
	}
	x.groups(s)
	x.order(s)
	x.output(s)
}

func (x *explanation) queryBelow(q *Query) {
	for line := range strings.Lines(q.explain(false, x.eventTime)) {
		x.linef("%s", strings.TrimSuffix(line, "\n"))
	}
}

// input writes what is read, and which columns of it.
func (x *explanation) input(s *Select, in *Input) {
	if in.Query != nil {
		x.linef("read the query %s", in.Label)
		x.below(func() { x.queryBelow(in.Query) })
		return
	}
	name := in.Stream
	if in.Label != in.Stream {
		name += " as " + in.Label
	}
	x.linef("read %s %s: %s", in.Source.Kind, name, s.columnsOf(in))
	if in.Source.Kind == TableSource && !s.Bounded {
		x.below(func() { x.linef("%s", kept(in.Source.Retain)) })
	}
}

func kept(retain int) string {
	if retain == 0 {
		return "every row is kept"
	}
	return fmt.Sprintf("the last %d rows are kept", retain)
}

// columnsOf lists the columns of an input that are in use.
func (s *Select) columnsOf(in *Input) string {
	var names []string
	for _, i := range in.Columns {
		names = append(names, s.Columns[i].Name)
	}
	switch {
	case in.Star && in.Source.Schema == nil:
		return "every column"
	case len(names) == 0:
		return "no column"
	default:
		return strings.Join(names, ", ")
	}
}

// remember writes the calls that have a state.
func (x *explanation) remember(step string, calls []Before) {
	for _, call := range calls {
		switch {
		case call.Func == nil:
			x.linef("note %s when the row comes", call.Text)
		case len(call.Partition) > 0:
			x.linef("%s %s: a state for each partition", step, call.Text)
		default:
			x.linef("%s %s", step, call.Text)
		}
	}
}

func (x *explanation) filter(s *Select) {
	if s.Filter == nil {
		return
	}
	x.linef("filter %s", s.FilterText())
	if !x.shares || !s.Shares() {
		return
	}
	x.below(func() {
		if s.FilterKey != "" {
			x.linef("once for all rules of an equal filter")
		}
		if key, rest := s.IndexKey(); key != nil {
			x.linef("%s", indexed(s.Columns[key.Column].Name, rest))
		}
	})
}

// indexed tells what an index saves.
func indexed(column string, rest *expr.Node) string {
	if rest == nil {
		return "found by an index over " + column + ", with nothing left to evaluate"
	}
	return "evaluated for the rows that an index over " + column + " finds"
}

func (x *explanation) window(s *Select) {
	if s.Window == nil {
		return
	}
	x.linef("window %s", ast.Text(s.Syntax.Window))
	x.below(func() {
		x.linef("%s", s.Keeps())
		if len(s.Window.Partition) > 0 {
			x.linef("one for each partition")
		}
	})
}

// String describes what is kept.
func (k Keeping) String() string {
	return [...]string{
		KeepRows:     "keeps its rows",
		AddUp:        "adds rows up by group as they come",
		AddAndRemove: "adds rows up by group as they come, and takes them away as they leave",
	}[k]
}

func (x *explanation) join(s *Select, join Join, syntax *ast.Join, in *Input) {
	condition := ""
	switch {
	case syntax.On != nil:
		condition = " on " + ast.Text(syntax.On)
	case len(syntax.Using) > 0:
		condition = " using " + listed(syntax.Using)
	}
	x.linef("%s %s%s", strings.ToLower(join.Kind.String()), in.Label, condition)
	x.below(func() {
		switch {
		case in.Source.Kind == LookupSource && join.asksByKey():
			x.linef("look up %s by %s: %s", in.Stream, keyTexts(join), s.columnsOf(in))
		case in.Source.Kind == LookupSource && len(join.Keys) > 0:
			x.linef("all rows of %s by a hash of %s: %s", in.Stream, keyTexts(join), s.columnsOf(in))
		case in.Source.Kind == LookupSource:
			x.linef("all rows of %s with each row: %s", in.Stream, s.columnsOf(in))
		case len(join.Keys) > 0:
			x.linef("by a hash of %d of its columns or expressions", len(join.Keys))
		default:
			x.linef("each row with each row")
		}
	})
}

func listed(list []ast.Name) string {
	all := make([]string, len(list))
	for i, name := range list {
		all[i] = name.Text
	}
	return strings.Join(all, ", ")
}

func (x *explanation) groups(s *Select) {
	if len(s.GroupTexts) > 0 {
		x.linef("group by %s", strings.Join(s.GroupTexts, ", "))
	}
	for _, a := range s.Aggregates {
		x.linef("aggregate %s", a.Text)
	}
	x.remember("remember, over groups,", s.After)
	if s.Having != nil {
		x.linef("having %s", ast.Text(s.Syntax.Having))
	}
}

func (x *explanation) order(s *Select) {
	for _, n := range s.Numberings {
		x.linef("count %s", n.Text)
	}
	if s.Distinct {
		x.linef("each row of an emission once")
	}
	if len(s.Order) > 0 {
		x.linef("sort each emission by %s", strings.Join(s.OrderTexts, ", "))
	}
	if s.Limit.Offset > 0 {
		x.linef("leave out the first %d of each emission", s.Limit.Offset)
	}
	if s.Limit.Rows >= 0 {
		x.linef("give at most %d of each emission", s.Limit.Rows)
	}
}

func (x *explanation) output(s *Select) {
	var names []string
	for _, item := range s.Items {
		switch {
		case item.Invisible:
		case item.Star != nil:
			names = append(names, s.Inputs[item.Star.Input].Label+".*")
		case item.Table != nil:
			names = append(names, "rows of "+item.Table.Func.Name)
		case item.Spread:
			names = append(names, "fields of "+item.Name)
		default:
			names = append(names, item.Name)
		}
	}
	x.linef("give %s", strings.Join(names, ", "))
}

// FilterText returns the condition of WHERE, empty where there is none.
func (s *Select) FilterText() string {
	if s.Syntax.Where == nil {
		return ""
	}
	return ast.Text(s.Syntax.Where)
}

// WindowText returns the window with what it groups by and the filter before it.
func (s *Select) WindowText() string {
	text := ast.Text(s.Syntax.Window)
	if len(s.GroupTexts) > 0 {
		text = strings.Join(s.GroupTexts, ", ") + ", " + text
	}
	if s.Filter != nil {
		text += " where " + s.FilterText()
	}
	return text
}
