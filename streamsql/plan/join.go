package plan

import (
	"github.com/holdfast-edge/holdfast/streamsql/ast"
	"github.com/holdfast-edge/holdfast/streamsql/expr"
	"github.com/holdfast-edge/holdfast/streamsql/value"
)

// joins plans the conditions of the joins.
func (b *builder) joins() error {
	for i, syntax := range b.syntax.Joins {
		join, err := b.join(syntax, i+1)
		if err != nil {
			return err
		}
		b.plan.Joins = append(b.plan.Joins, join)
	}
	return nil
}

// join splits a condition into equalities that rows are looked up by and the
// rest.
func (b *builder) join(syntax *ast.Join, k int) (Join, error) {
	join := Join{Kind: syntax.Kind}
	find := b.key
	if b.plan.Inputs[k].Source.Kind == LookupSource {
		find = b.lookupKey
	}
	var rest []*expr.Node
	for _, e := range b.conditions(syntax, k) {
		key, ok, err := find(e, k)
		if err != nil {
			return join, err
		}
		if ok {
			join.Keys = append(join.Keys, key)
			continue
		}
		n, err := b.condition(e)
		if err != nil {
			return join, err
		}
		rest = append(rest, n)
	}
	if len(rest) > 0 {
		join.On = b.compiler().And(rest...)
	}
	return join, b.checkLookup(syntax, join, k)
}

// conditions returns the conjuncts of ON, or the equalities that USING stands
// for.
func (b *builder) conditions(syntax *ast.Join, k int) []ast.Expr {
	if syntax.On != nil {
		return expr.Conjuncts(syntax.On)
	}
	return b.using(syntax, k)
}

// key returns an equality between the inputs before and the one that is added.
// A strict dialect compares row by row, since unequal types are an error there.
func (b *builder) key(e ast.Expr, k int) (key Key, ok bool, err error) {
	equal, isBinary := e.(*ast.Binary)
	if !isBinary || equal.Op != ast.Equal || b.dialect.Strict {
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
	switch {
	case left.Affinity > value.Blob || right.Affinity > value.Blob:
		return key, false, nil // converted for the comparison
	case leftOf == before && rightOf == added:
		return Key{Left: left, Right: right}, true, nil
	case leftOf == added && rightOf == before:
		return Key{Left: right, Right: left}, true, nil
	default:
		return key, false, nil
	}
}

// origin is which inputs an expression is about.
type origin int

const (
	neither origin = iota
	before         // inputs before the one that is added
	added          // the one that is added
	both
)

// side compiles one side of an equality and tells what it is about.
func (b *builder) side(e ast.Expr, k int) (*expr.Node, origin, error) {
	n, inputs, err := b.about(func() (*expr.Node, error) { return b.compile(e) })
	if err != nil {
		return nil, neither, err
	}
	of := neither
	for i := range inputs {
		switch {
		case i == k:
			of |= added
		case i < k:
			of |= before
		default:
			of = both
		}
	}
	return n, of, nil
}

// about compiles and returns the inputs whose columns were met.
func (b *builder) about(compile func() (*expr.Node, error)) (*expr.Node, map[int]bool, error) {
	outer := b.touched
	b.touched = make(map[int]bool)
	n, err := compile()
	inputs := b.touched
	b.touched = outer
	for i := range inputs {
		b.touched[i] = true
	}
	return n, inputs, err
}
