package gen

import (
	"fmt"
	"strings"

	"github.com/holdfast-edge/holdfast/tag"
)

// Query is a query with what is known of its result.
type Query struct {
	Text string
	// Ordered tells that the rows have one order; otherwise they are a bag.
	// Rows that are equal may still stand in any order among themselves.
	Ordered bool
}

// Query returns a query over tables as Tables makes them. Integers and floats
// of equal value are one key to DISTINCT and GROUP BY, so that results are to
// be compared by value and not by type.
func (g *Gen) Query(tables []Table) Query {
	q := queries{Gen: g, tables: tables}
	switch g.between(0, 9) {
	case 0:
		return Query{Text: q.union()}
	case 1, 2, 3:
		return q.sorted()
	default:
		return Query{Text: q.selection(g.between(1, 3))}
	}
}

type queries struct {
	*Gen
	tables []Table
}

// union returns queries of one width under UNION ALL.
func (q queries) union() string {
	width := q.between(1, 3)
	arms := []string{q.selection(width)}
	for range q.between(1, 2) {
		arms = append(arms, q.selection(width))
	}
	return strings.Join(arms, " UNION ALL ")
}

// sorted returns a query whose rows are sorted by all they hold, the type of
// each value too, and perhaps cut.
func (q queries) sorted() Query {
	width := q.between(1, 3)
	var terms []string
	for i := range width {
		name := fmt.Sprintf("c%d", i+1)
		terms = append(terms, name+pick(q.Gen, "", " DESC", " ASC", " NULLS LAST", " DESC NULLS FIRST"), "typeof("+name+")")
	}
	text := "SELECT * FROM (" + q.selection(width) + ") AS q ORDER BY " + strings.Join(terms, ", ")
	if q.chance(2) {
		text += fmt.Sprintf(" LIMIT "+pick(q.Gen, "%d", "%d OFFSET 2", "2, %d", "%d + 1 OFFSET 0", "-%d"), q.between(0, 6))
	}
	return Query{Text: text, Ordered: true}
}

// selection returns a SELECT of columns c1, c2, ….
func (q queries) selection(width int) string {
	from, columns := q.from()
	where := q.where(columns)
	if q.chance(3) {
		return q.grouped(width, from, where, columns)
	}
	e := exprs{Gen: q.Gen, columns: columns, queries: true}
	items := make([]string, width)
	for i := range items {
		items[i] = fmt.Sprintf("%s AS c%d", q.item(e), i+1)
	}
	return "SELECT " + pick(q.Gen, "", "", "", "DISTINCT ") + strings.Join(items, ", ") + from + where
}

func (q queries) item(e exprs) string {
	if q.chance(2) {
		return pick(q.Gen, e.columns...).Name
	}
	return e.chain(2)
}

// from returns a FROM clause and the columns that it gives.
func (q queries) from() (string, []Column) {
	t, u := q.tables[0], q.tables[1]
	both := append(append([]Column(nil), t.Columns...), u.Columns...)
	switch q.between(0, 5) {
	case 0:
		return " FROM " + t.Name + pick(q.Gen, " CROSS JOIN ", ", ") + u.Name, both
	case 1, 2:
		join := pick(q.Gen, " JOIN ", " INNER JOIN ", " LEFT JOIN ", " LEFT OUTER JOIN ", " RIGHT JOIN ", " FULL JOIN ")
		return " FROM " + t.Name + join + u.Name + " ON " + q.joinCondition(both), both
	case 3:
		return " FROM (SELECT * FROM " + u.Name + q.where(u.Columns) + ") AS sub", u.Columns
	default:
		return " FROM " + t.Name, t.Columns
	}
}

func (q queries) joinCondition(columns []Column) string {
	condition := pick(q.Gen, "id = uid", "n = k", "t.id = u.uid AND s = v", "x < y", "m = w")
	if q.chance(3) {
		condition += " AND " + exprs{Gen: q.Gen, columns: columns}.operand(2)
	}
	return condition
}

// where returns a WHERE clause, or none.
func (q queries) where(columns []Column) string {
	e := exprs{Gen: q.Gen, columns: columns, queries: true}
	switch q.between(0, 5) {
	case 0, 1:
		return ""
	case 2:
		return " WHERE " + pick(q.Gen, columns...).Name + pick(q.Gen, " IN ", " NOT IN ") + "(SELECT " + pick(q.Gen, "k", "w") + " FROM u)"
	case 3:
		return " WHERE " + pick(q.Gen, "", "NOT ") + "EXISTS (SELECT 1 FROM u AS z WHERE z.uid = " + pick(q.Gen, columns...).Name + ")"
	default:
		return " WHERE " + e.chain(3)
	}
}

// grouped returns a SELECT of keys and aggregates.
func (q queries) grouped(width int, from, where string, columns []Column) string {
	keys := q.keys(columns)
	items := make([]string, width)
	for i := range items {
		item := q.aggregate(columns)
		if q.chance(4) {
			item = pick(q.Gen, "coalesce(", "typeof(coalesce(", "abs(coalesce(") + item + ", 0)"
			item += strings.Repeat(")", strings.Count(item, "(")-strings.Count(item, ")")) + pick(q.Gen, "", " IS NOT 0", " || '!'")
		}
		if len(keys) > 0 && q.chance(2) {
			item = pick(q.Gen, keys...)
		}
		items[i] = fmt.Sprintf("%s AS c%d", item, i+1)
	}
	text := "SELECT " + strings.Join(items, ", ") + from + where
	if len(keys) > 0 {
		text += " GROUP BY " + strings.Join(keys, ", ")
	}
	if q.chance(3) {
		text += " HAVING " + q.aggregate(columns) + pick(q.Gen, " > ", " <= ", " = ", " IS NOT ") + pick(q.Gen, "0", "1", "2", "NULL")
	}
	return text
}

// keys returns up to two expressions to group by, each of one type.
func (q queries) keys(columns []Column) []string {
	var keys []string
	for range q.between(0, 2) {
		c := pick(q.Gen, columns...)
		key := c.Name
		switch {
		case c.Kind == tag.Int && q.chance(3):
			key += " % 3"
		case c.Kind == tag.String && q.chance(3):
			key = pick(q.Gen, "lower(", "length(") + key + ")"
		}
		keys = append(keys, key)
	}
	return keys
}

// aggregate returns an aggregate whose value does not hang on the order of the
// rows: what it adds up is exact.
func (q queries) aggregate(columns []Column) string {
	c := pick(q.Gen, columns...)
	arg := c.Name
	if c.Kind != tag.String && q.chance(3) {
		arg += pick(q.Gen, " + 1", " * 2", " - id", " % 2")
		arg = strings.ReplaceAll(arg, "id", columns[0].Name)
	}
	distinct := pick(q.Gen, "", "", "", "DISTINCT ")
	text := "count(*)"
	switch name := pick(q.Gen, "count(*)", "count", "min", "max", "sum", "avg", "total"); {
	case name == "count", name == "min", name == "max", c.Kind != tag.String && name != "count(*)":
		text = name + "(" + distinct + arg + ")"
	}
	if q.chance(4) {
		text += " FILTER (WHERE " + exprs{Gen: q.Gen, columns: columns}.operand(2) + ")"
	}
	return text
}
