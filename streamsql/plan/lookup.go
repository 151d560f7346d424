package plan

import (
	"slices"
	"strings"

	"github.com/holdfast-edge/holdfast/streamsql/ast"
	"github.com/holdfast-edge/holdfast/streamsql/expr"
)

// lookupKey returns an equality of a column of a lookup table, by which it may
// be looked up, with anything of the inputs before or a constant.
func (b *builder) lookupKey(e ast.Expr, k int) (key Key, ok bool, err error) {
	equal, isBinary := e.(*ast.Binary)
	if !isBinary || equal.Op != ast.Equal {
		return key, false, nil
	}
	left, leftOf, err := b.side(equal.L, k)
	if err != nil {
		return key, false, err
	}
	right, rightOf, err := b.side(equal.R, k)
	if err != nil {
		return key, false, err
	}
	by := equal.L
	if leftOf == added && rightOf != added {
		left, leftOf, right, rightOf, by = right, rightOf, left, leftOf, equal.R
	}
	if rightOf != added || right.Column == expr.NoColumn || leftOf != before && leftOf != neither {
		return key, false, nil
	}
	key = Key{Left: left, Right: right, Column: b.plan.Columns[right.Column].Name, By: ast.Text(by)}
	return key, b.isKey(k, key.Column), nil
}

// isKey reports whether a lookup table may be looked up by a column.
func (b *builder) isKey(k int, column string) bool {
	declared := b.plan.Inputs[k].Source.Key
	return declared == nil || slices.ContainsFunc(declared, func(name string) bool { return strings.EqualFold(name, column) })
}

// checkLookup refuses a join with a lookup table that nothing can be looked up
// for.
func (b *builder) checkLookup(syntax *ast.Join, join Join, k int) error {
	in := b.plan.Inputs[k]
	if in.Source.Kind != LookupSource || in.Source.Whole {
		return nil
	}
	if join.Kind == ast.RightJoin || join.Kind == ast.FullJoin {
		return expr.Errorf(syntax.Pos, "%s is a lookup table, whose rows without a partner are not known: want JOIN or LEFT JOIN", in.Label)
	}
	if len(join.Keys) == 0 && in.Source.Key == nil {
		return expr.Errorf(syntax.Pos, "%s is a lookup table: want ON %[1]s.COLUMN = … for the column that it is looked up by", in.Label)
	}
	for _, name := range in.Source.Key {
		if !slices.ContainsFunc(join.Keys, func(key Key) bool { return strings.EqualFold(key.Column, name) }) {
			return expr.Errorf(syntax.Pos, "%[1]s is looked up by %[2]s: want ON %[1]s.%[3]s = …", in.Label, strings.Join(in.Source.Key, ", "), name)
		}
	}
	return nil
}

// asksByKey reports whether a join asks a lookup table for the rows of a key, and
// not for all that it has.
func (j Join) asksByKey() bool {
	return len(j.Keys) > 0 && j.Kind != ast.RightJoin && j.Kind != ast.FullJoin
}

// AsksByKey reports whether the rows of an input are asked for by key, of a lookup
// table.
func (s *Select) AsksByKey(input int) bool {
	return input > 0 && s.Inputs[input].Source.Kind == LookupSource && s.Joins[input-1].asksByKey()
}

// keyTexts lists the columns that a lookup table is looked up by, with what each
// is to equal.
func keyTexts(join Join) string {
	texts := make([]string, len(join.Keys))
	for i, key := range join.Keys {
		texts[i] = key.Column + " = " + key.By
	}
	return strings.Join(texts, ", ")
}
