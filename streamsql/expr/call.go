package expr

import (
	"fmt"

	"github.com/holdfast-edge/holdfast/streamsql/ast"
	"github.com/holdfast-edge/holdfast/streamsql/fn"
	"github.com/holdfast-edge/holdfast/streamsql/value"
	"github.com/holdfast-edge/holdfast/tag"
)

// CompileCall compiles a call of a scalar function. Aggregates, analytic
// functions and table functions stand only where the Scope replaces them.
func (c *Compiler) CompileCall(e *ast.Call) (*Node, error) {
	f, err := c.Lookup(e)
	if err != nil {
		return nil, err
	}
	if f.Kind() != fn.ScalarKind {
		return nil, Errorf(e.Pos, "%s is of kind %s, which cannot stand here", f.Name, f.Kind())
	}
	switch {
	case e.Over != nil:
		return nil, Errorf(e.Over.Pos, "OVER is for analytic functions; %s is a scalar function", f.Name)
	case e.Filter != nil:
		return nil, Errorf(e.Filter.At(), "FILTER is for aggregates; %s is a scalar function", f.Name)
	case e.Distinct:
		return nil, Errorf(e.Pos, "DISTINCT is for aggregates; %s is a scalar function", f.Name)
	}
	if n, err := c.lazy(e, f); n != nil || err != nil {
		return n, err
	}
	args, err := c.Arguments(f, e)
	if err != nil {
		return nil, err
	}
	return c.scalar(e, f, args)
}

// Lookup returns the function that a call names, and an error with the likely
// one where there is none.
func (c *Compiler) Lookup(e *ast.Call) (*fn.Func, error) {
	if f, ok := c.Functions.Resolve(e.Name.Text, len(e.Args)); ok {
		return f, nil
	}
	hint := suggestFunction(e.Name.Text, c.Functions.Names())
	err := Errorf(e.Pos, "no function is called %s%s", e.Name.Text, hint)
	err.Unknown = e.Name.Text
	return nil, err
}

// Arguments compiles the arguments of a call and checks their number, and the
// types of the constants among them.
func (c *Compiler) Arguments(f *fn.Func, e *ast.Call) ([]*Node, error) {
	args, err := c.arguments(f, e)
	if err != nil {
		return nil, err
	}
	least, most := f.Arity()
	if n := len(f.Params) - 1; n >= 0 && f.Params[n].Row {
		row, err := c.Scope.Star(&ast.Star{Pos: e.Pos})
		if err != nil {
			return nil, err
		}
		for len(args) < n {
			args = append(args, Null())
		}
		args = append(args, row)
	}
	if len(args) < least || most >= 0 && len(args) > most {
		return nil, Errorf(e.Pos, "%s has %d arguments: want %s", e.Name.Text, len(args), f.Signature())
	}
	for i, arg := range args {
		p := parameter(f, i)
		switch {
		case p.Row:
		case arg.Const && !p.Type.Takes(arg.Value):
			return nil, Errorf(e.Args[min(i, len(e.Args)-1)].At(), "%s of %s is %s: want %s",
				p.Name, f.Name, fn.TypeOf(arg.Value.Kind()), f.Signature())
		case p.Constant && f.Kind() != fn.ScalarKind && !arg.Const:
			return nil, Errorf(e.Args[i].At(), "%s of %s must be a constant: want %s", p.Name, f.Name, f.Signature())
		case p.Refuse != nil && arg.Const && p.Refuse(arg.Value) != "":
			return nil, Errorf(e.Args[i].At(), "%s of %s is %s: want %s", p.Name, f.Name, value.Text(arg.Value), p.Refuse(arg.Value))
		case p.Column && arg.Column < 0:
			return nil, Errorf(e.Args[i].At(), "%s of %s must be a column", p.Name, f.Name)
		}
	}
	return args, nil
}

// arguments compiles the arguments. count(*) has none; what a Named parameter
// takes becomes one Object.
func (c *Compiler) arguments(f *fn.Func, e *ast.Call) ([]*Node, error) {
	if len(e.Args) == 1 && f.Name == "count" {
		if _, star := e.Args[0].(*ast.Star); star {
			return nil, nil
		}
	}
	if len(f.Params) > 0 && f.Params[0].Symbol {
		return c.symbols(f, e.Args)
	}
	named := len(f.Params) - 1
	if named < 0 || !f.Params[named].Named || len(e.Args) <= named {
		return c.all(e.Args...)
	}
	args, err := c.all(e.Args[:named]...)
	if err != nil {
		return nil, err
	}
	object, err := c.object(e.Args[named:])
	if err != nil {
		return nil, err
	}
	return append(args, object), nil
}

// symbols returns the names of arguments that are paths of names: t.a, a->b,
// a['b'] or a star. In a strict dialect a text is none.
func (c *Compiler) symbols(f *fn.Func, args []ast.Expr) ([]*Node, error) {
	nodes := make([]*Node, len(args))
	for i, arg := range args {
		path := symbol(arg)
		if _, isLiteral := arg.(*ast.Literal); path == nil || isLiteral && c.Dialect.Strict {
			return nil, Errorf(arg.At(), "%s asks for a name: want %s(name)", f.Name, f.Name)
		}
		nodes[i] = Constant(tag.ArrayOf(path))
	}
	return nodes, nil
}

// symbol returns the names that an expression is a path of, nil for any other.
func symbol(e ast.Expr) []tag.Value {
	switch e := e.(type) {
	case *ast.Star:
		if len(e.Except)+len(e.Replace) > 0 {
			return nil
		}
		if e.Stream.Text != "" {
			return []tag.Value{tag.StringOf(e.Stream.Text), tag.StringOf("*")}
		}
		return []tag.Value{tag.StringOf("*")}
	case *ast.Column:
		var path []tag.Value
		for _, name := range e.Path {
			path = append(path, tag.StringOf(name.Text))
		}
		return path
	case *ast.Literal:
		if e.Value.Kind() == tag.String {
			return []tag.Value{e.Value}
		}
	case *ast.Index:
		return extend(symbol(e.X), symbol(e.I))
	case *ast.Binary:
		if e.Op == ast.Arrow || e.Op == ast.ArrowText {
			return extend(symbol(e.L), symbol(e.R))
		}
	}
	return nil
}

// extend joins two paths, nil where either is none.
func extend(path, rest []tag.Value) []tag.Value {
	if path == nil || rest == nil {
		return nil
	}
	return append(path, rest...)
}

// parameter returns the parameter that takes argument i.
func parameter(f *fn.Func, i int) fn.Param { return f.Params[min(i, len(f.Params)-1)] }

// scalar returns the node of a call.
func (c *Compiler) scalar(e *ast.Call, f *fn.Func, args []*Node) (*Node, error) {
	impl, err := bind(e, f, args)
	if err != nil {
		return nil, err
	}
	prepare := prologue(f, args)
	n := valueNode(costCall+cost(args...), f.Returns, func(fr *Frame) tag.Value {
		base := len(fr.stack)
		null, q := fr.push(args, f.Nulls)
		if null {
			fr.stack = fr.stack[:base]
			return tag.NullOf(q)
		}
		prepare(fr)
		v, err := impl(&fr.Context, fr.stack[base:])
		fr.stack = fr.stack[:base]
		if err == nil {
			err = fn.Bounded(v)
		}
		if err != nil {
			fr.Fail(&RowError{e.Pos, fmt.Errorf("%s: %w", f.Name, err)})
			return tag.NullOf(tag.Good)
		}
		if q != tag.Good {
			v = v.WithQuality(value.Worst(q, v.Quality()))
		}
		return v
	})
	n.Fails = true
	if f.Fixed != fn.Always {
		n.Varies = true
		return n, nil
	}
	return fold(n, args...), nil
}

// bind returns what is called: for a function that wants to know its constants
// beforehand, what it makes of them.
func bind(e *ast.Call, f *fn.Func, args []*Node) (fn.Scalar, error) {
	if f.Bind == nil {
		return f.Scalar, nil
	}
	constants := make([]tag.Value, len(args))
	for i, arg := range args {
		if arg.Const {
			constants[i] = arg.Value
		}
	}
	impl, err := f.Bind(constants)
	if err != nil {
		return nil, Errorf(e.Pos, "%s: %v", f.Name, err)
	}
	return impl, nil
}

// prologue returns what is done before a call: for a function about a column,
// telling it the source time of that column's value.
func prologue(f *fn.Func, args []*Node) func(*Frame) {
	for i, p := range f.Params {
		if p.Column && i < len(args) {
			column := args[i].Column
			return func(fr *Frame) { fr.Context.ColumnTime = fr.columnTime(column) }
		}
	}
	return func(*Frame) {}
}

// push evaluates arguments onto the stack. It reports NULL, with the worst
// quality of the arguments, where the function is not to be called for that.
func (f *Frame) push(args []*Node, nulls fn.Nulls) (null bool, q tag.Quality) {
	for _, arg := range args {
		v := arg.Eval(f)
		if nulls == fn.NullGivesNull {
			null = null || v.IsNull()
			q = value.Worst(q, v.Quality())
		}
		f.stack = append(f.stack, v)
	}
	return null, q
}

// Mark returns the height of the stack of arguments, for Release.
func (f *Frame) Mark() int { return len(f.stack) }

// Push evaluates arguments and returns their values, which are valid until
// Release.
func (f *Frame) Push(args []*Node) []tag.Value {
	base := len(f.stack)
	f.push(args, fn.NullIsValue)
	return f.stack[base:]
}

// Release gives up what was pushed since Mark.
func (f *Frame) Release(mark int) { f.stack = f.stack[:mark] }
