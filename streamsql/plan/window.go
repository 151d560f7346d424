package plan

import (
	"github.com/holdfast-edge/holdfast/streamsql/ast"
	"github.com/holdfast-edge/holdfast/streamsql/expr"
)

// window plans the window and its conditions.
func (b *builder) window() (err error) {
	syntax := b.syntax.Window
	if syntax == nil {
		return nil
	}
	w := &Window{Window: syntax}
	b.plan.Window = w
	defer b.watch()()
	for _, condition := range []struct {
		to   **expr.Node
		from ast.Expr
	}{
		{&w.Filter, syntax.Filter}, {&w.When, syntax.When}, {&w.Begin, syntax.Begin}, {&w.Emit, syntax.Emit},
	} {
		if *condition.to, err = b.condition(condition.from); err != nil {
			return err
		}
	}
	w.Partition, err = b.compileAll(syntax.PartitionBy)
	return err
}
