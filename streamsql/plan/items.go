package plan

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/holdfast-edge/holdfast/streamsql/ast"
	"github.com/holdfast-edge/holdfast/streamsql/expr"
	"github.com/holdfast-edge/holdfast/streamsql/fn"
	"github.com/holdfast-edge/holdfast/tag"
)

// items plans the select list and, where no input brings columns of its own,
// the schema of the output.
func (b *builder) items() error {
	unnamed := 0
	for _, item := range b.syntax.Items {
		if star, ok := item.Expr.(*ast.Star); ok {
			if err := b.star(star); err != nil {
				return err
			}
			continue
		}
		planned, err := b.planItem(item)
		if err != nil {
			return err
		}
		if planned.Name = item.Alias.Text; planned.Name == "" {
			planned.Name = b.nameOf(item.Expr, &unnamed)
		}
		planned.Pos, planned.Invisible = item.Pos, item.Invisible
		b.plan.Items = append(b.plan.Items, planned)
	}
	return b.output()
}

// planItem plans one item: an expression, or at its top a call of a function
// that gives several columns or rows.
func (b *builder) planItem(item *ast.Item) (Item, error) {
	call, isCall := item.Expr.(*ast.Call)
	if !isCall {
		n, err := b.itemOverGroups(item)
		return Item{Expr: n}, err
	}
	f, ok := b.function(call)
	if !ok || f.Kind() != fn.TableKind {
		n, err := b.itemOverGroups(item)
		return Item{Expr: n, Spread: ok && f.Spread}, err
	}
	if slices.ContainsFunc(b.plan.Items, func(other Item) bool { return other.Table != nil }) {
		return Item{}, expr.Errorf(call.Pos, "a second function that gives rows: one is allowed")
	}
	b.groups = true
	defer func() { b.groups = false }()
	if a := b.aliases[strings.ToLower(item.Alias.Text)]; a != nil && !a.open {
		defer b.name(a)() // unnest(x) AS x is about the column
	}
	args, err := b.compiler().Arguments(f, call)
	return Item{Table: &TableCall{Func: f, Args: args}}, err
}

// nameOf names an item that has no alias.
func (b *builder) nameOf(e ast.Expr, unnamed *int) string {
	switch e.(type) {
	case *ast.Column, *ast.Call:
		return expr.NameOf(e)
	}
	if !b.dialect.NumberedColumns {
		return expr.NameOf(e)
	}
	name := fmt.Sprintf("kuiper_field_%d", *unnamed)
	*unnamed++
	return name
}

// star plans a star: columns for inputs that have a schema, a Star for the
// others.
func (b *builder) star(s *ast.Star) error {
	inputs, err := b.starred(s)
	if err != nil {
		return err
	}
	if err := b.checkExcepted(s, inputs); err != nil {
		return err
	}
	for _, k := range inputs {
		if err := b.starOf(s, k, excepted(s)); err != nil {
			return err
		}
	}
	for _, item := range s.Replace {
		n, err := b.itemOverGroups(item)
		if err != nil {
			return err
		}
		b.plan.Items = append(b.plan.Items, Item{Name: item.Alias.Text, Expr: n})
	}
	return nil
}

// excepted returns the names, in lower case, that a star leaves out or gives
// another meaning.
func excepted(s *ast.Star) map[string]bool {
	names := make(map[string]bool)
	for _, name := range s.Except {
		names[strings.ToLower(name.Text)] = true
	}
	for _, item := range s.Replace {
		names[strings.ToLower(item.Alias.Text)] = true
	}
	return names
}

// checkExcepted refuses to leave out or to replace what a star over fixed
// schemas does not have; eKuiper lets that pass.
func (b *builder) checkExcepted(s *ast.Star, inputs []int) error {
	var known []string
	for _, k := range inputs {
		schema := b.plan.Inputs[k].Source.Schema
		if schema == nil || b.dialect.AliasFirst {
			return nil
		}
		known = append(known, names(schema)...)
	}
	wanted := slices.Clone(s.Except)
	for _, item := range s.Replace {
		wanted = append(wanted, item.Alias)
	}
	for _, name := range wanted {
		if !slices.ContainsFunc(known, func(k string) bool { return strings.EqualFold(k, name.Text) }) {
			return expr.Errorf(name.Pos, "* has no column %s%s", name.Text, expr.Suggest(name.Text, known))
		}
	}
	return nil
}

// starred returns the inputs that a star is about.
func (b *builder) starred(s *ast.Star) ([]int, error) {
	if s.Stream.Text != "" {
		k := b.labelled(s.Stream.Text)
		if k < 0 {
			return nil, expr.Errorf(s.Pos, "no source is called %s%s", s.Stream.Text, expr.Suggest(s.Stream.Text, b.labels()))
		}
		return []int{k}, nil
	}
	all := make([]int, len(b.plan.Inputs))
	for k := range all {
		all[k] = k
	}
	return all, nil
}

// starOf plans the columns of one input but those excepted.
func (b *builder) starOf(s *ast.Star, k int, except map[string]bool) error {
	in := b.plan.Inputs[k]
	if in.Source.Schema == nil {
		b.takeAll(k)
		b.plan.Items = append(b.plan.Items, Item{Star: &Star{Input: k, Except: except}})
		return nil
	}
	for i := range in.Source.Schema.Len() {
		name := in.Source.Schema.Field(i).Name
		if except[strings.ToLower(name)] {
			continue
		}
		n := b.use(k, name)
		if one := b.sharedColumn(name); s.Stream.Text == "" && one.has(k) {
			var err error
			if n, err = b.compile(b.merged(one, s.Pos)); err != nil {
				return err
			}
		}
		b.plan.Items = append(b.plan.Items, Item{Name: name, Expr: n, FromStar: true})
	}
	return nil
}

// output settles which item gives which column. An item of its own hides a
// star's column of its name; of two stars' columns the first counts.
func (b *builder) output() error {
	explicit, err := b.explicit()
	if err != nil {
		return err
	}
	static, seen := true, make(map[string]bool)
	var kept []Item
	columns := []tag.Field{}
	for _, item := range b.plan.Items {
		switch {
		case item.Star != nil:
			static = false
			item.Star.hide(explicit)
		case item.Spread || item.Table != nil:
			static = false
		case item.Invisible || item.FromStar && (explicit[item.Name] || seen[item.Name]):
			continue
		case !seen[item.Name]:
			seen[item.Name] = true
			columns = append(columns, tag.Field{Name: item.Name, Kind: kindOf(item.Expr)})
		}
		kept = append(kept, item)
	}
	b.plan.Items = kept
	if static {
		b.plan.Fields = columns
	}
	return nil
}

// explicit returns the names of the items that stand in the list themselves.
// Where two have the same name, eKuiper takes the last; the standard dialect
// refuses.
func (b *builder) explicit() (map[string]bool, error) {
	names := make(map[string]bool)
	for _, item := range b.plan.Items {
		if item.Star != nil || item.FromStar || item.Invisible {
			continue
		}
		if names[item.Name] && !b.dialect.AliasFirst {
			return nil, expr.Errorf(item.Pos, "two columns of the output are called %s: name one of them with AS", item.Name)
		}
		names[item.Name] = true
	}
	return names, nil
}

// hide excepts more names, whatever their case.
func (s *Star) hide(names map[string]bool) {
	except := make(map[string]bool, len(s.Except)+len(names))
	maps.Copy(except, s.Except)
	for name := range names {
		except[strings.ToLower(name)] = true
	}
	s.Except = except
}
