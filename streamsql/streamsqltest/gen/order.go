package gen

import (
	"fmt"
	"strings"
)

// direction returns what stands behind a term of ORDER BY.
func (g *Gen) direction() string {
	return pick(g, "", "", " DESC", " ASC", " NULLS LAST", " NULLS FIRST", " DESC NULLS FIRST", " DESC NULLS LAST", " ASC NULLS LAST")
}

// cut returns LIMIT and OFFSET, or neither.
func (g *Gen) cut() string {
	if g.chance(2) {
		return ""
	}
	return fmt.Sprintf(" LIMIT "+pick(g, "%d", "%d OFFSET 2", "2, %d", "%d + 1 OFFSET 0", "-%d", "%d * 2 OFFSET -1"), g.between(0, 6))
}

// orderTerms returns terms that order the rows of a source: expressions, and its
// keys behind them.
func (q queries) orderTerms(s source) string {
	var terms []string
	e := q.exprs(s.columns)
	for range q.between(0, 2) {
		term := e.operand(2)
		// a number alone would mean an item, and so does what SQLite makes a number of
		// when it reads it: ORDER BY (1 NOTNULL) sorts by the first column
		if strings.Trim(term, "+-~ ()0123456789xXaAbBcCdDeEfF") == "" || strings.Contains(term, "NULL") {
			term = "coalesce(" + term + ", NULL)"
		}
		terms = append(terms, term+q.direction())
	}
	for _, key := range s.keys {
		terms = append(terms, key+q.direction())
	}
	return strings.Join(terms, ", ")
}

// number returns a row_number() with an order that is total.
func (q queries) number(s source) string {
	over := "ORDER BY " + q.orderTerms(s)
	if q.chance(2) {
		over = "PARTITION BY " + pick(q.Gen, s.columns...).Name + pick(q.Gen, "", "", " IS NULL") + " " + over
	}
	return "row_number() OVER (" + over + ")"
}
