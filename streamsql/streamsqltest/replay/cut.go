package replay

import (
	"fmt"
	"slices"
	"strings"

	"github.com/holdfast-edge/holdfast/streamsql/ast"
	"github.com/holdfast-edge/holdfast/streamsql/fn"
)

// cut leaves only the clause of a query that a case is about, and puts in what
// shows its result.
func cut(q *ast.Query, c Case) (*operation, error) {
	s := q.Arms[0]
	o := &operation{query: q, emitter: make(map[string]string)}
	for _, source := range sources(s) {
		stream, ok := source.(*ast.Stream)
		if !ok {
			return nil, fmt.Errorf("a query in FROM is not recorded")
		}
		o.labels, o.names = append(o.labels, source.Label()), append(o.names, stream.Name.Text)
	}
	stage, form, _ := strings.Cut(c.Stage, "-")
	s.Window = nil
	if stage != "join" {
		o.prejoin(s, form, c)
	}
	if stage == "aggfunc" {
		showAggregates(s)
		stage = "project"
	}
	o.keep(q, s, stage, form)
	switch {
	case c.Stage == "having":
		dropComputed(s, c)
	case c.Kind == "operator" && c.Stage == "project":
		o.qualify(s, c)
	}
	if stage == "project" && strings.Contains(string(c.Expected), metaColumn) {
		sendMeta(s)
	}
	return o, nil
}

// dropComputed takes away the aliases that the recorded rows hold the values of.
// An aggregate among them would make one group of the rows that HAVING is shown.
func dropComputed(s *ast.Select, c Case) {
	recorded := recordedColumns(c)
	s.Items = slices.DeleteFunc(s.Items, func(i *ast.Item) bool { return recorded[i.Alias.Text] })
}

// qualify makes the columns of the recorded row be columns even where an alias
// has the same name: which is meant was decided before the operator, which knows
// no aliases.
func (o *operation) qualify(s *ast.Select, c Case) {
	recorded := recordedColumns(c)
	for _, item := range s.Items {
		ast.Walk(item.Expr, func(n ast.Node) bool {
			if column, ok := n.(*ast.Column); ok && len(column.Path) == 1 && recorded[column.Path[0].Text] {
				column.Path = []ast.Name{{Text: o.labels[0]}, column.Path[0]}
			}
			return true
		})
	}
}

// recordedColumns returns the columns of the first input; that of what is no row
// is told where the inputs are read.
func recordedColumns(c Case) map[string]bool {
	columns := make(map[string]bool)
	if len(c.Inputs) == 0 {
		return columns
	}
	if first, err := decode(c.Inputs[0].Data); err == nil && first.Object() != nil {
		for i := range first.Object().Len() {
			name, _ := first.Object().At(i)
			columns[name] = true
		}
	}
	return columns
}

// showAggregates adds what the aggregates in WHERE give to the select list, under
// the names that they have for the operator that computes them.
func showAggregates(s *ast.Select) {
	var calls []*ast.Call
	ast.Walk(s.Where, func(n ast.Node) bool {
		if call, ok := n.(*ast.Call); ok {
			if f, known := fn.EKuiper().Lookup(call.Name.Text); known && f.Kind() == fn.AggregateKind {
				calls = append(calls, call)
			}
		}
		return true
	})
	for i, call := range calls {
		s.Items = append(s.Items, &ast.Item{Expr: call, Alias: ast.Name{Text: fmt.Sprintf("agg_ref_%d", i)}})
	}
}

// metaColumn is where a rule of eKuiper puts the metadata of a row whose option
// sendMetaToSink is set.
const metaColumn = "__meta"

// sendMeta is that option.
func sendMeta(s *ast.Select) {
	s.Items = append(s.Items, &ast.Item{
		Expr:  &ast.Call{Name: ast.Name{Text: "meta"}, Args: []ast.Expr{&ast.Star{}}},
		Alias: ast.Name{Text: metaColumn},
	})
}

func sources(s *ast.Select) []ast.Source {
	all := []ast.Source{s.From}
	for _, j := range s.Joins {
		all = append(all, j.Source)
	}
	return all
}

// prejoin replaces the conditions of the joins by the number of the joined row
// that a row is of, or takes the joins away where the inputs are not joined.
func (o *operation) prejoin(s *ast.Select, form string, c Case) {
	seen := make(map[string]bool)
	for _, in := range c.Inputs {
		seen[in.Stream] = true
	}
	if len(s.Joins) == 0 || form == "" && len(seen) < 2 {
		s.Joins, o.labels, o.names = nil, o.labels[:1], o.names[:1]
		return
	}
	o.joined = true
	for i, j := range s.Joins {
		j.Kind = ast.FullJoin
		j.On = &ast.Binary{Op: ast.Equal, L: column(o.labels[0], hidden), R: column(o.labels[i+1], hidden)}
	}
	ast.Walk(s, func(n ast.Node) bool {
		if star, ok := n.(*ast.Star); ok {
			star.Except = append(star.Except, ast.Name{Text: hidden})
		}
		return true
	})
}

func column(path ...string) *ast.Column {
	c := &ast.Column{}
	for _, name := range path {
		c.Path = append(c.Path, ast.Name{Text: name})
	}
	return c
}

// keep removes the clauses of other stages.
func (o *operation) keep(q *ast.Query, s *ast.Select, stage, form string) {
	if stage != "filter" {
		s.Where = nil
	}
	if stage != "order" {
		q.OrderBy = nil
	}
	if stage != "having" {
		s.Having = nil
	}
	if stage != "groupby" && form != "grouped" {
		s.GroupBy = nil
	}
	if stage != "project" {
		q.Limit, q.Offset = nil, nil
		o.showRows(s, stage == "groupby" || form == "grouped")
	}
}

// showRows makes the output be the rows that the operator was given, one item
// for each source: of the row, or of all rows of the group. The items that there
// were stay where others may use them by name.
func (o *operation) showRows(s *ast.Select, grouped bool) {
	s.Items = slices.DeleteFunc(s.Items, func(i *ast.Item) bool { return i.Alias.Text == "" })
	for _, item := range s.Items {
		item.Invisible = true
	}
	function := "coalesce"
	if grouped {
		function = "collect"
	}
	for i, label := range o.labels {
		star := &ast.Star{Stream: ast.Name{Text: label}}
		if o.joined {
			star.Except = []ast.Name{{Text: hidden}}
		}
		s.Items = append(s.Items, &ast.Item{
			Expr:  &ast.Call{Name: ast.Name{Text: function}, Args: []ast.Expr{star}},
			Alias: ast.Name{Text: shown(i)},
		})
	}
}

// shown names the item that shows the rows of a source.
func shown(i int) string { return fmt.Sprintf("__source%d", i) }

// placer tells which source a recorded row is of, and which joined row.
type placer struct {
	operation *operation
	row       int
	members   map[string]bool // sources of which the joined row has one
}

func newPlacer(o *operation) *placer { return &placer{operation: o, row: -1} }

// next returns the label and the joined row of the next input. A joined row
// begins with the source of FROM; a row that does not stand behind one is a
// joined row by itself.
func (p *placer) next(emitter string) (label string, row int) {
	o := p.operation
	label = o.labelOf(emitter)
	if label == o.labels[0] || p.members[label] || !p.members[o.labels[0]] {
		p.row++
		p.members = make(map[string]bool)
	}
	p.members[label] = true
	return label, p.row
}

// labelOf returns the source that an emitter is: the one it names, or the first
// that nothing names.
func (o *operation) labelOf(emitter string) string {
	if slices.Contains(o.labels, emitter) {
		return emitter
	}
	if i := slices.Index(o.names, emitter); i >= 0 {
		return o.labels[i]
	}
	if label, ok := o.emitter[emitter]; ok {
		return label
	}
	label := o.labels[min(len(o.emitter)+1, len(o.labels)-1)]
	if len(o.labels) == 1 {
		label = o.labels[0]
	}
	o.emitter[emitter] = label
	return label
}
