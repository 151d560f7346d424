package ast

// Walk calls visit for n and then, where it returned true, for the nodes below
// n, each before those below it and in the order of the canonical text. It
// descends as deep as the tree is, which package parse bounds.
func Walk(n Node, visit func(Node) bool) {
	if visit(n) {
		n.walk(visit)
	}
}

// Deepest returns the node that the longest way down from n leads to, and the
// number of nodes on that way, n counted.
func Deepest(n Node) (deepest Node, depth int) {
	level := 0
	var visit func(Node) bool
	visit = func(n Node) bool {
		if level++; level > depth {
			deepest, depth = n, level
		}
		n.walk(visit)
		level--
		return false
	}
	visit(n)
	return deepest, depth
}

// walkOptional walks the expressions that are there.
func walkOptional(visit func(Node) bool, exprs ...Expr) {
	for _, e := range exprs {
		if e != nil {
			Walk(e, visit)
		}
	}
}

func walkAll[N Node](visit func(Node) bool, nodes []N) {
	for _, n := range nodes {
		Walk(n, visit)
	}
}

func (q *Query) walk(visit func(Node) bool) {
	walkAll(visit, q.Arms)
	walkAll(visit, q.OrderBy)
	walkOptional(visit, q.Limit, q.Offset)
}

func (s *Select) walk(visit func(Node) bool) {
	walkAll(visit, s.Items)
	if s.From != nil {
		Walk(s.From, visit)
	}
	walkAll(visit, s.Joins)
	walkOptional(visit, s.Where)
	walkAll(visit, s.GroupBy)
	if s.Window != nil {
		Walk(s.Window, visit)
	}
	walkOptional(visit, s.Having)
}

func (j *Join) walk(visit func(Node) bool) {
	Walk(j.Source, visit)
	walkOptional(visit, j.On)
}

func (win *Window) walk(visit func(Node) bool) {
	walkOptional(visit, win.Begin, win.Emit, win.Filter)
	walkAll(visit, win.PartitionBy)
	walkOptional(visit, win.When)
}

func (c *CreateStream) walk(visit func(Node) bool) {
	walkAll(visit, c.Fields)
	walkAll(visit, c.Options)
}

func (t *Type) walk(visit func(Node) bool) {
	if t.Elem != nil {
		Walk(t.Elem, visit)
	}
	walkAll(visit, t.Fields)
}

func (e *In) walk(visit func(Node) bool) {
	Walk(e.X, visit)
	walkAll(visit, e.List)
	if e.Query != nil {
		Walk(e.Query, visit)
	}
	walkOptional(visit, e.Array)
}

func (e *Case) walk(visit func(Node) bool) {
	walkOptional(visit, e.Operand)
	walkAll(visit, e.Whens)
	walkOptional(visit, e.Else)
}

func (e *Call) walk(visit func(Node) bool) {
	walkAll(visit, e.Args)
	walkOptional(visit, e.Filter)
	if e.Over != nil {
		Walk(e.Over, visit)
	}
}

func (o *Over) walk(visit func(Node) bool) {
	walkAll(visit, o.PartitionBy)
	walkAll(visit, o.OrderBy)
	walkOptional(visit, o.When)
}

func (e *Explain) walk(visit func(Node) bool)  { Walk(e.Query, visit) }
func (i *Item) walk(visit func(Node) bool)     { Walk(i.Expr, visit) }
func (o *Order) walk(visit func(Node) bool)    { Walk(o.Expr, visit) }
func (*Stream) walk(func(Node) bool)           {}
func (d *Derived) walk(visit func(Node) bool)  { Walk(d.Query, visit) }
func (f *Field) walk(visit func(Node) bool)    { Walk(f.Type, visit) }
func (*Option) walk(func(Node) bool)           {}
func (*Literal) walk(func(Node) bool)          {}
func (*Column) walk(func(Node) bool)           {}
func (e *Star) walk(visit func(Node) bool)     { walkAll(visit, e.Replace) }
func (e *Unary) walk(visit func(Node) bool)    { Walk(e.X, visit) }
func (e *Binary) walk(visit func(Node) bool)   { walkOptional(visit, e.L, e.R) }
func (e *Like) walk(visit func(Node) bool)     { walkOptional(visit, e.X, e.Pattern, e.Escape) }
func (e *Between) walk(visit func(Node) bool)  { walkOptional(visit, e.X, e.Low, e.High) }
func (when *When) walk(visit func(Node) bool)  { walkOptional(visit, when.Cond, when.Result) }
func (e *Cast) walk(visit func(Node) bool)     { walkOptional(visit, e.X); Walk(e.Type, visit) }
func (e *Index) walk(visit func(Node) bool)    { walkOptional(visit, e.X, e.I) }
func (e *Slice) walk(visit func(Node) bool)    { walkOptional(visit, e.X, e.Low, e.High) }
func (e *Subquery) walk(visit func(Node) bool) { Walk(e.Query, visit) }
func (e *Exists) walk(visit func(Node) bool)   { Walk(e.Query, visit) }
