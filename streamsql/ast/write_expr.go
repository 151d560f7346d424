package ast

import (
	"encoding/hex"
	"math"
	"strconv"
	"strings"

	"github.com/holdfast-edge/holdfast/tag"
)

func (e *Literal) write(w *writer) {
	switch v := e.Value; v.Kind() {
	case tag.Bool:
		w.WriteString(strings.ToUpper(strconv.FormatBool(v.Bool())))
	case tag.Int:
		i, _ := v.Int()
		w.WriteString(strconv.FormatInt(i, 10))
	case tag.Float:
		f, _ := v.Float()
		w.WriteString(floatText(f))
	case tag.String:
		w.quoted(v.Str(), '\'')
	case tag.Bytes:
		w.WriteString("x'" + hex.EncodeToString(v.Bytes()) + "'")
	default:
		w.WriteString("NULL")
	}
}

// floatText writes a float so that it is read as one, and as the same one.
// Infinity is a number too large to hold, as SQLite prints it.
func floatText(f float64) string {
	switch {
	case math.IsInf(f, 1):
		return "9e999"
	case math.IsInf(f, -1):
		return "-9e999"
	}
	s := strconv.FormatFloat(f, 'g', -1, 64)
	if !strings.ContainsAny(s, ".e") {
		s += ".0"
	}
	return s
}

func (e *Column) write(w *writer) {
	for i, n := range e.Path {
		if i > 0 {
			w.WriteByte('.')
		}
		w.name(n)
	}
}

func (e *Star) write(w *writer) {
	if e.Stream.Text != "" {
		w.name(e.Stream)
		w.WriteByte('.')
	}
	w.WriteByte('*')
	if len(e.Except) > 0 {
		w.names(" EXCEPT (", e.Except)
		w.WriteByte(')')
	}
	if len(e.Replace) > 0 {
		nodes(w, " REPLACE (", e.Replace)
		w.WriteByte(')')
	}
}

func (e *Unary) write(w *writer) {
	w.WriteString(e.Op.String())
	if e.Op == Not || e.Op == Negate && startsWithMinus(e.X) {
		w.WriteByte(' ') // two minus signs would begin a comment
	}
	w.expr(e.X, e.Precedence())
}

func startsWithMinus(e Expr) bool {
	switch e := e.(type) {
	case *Unary:
		return e.Op == Negate
	case *Literal:
		return e.Precedence() == PrefixPrec
	}
	return false
}

func (e *Binary) write(w *writer) {
	prec := e.Precedence()
	w.expr(e.L, prec)
	w.WriteString(" " + e.Op.String() + " ")
	w.expr(e.R, prec+1)
}

// not writes " NOT" where it applies.
func (w *writer) not(not bool) {
	if not {
		w.WriteString(" NOT")
	}
}

func (e *Like) write(w *writer) {
	w.expr(e.X, EqualityPrec)
	w.not(e.Not)
	w.WriteString(" " + e.Op.String() + " ")
	w.expr(e.Pattern, EqualityPrec+1)
	if e.Escape != nil {
		w.WriteString(" ESCAPE ")
		w.expr(e.Escape, EqualityPrec+1)
	}
}

func (e *Between) write(w *writer) {
	w.expr(e.X, EqualityPrec)
	w.not(e.Not)
	w.WriteString(" BETWEEN ")
	w.expr(e.Low, EqualityPrec+1)
	w.WriteString(" AND ")
	w.expr(e.High, EqualityPrec+1)
}

func (e *In) write(w *writer) {
	w.expr(e.X, EqualityPrec)
	w.not(e.Not)
	w.WriteString(" IN ")
	switch {
	case e.Query != nil:
		w.query(e.Query)
	case e.Array != nil:
		w.expr(e.Array, PrimaryPrec)
	default:
		w.WriteByte('(')
		w.exprs("", e.List)
		w.WriteByte(')')
	}
}

func (e *Case) write(w *writer) {
	w.WriteString("CASE")
	w.clause(" ", e.Operand)
	for _, when := range e.Whens {
		when.write(w)
	}
	w.clause(" ELSE ", e.Else)
	w.WriteString(" END")
}

func (when *When) write(w *writer) {
	w.clause(" WHEN ", when.Cond)
	w.clause(" THEN ", when.Result)
}

func (e *Cast) write(w *writer) {
	w.clause("CAST(", e.X)
	w.WriteString(" AS ")
	e.Type.write(w)
	w.WriteByte(')')
}

func (e *Call) write(w *writer) {
	w.name(e.Name)
	w.WriteByte('(')
	if e.Distinct {
		w.WriteString("DISTINCT ")
	}
	w.exprs("", e.Args)
	w.WriteByte(')')
	w.filter(e.Filter)
	if e.Over != nil {
		e.Over.write(w)
	}
}

// filter writes a FILTER clause, or nothing where there is none.
func (w *writer) filter(cond Expr) {
	if cond != nil {
		w.clause(" FILTER (WHERE ", cond)
		w.WriteByte(')')
	}
}

func (o *Over) write(w *writer) {
	w.WriteString(" OVER (")
	separator := ""
	if len(o.PartitionBy) > 0 {
		w.exprs("PARTITION BY ", o.PartitionBy)
		separator = " "
	}
	if len(o.OrderBy) > 0 {
		nodes(w, separator+"ORDER BY ", o.OrderBy)
		separator = " "
	}
	w.clause(separator+"WHEN ", o.When)
	w.WriteByte(')')
}

func (e *Index) write(w *writer) {
	w.expr(e.X, PrimaryPrec)
	w.clause("[", e.I)
	w.WriteByte(']')
}

func (e *Slice) write(w *writer) {
	w.expr(e.X, PrimaryPrec)
	w.WriteByte('[')
	w.clause("", e.Low)
	w.WriteByte(':')
	w.clause("", e.High)
	w.WriteByte(']')
}

func (e *Subquery) write(w *writer) { w.query(e.Query) }

func (e *Exists) write(w *writer) {
	w.WriteString("EXISTS ")
	w.query(e.Query)
}
