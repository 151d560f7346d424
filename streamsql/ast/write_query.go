package ast

import (
	"strconv"
	"time"
)

func (e *Explain) write(w *writer) {
	w.WriteString("EXPLAIN ")
	e.Query.write(w)
}

func (q *Query) write(w *writer) {
	for i, arm := range q.Arms {
		if i > 0 {
			w.WriteString(" UNION ALL ")
		}
		arm.write(w)
	}
	nodes(w, " ORDER BY ", q.OrderBy)
	w.clause(" LIMIT ", q.Limit)
	w.clause(" OFFSET ", q.Offset)
}

func (s *Select) write(w *writer) {
	w.WriteString("SELECT ")
	if s.Distinct {
		w.WriteString("DISTINCT ")
	}
	nodes(w, "", s.Items)
	if s.From != nil {
		w.WriteString(" FROM ")
		s.From.write(w)
	}
	for _, j := range s.Joins {
		j.write(w)
	}
	w.clause(" WHERE ", s.Where)
	s.writeGroupBy(w)
	w.clause(" HAVING ", s.Having)
}

func (s *Select) writeGroupBy(w *writer) {
	w.exprs(" GROUP BY ", s.GroupBy)
	if s.Window == nil {
		return
	}
	if len(s.GroupBy) > 0 {
		w.WriteString(", ")
	} else {
		w.WriteString(" GROUP BY ")
	}
	s.Window.write(w)
}

func (i *Item) write(w *writer) {
	w.expr(i.Expr, LowestPrec)
	w.alias(i.Alias)
	if i.Invisible {
		w.WriteString(" INVISIBLE")
	}
}

func (o *Order) write(w *writer) {
	w.expr(o.Expr, LowestPrec)
	if o.Desc {
		w.WriteString(" DESC")
	}
	switch o.Nulls {
	case NullsFirst:
		w.WriteString(" NULLS FIRST")
	case NullsLast:
		w.WriteString(" NULLS LAST")
	}
}

func (s *Stream) write(w *writer) {
	w.name(s.Name)
	w.alias(s.Alias)
}

func (d *Derived) write(w *writer) {
	w.query(d.Query)
	w.alias(d.Alias)
}

// query writes a query in parentheses.
func (w *writer) query(q *Query) {
	w.WriteByte('(')
	q.write(w)
	w.WriteByte(')')
}

func (j *Join) write(w *writer) {
	w.WriteByte(' ')
	w.WriteString(j.Kind.String())
	w.WriteByte(' ')
	j.Source.write(w)
	w.clause(" ON ", j.On)
	if len(j.Using) > 0 {
		w.names(" USING (", j.Using)
		w.WriteByte(')')
	}
}

func (win *Window) write(w *writer) {
	w.WriteString(win.Kind.String())
	w.WriteByte('(')
	switch win.Kind {
	case Tumbling:
		w.durations(win.Length)
	case Hopping, Session:
		w.durations(win.Length, win.Every)
	case Sliding:
		w.durations(win.Length, win.Delay)
	case Count:
		w.WriteString(strconv.FormatInt(win.Rows, 10))
		if win.EveryRows != win.Rows {
			w.WriteString(", " + strconv.FormatInt(win.EveryRows, 10))
		}
	case State:
		w.expr(win.Begin, LowestPrec)
		w.clause(", ", win.Emit)
	}
	w.WriteByte(')')
	w.filter(win.Filter)
	if len(win.PartitionBy) > 0 || win.When != nil {
		(&Over{PartitionBy: win.PartitionBy, When: win.When}).write(w)
	}
}

// windowUnits are the units of a window, the longest first.
var windowUnits = [...]struct {
	name   string
	length time.Duration
}{{"dd", 24 * time.Hour}, {"hh", time.Hour}, {"mi", time.Minute}, {"ss", time.Second}, {"ms", time.Millisecond}}

// durations writes the longest unit that measures every one of ds, then ds
// counted in it. A last one of zero is left away.
func (w *writer) durations(ds ...time.Duration) {
	if last := len(ds) - 1; last > 0 && ds[last] == 0 {
		ds = ds[:last]
	}
	for _, unit := range windowUnits {
		if !dividesAll(unit.length, ds) && unit.length > time.Millisecond {
			continue
		}
		w.WriteString(unit.name)
		for _, d := range ds {
			w.WriteString(", " + strconv.FormatInt(int64(d/unit.length), 10))
		}
		return
	}
}

func dividesAll(unit time.Duration, ds []time.Duration) bool {
	for _, d := range ds {
		if d%unit != 0 {
			return false
		}
	}
	return true
}
