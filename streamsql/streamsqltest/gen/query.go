package gen

import (
	"fmt"
	"strings"
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
	switch g.between(0, 11) {
	case 0:
		return Query{Text: q.union(g.between(1, 3))}
	case 1:
		return q.sortedUnion()
	case 2, 3:
		return q.sorted()
	case 4, 5:
		return q.ordered()
	case 6:
		return q.numbered()
	case 7:
		return q.deep()
	default:
		return Query{Text: q.selection(g.between(1, 3))}
	}
}

type queries struct {
	*Gen
	tables []Table
	// depth is how many queries stand around.
	depth int
}

// exprs makes expressions over columns that may ask queries.
func (q queries) exprs(columns []Column) exprs {
	return exprs{Gen: q.Gen, columns: columns, queries: true}
}

// union returns queries of one width under UNION ALL.
func (q queries) union(width int) string {
	arms := []string{q.selection(width)}
	for range q.between(1, 2) {
		arms = append(arms, q.selection(width))
	}
	return strings.Join(arms, " UNION ALL ")
}

// sortedUnion returns a union that is sorted by all its columns, by their names
// and places, and perhaps cut.
func (q queries) sortedUnion() Query {
	width := q.between(1, 3)
	terms := make([]string, width)
	for i, place := range q.rand.Perm(width) {
		terms[i] = fmt.Sprintf(pick(q.Gen, "%d", "c%d"), place+1) + q.direction()
	}
	return Query{Text: q.union(width) + " ORDER BY " + strings.Join(terms, ", ") + q.cut(), Ordered: true}
}

// sorted returns a query whose rows are sorted by all they hold, the type of
// each value too, and perhaps cut.
func (q queries) sorted() Query {
	width := q.between(1, 3)
	var terms []string
	for i := range width {
		name := fmt.Sprintf("c%d", i+1)
		terms = append(terms, name+q.direction(), "typeof("+name+")")
	}
	inner := q.selection(width)
	if q.chance(4) {
		inner = q.union(width)
	}
	text := "SELECT " + pick(q.Gen, "*", "q.*") + " FROM (" + inner + ") AS q ORDER BY " + strings.Join(terms, ", ") + q.cut()
	return Query{Text: text, Ordered: true}
}

// ordered returns a query that is sorted where it selects: by names of items,
// their places or expressions, and by the keys of its source.
func (q queries) ordered() Query {
	if q.chance(3) {
		return q.orderedGroups()
	}
	width, s := q.between(1, 3), q.from()
	if q.chance(3) {
		return q.orderedSet(width, s)
	}
	terms := q.orderTerms(s)
	if q.chance(2) {
		terms = fmt.Sprintf(pick(q.Gen, "c%d", "%d", "abs(c%d)", "c%d IS NULL"), q.between(1, width)) + q.direction() + ", " + terms
	}
	return Query{Text: "SELECT " + q.items(width, s) + " FROM " + s.text + q.where(s.columns) + " ORDER BY " + terms + q.cut(), Ordered: true}
}

// orderedSet returns distinct rows, sorted by all their columns.
func (q queries) orderedSet(width int, s source) Query {
	terms := make([]string, width)
	for i, place := range q.rand.Perm(width) {
		terms[i] = fmt.Sprintf(pick(q.Gen, "%d", "c%d"), place+1) + q.direction()
	}
	return Query{Text: "SELECT DISTINCT " + q.items(width, s) + " FROM " + s.text + q.where(s.columns) + " ORDER BY " + strings.Join(terms, ", ") + q.cut(), Ordered: true}
}

// numbered returns rows with the places that row_number() gives them.
func (q queries) numbered() Query {
	s := q.from()
	number := fmt.Sprintf(pick(q.Gen, "%s", "%s", "%s %% 3", "abs(%s - 3)"), q.number(s))
	text := "SELECT " + q.items(1, s) + ", " + number + " AS r FROM " + s.text + q.where(s.columns)
	if q.chance(2) {
		return Query{Text: text + " ORDER BY r" + q.direction() + ", " + q.orderTerms(s) + q.cut(), Ordered: true}
	}
	return Query{Text: text}
}

// deep returns rows with arrays and objects of JSON texts.
func (q queries) deep() Query {
	s := q.plain(q.tables[2], "")
	return Query{Text: "SELECT " + s.keys[0] + " AS c1, " + q.exprs(s.columns).deep() + " AS c2 FROM " + s.text + q.where(s.columns)}
}

// selection returns a SELECT of columns c1, c2, ….
func (q queries) selection(width int) string {
	s := q.from()
	if q.chance(3) {
		return q.grouped(width, s)
	}
	text := "SELECT " + pick(q.Gen, "", "", "", "DISTINCT ") + q.items(width, s) + " FROM " + s.text
	if q.chance(8) {
		return text + " WHERE " + fmt.Sprintf("c%d", q.between(1, width)) + pick(q.Gen, " IS NOT NULL", " > 1", " = 'a'", "")
	}
	return text + q.where(s.columns)
}

// items returns items of a select list, named c1, c2, ….
func (q queries) items(width int, s source) string {
	items := make([]string, width)
	for i := range items {
		item := q.exprs(s.columns).chain(2)
		if q.chance(2) {
			item = pick(q.Gen, s.columns...).Name
		}
		items[i] = fmt.Sprintf("%s AS c%d", item, i+1)
	}
	return strings.Join(items, ", ")
}

// where returns a WHERE clause, or none.
func (q queries) where(columns []Column) string {
	column := pick(q.Gen, columns...).Name
	switch q.between(0, 6) {
	case 0, 1, 2:
		return ""
	case 3:
		return " WHERE " + column + pick(q.Gen, " IN ", " NOT IN ") + "(SELECT " + pick(q.Gen, "k FROM u", "w FROM u WHERE w IS NOT NULL", "n FROM t UNION ALL SELECT k FROM u", "max(k) FROM u GROUP BY v") + ")"
	case 4:
		return " WHERE " + pick(q.Gen, "", "NOT ") + "EXISTS (SELECT 1 FROM u AS z WHERE z.uid = " + column + ")"
	default:
		return " WHERE " + q.exprs(columns).chain(3)
	}
}
