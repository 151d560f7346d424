package plan

import (
	"slices"
	"strings"

	"github.com/holdfast-edge/holdfast/streamsql/ast"
	"github.com/holdfast-edge/holdfast/streamsql/expr"
	"github.com/holdfast-edge/holdfast/tag"
)

// from finds the inputs.
func (b *builder) from() error {
	if b.syntax.From == nil {
		return expr.Errorf(b.syntax.Pos, "SELECT without FROM: want the stream that it reads")
	}
	if err := b.input(b.syntax.From); err != nil {
		return err
	}
	for _, join := range b.syntax.Joins {
		if err := b.input(join.Source); err != nil {
			return err
		}
	}
	return b.distinctLabels()
}

// input adds one entry of FROM.
func (b *builder) input(source ast.Source) error {
	in := &Input{Pos: source.At(), Label: source.Label()}
	switch source := source.(type) {
	case *ast.Stream:
		found, ok := b.catalog.Source(source.Name.Text)
		if !ok {
			hint := expr.Suggest(source.Name.Text, b.catalog.Names())
			return expr.Errorf(source.Pos, "no stream is called %s%s", source.Name.Text, hint)
		}
		in.Stream, in.Source = source.Name.Text, found
		if found.Kind == LookupSource && len(b.plan.Inputs) == 0 && !(found.Whole && b.catalogIsBounded()) ||
			found.Kind == LookupSource && !found.Whole && b.catalogIsBounded() {
			return expr.Errorf(source.Pos, "%s is a lookup table, which can only stand behind JOIN: FROM stream JOIN %[1]s ON …", in.Stream)
		}
	case *ast.Derived:
		query, err := build(source.Query, b.catalog, b.functions, b.outer)
		if err != nil {
			return err
		}
		in.Query, in.Source = query, query.source(in.Label)
	}
	b.plan.Inputs = append(b.plan.Inputs, in)
	return nil
}

// distinctLabels refuses two inputs that columns could not be told apart by.
func (b *builder) distinctLabels() error {
	seen := make(map[string]bool)
	for _, in := range b.plan.Inputs {
		label := strings.ToLower(in.Label)
		if label != "" && seen[label] {
			return expr.Errorf(in.Pos, "two sources are called %s: give one of them an alias", in.Label)
		}
		seen[label] = true
	}
	return nil
}

// source returns what is known of the rows that a query gives.
func (q *Query) source(label string) Source {
	source := Source{Kind: TableSource}
	for _, arm := range q.Arms {
		if slices.ContainsFunc(arm.Inputs, func(in *Input) bool { return in.Source.Kind == StreamSource }) {
			source.Kind = StreamSource
		}
		if arm.Fields == nil {
			return Source{Kind: source.Kind}
		}
	}
	fields := slices.Clone(q.Arms[0].Fields)
	if len(q.Arms) > 1 {
		for i := range fields {
			fields[i].Kind = tag.Absent
		}
	}
	schema, err := tag.NewSchema(tag.StreamID{}, label, fields...)
	if err != nil {
		panic(err) // the names of an output are distinct
	}
	source.Schema = schema
	return source
}
