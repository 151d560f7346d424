package plan

import (
	"slices"
	"strings"

	"github.com/holdfast-edge/holdfast/streamsql/ast"
	"github.com/holdfast-edge/holdfast/streamsql/expr"
	"github.com/holdfast-edge/holdfast/streamsql/fn"
	"github.com/holdfast-edge/holdfast/tag"
)

// Column resolves a name: alias or column first as the dialect has it, and what
// stands behind it as fields inside its value.
func (b *builder) Column(c *ast.Column) (*expr.Node, error) {
	if len(c.Path) > 1 {
		if k := b.labelled(c.Path[0].Text); k >= 0 {
			return b.qualified(c, k)
		}
		if b.labelledAround(c.Path[0].Text) {
			if n := b.linked(c); n != nil {
				return n, nil
			}
		}
	}
	n, err := b.unqualified(c)
	if err != nil {
		return nil, err
	}
	return fields(n, c.Path[1:]), nil
}

func (b *builder) unqualified(c *ast.Column) (*expr.Node, error) {
	name := c.Path[0].Text
	if b.dialect.UnitsReserved && !c.Path[0].Quoted && isUnit(name) {
		return nil, expr.Errorf(c.Pos, "%s is a unit of time: a column of that name stands in backticks", name)
	}
	if b.dialect.AliasFirst {
		if n, err := b.alias(name); n != nil || err != nil {
			return n, err
		}
	}
	if n, err := b.lookup(c); n != nil || err != nil {
		return n, err
	}
	if n, err := b.alias(name); n != nil || err != nil {
		return n, err
	}
	if n := b.anywhere(name); n != nil {
		return n, nil
	}
	if n := b.linked(&ast.Column{Pos: c.Pos, Path: c.Path[:1]}); n != nil {
		return n, nil
	}
	return nil, b.unknown(c)
}

// isUnit reports whether a name is a unit of time of eKuiper's windows.
func isUnit(name string) bool {
	switch strings.ToLower(name) {
	case "dd", "hh", "mi", "ss", "ms":
		return true
	default:
		return false
	}
}

// labelled returns the input that columns are qualified with a name for, -1 for
// none.
func (b *builder) labelled(name string) int {
	for k, in := range b.plan.Inputs {
		if strings.EqualFold(in.Label, name) {
			return k
		}
	}
	return -1
}

// labelledAround reports whether a query around this one has such an input.
func (b *builder) labelledAround(name string) bool {
	return b.outer != nil && (b.outer.labelled(name) >= 0 || b.outer.labelledAround(name))
}

// qualified resolves input.column.
func (b *builder) qualified(c *ast.Column, k int) (*expr.Node, error) {
	in, name := b.plan.Inputs[k], c.Path[1].Text
	if schema := in.Source.Schema; schema != nil {
		if _, ok := Find(schema, name); !ok {
			return nil, expr.Errorf(c.Path[1].Pos, "%s has no column %s%s", in.Label, name, expr.Suggest(name, names(schema)))
		}
	}
	return fields(b.use(k, name), c.Path[2:]), nil
}

// lookup finds a column in the inputs of a fixed schema.
func (b *builder) lookup(c *ast.Column) (*expr.Node, error) {
	name, found := c.Path[0].Text, -1
	one := b.sharedColumn(name)
	for k, in := range b.plan.Inputs {
		if in.Source.Schema == nil {
			continue
		}
		if _, ok := Find(in.Source.Schema, name); !ok {
			continue
		}
		if found >= 0 && !b.dialect.AliasFirst && !one.has(found, k) {
			return nil, expr.Errorf(c.Pos, "%[1]s is a column of two sources: write %[2]s.%[1]s or %[3]s.%[1]s", name, b.plan.Inputs[found].Label, in.Label)
		}
		if found < 0 {
			found = k
		}
	}
	switch {
	case found < 0:
		return nil, nil
	case one.has(found):
		return b.compile(b.merged(one, c.Pos))
	default:
		return b.use(found, name), nil
	}
}

// anywhere returns a column of the inputs whose columns come with their rows:
// of the first that has it, row by row. nil where there is no such input.
func (b *builder) anywhere(name string) *expr.Node {
	var candidates []*expr.Node
	for k, in := range b.plan.Inputs {
		if in.Source.Schema == nil {
			candidates = append(candidates, b.use(k, name))
		}
	}
	if len(candidates) <= 1 {
		return append(candidates, nil)[0]
	}
	return expr.FirstPresent(candidates)
}

// use returns the node of a column of an input.
func (b *builder) use(k int, name string) *expr.Node {
	kind := tag.Absent
	if schema := b.plan.Inputs[k].Source.Schema; schema != nil {
		if slot, ok := Find(schema, name); ok {
			name, kind = schema.Field(slot).Name, schema.Field(slot).Kind
		}
	}
	i := b.place(k, name, kind)
	b.touched[k] = true
	if b.groups {
		b.bare[i] = true
	}
	n := expr.Column(i, kind)
	if derived := b.plan.Inputs[k].Query; derived != nil {
		n.Affinity = derived.affinityOf(name)
	}
	return n
}

// place returns where in the layout a column stands, and puts it there first
// where it does not.
func (b *builder) place(k int, name string, kind tag.Kind) int {
	in := b.plan.Inputs[k]
	for _, i := range in.Columns {
		if b.plan.Columns[i].Name == name {
			return i
		}
	}
	i := len(b.plan.Columns)
	b.plan.Columns = append(b.plan.Columns, Column{Input: k, Name: name, Kind: kind})
	in.Columns = append(in.Columns, i)
	return i
}

// unknown is the error for a name that nothing has.
func (b *builder) unknown(c *ast.Column) error {
	name := c.Path[0]
	var known []string
	for _, in := range b.plan.Inputs {
		known = append(known, names(in.Source.Schema)...)
	}
	for _, item := range b.syntax.Items {
		if item.Alias.Text != "" {
			known = append(known, item.Alias.Text)
		}
	}
	if len(c.Path) > 1 {
		return expr.Errorf(c.Pos, "no source or column is called %s%s", name.Text, expr.Suggest(name.Text, append(known, b.labels()...)))
	}
	hint := expr.Suggest(name.Text, known)
	if slices.Contains(known, name.Text) {
		hint = "; the item called " + name.Text + " is made of this one"
	}
	if name.Quoted && hint == "" {
		hint = "; text is written in single quotes: '" + name.Text + "'"
	}
	return expr.Errorf(c.Pos, "no column is called %s%s", name.Text, hint)
}

// labels returns what the inputs are called in the query.
func (b *builder) labels() []string {
	labels := make([]string, len(b.plan.Inputs))
	for k, in := range b.plan.Inputs {
		labels[k] = in.Label
	}
	return labels
}

// Find returns the slot of a column: of the exact name, or else of one that
// differs in case only.
func Find(s *tag.Schema, name string) (slot int, ok bool) {
	if slot, ok = s.Slot(name); ok {
		return slot, true
	}
	for i := range s.Len() {
		if strings.EqualFold(s.Field(i).Name, name) {
			return i, true
		}
	}
	return 0, false
}

func names(s *tag.Schema) []string {
	if s == nil {
		return nil
	}
	all := make([]string, s.Len())
	for i := range all {
		all[i] = s.Field(i).Name
	}
	return all
}

func fields(n *expr.Node, path []ast.Name) *expr.Node {
	for _, name := range path {
		n = expr.Field(n, name.Text)
	}
	return n
}

// kindOf returns the kind of a field that holds the values of a node.
func kindOf(n *expr.Node) tag.Kind {
	if n.Type == fn.Any {
		return tag.Absent
	}
	return n.Type.Kind()
}
