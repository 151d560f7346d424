package gen

import (
	"fmt"
	"slices"
	"strings"

	"github.com/holdfast-edge/holdfast/tag"
)

// grouped returns a SELECT of keys and aggregates.
func (q queries) grouped(width int, s source) string {
	if len(s.keys) == 1 && q.chance(5) {
		return q.extreme(width, s)
	}
	keys := q.keys(s.columns)
	items := make([]string, width)
	for i := range items {
		item := q.groupItem(s)
		if len(keys) > 0 && q.chance(2) {
			item = pick(q.Gen, keys...)
		}
		items[i] = fmt.Sprintf("%s AS c%d", item, i+1)
	}
	text := "SELECT " + pick(q.Gen, "", "", "", "DISTINCT ") + strings.Join(items, ", ") + " FROM " + s.text + q.where(s.columns)
	if len(keys) > 0 {
		text += " GROUP BY " + strings.Join(q.asItems(keys, items), ", ")
	}
	if q.chance(3) {
		text += q.having(s, keys)
	}
	return text
}

// orderedGroups returns groups that are sorted by their keys behind aggregates.
func (q queries) orderedGroups() Query {
	s := q.from()
	keys := q.keys(s.columns)
	items := []string{q.groupItem(s) + " AS c1"}
	for i, key := range keys {
		items = append(items, fmt.Sprintf("%s AS c%d", key, i+2))
	}
	var terms []string
	if q.chance(2) {
		terms = append(terms, pick(q.Gen, "c1", "1", q.aggregate(s))+q.direction())
	}
	for i, key := range keys {
		terms = append(terms, fmt.Sprintf(pick(q.Gen, "c%d", "%d"), i+2)+q.direction())
		if q.chance(3) {
			terms[len(terms)-1] = key + q.direction()
		}
	}
	text := "SELECT " + strings.Join(items, ", ") + " FROM " + s.text + q.where(s.columns)
	if len(keys) > 0 {
		text += " GROUP BY " + strings.Join(q.asItems(keys, items), ", ")
	}
	if len(terms) > 0 {
		text += " ORDER BY " + strings.Join(terms, ", ") + q.cut()
	}
	return Query{Text: text, Ordered: true}
}

// asItems writes some of the keys as the name or the place of the item that is the key.
func (q queries) asItems(keys, items []string) []string {
	keys = slices.Clone(keys)
	for i, key := range keys {
		place := slices.IndexFunc(items, func(item string) bool { return strings.HasPrefix(item, key+" AS c") })
		if place >= 0 && q.chance(2) {
			keys[i] = fmt.Sprintf(pick(q.Gen, "%d", "c%d"), place+1)
		}
	}
	return keys
}

// extreme returns the columns of the row that has the largest or smallest key of
// its group.
func (q queries) extreme(width int, s source) string {
	items := []string{pick(q.Gen, "max(", "min(") + s.keys[0] + ") AS c1"}
	e := exprs{Gen: q.Gen, columns: s.columns}
	for i := range width - 1 {
		items = append(items, fmt.Sprintf("%s AS c%d", e.chain(2), i+2))
	}
	text := "SELECT " + strings.Join(items, ", ") + " FROM " + s.text + q.where(s.columns)
	if q.chance(2) {
		text += " GROUP BY " + pick(q.Gen, s.columns...).Name
	}
	return text
}

// groupItem returns an aggregate, or an expression of one.
func (q queries) groupItem(s source) string {
	item := q.aggregate(s)
	switch q.between(0, 7) {
	case 0, 1:
		item = pick(q.Gen, "coalesce(", "typeof(coalesce(", "abs(coalesce(") + item + ", 0)"
		item += strings.Repeat(")", strings.Count(item, "(")-strings.Count(item, ")")) + pick(q.Gen, "", " IS NOT 0", " || '!'")
	case 2:
		item = "CASE WHEN " + q.aggregate(s) + " > 1 THEN " + item + " ELSE " + q.aggregate(s) + " END"
	case 3:
		item = q.aggregate(s) + pick(q.Gen, " = ", " < ", " IS ", " IN (1, 2) OR ") + item
	}
	return item
}

func (q queries) having(s source, keys []string) string {
	condition := q.aggregate(s) + pick(q.Gen, " > ", " <= ", " = ", " IS NOT ") + pick(q.Gen, "0", "1", "2", "NULL")
	switch {
	case len(keys) > 0 && q.chance(3):
		condition += pick(q.Gen, " OR ", " AND ") + pick(q.Gen, keys...) + pick(q.Gen, " IS NOT NULL", " > 1", " IN (SELECT k FROM u)", " = (SELECT max(z.k) FROM u AS z)")
	case q.chance(4):
		condition += " AND NOT " + q.aggregate(s) + " = (SELECT count(*) FROM u)"
	}
	return " HAVING " + condition
}

// keys returns up to two expressions to group by, each of one type.
func (q queries) keys(columns []Column) []string {
	var keys []string
	for range q.between(0, 2) {
		c := pick(q.Gen, columns...)
		key := c.Name
		form := q.between(0, 5)
		switch {
		case form == 0:
			key += pick(q.Gen, " IS NULL", " = 1", " > 'a'")
		case form == 1:
			key = "CASE WHEN " + key + " > 1 THEN 'big' ELSE 'small' END"
		case form < 4 && c.Kind == tag.Int:
			key += pick(q.Gen, " % 3", " / 2", " & 1")
		case form < 4 && c.Kind == tag.String:
			key = pick(q.Gen, "lower(", "length(") + key + ")"
		}
		keys = append(keys, key)
	}
	return keys
}

// aggregate returns an aggregate whose value does not hang on the order of the
// rows: what it adds up is exact, or the rows have one order.
func (q queries) aggregate(s source) string {
	c := pick(q.Gen, s.columns...)
	arg := c.Name
	adds := c.Kind == tag.Int || c.Kind == tag.Float
	if adds && !c.Wide && q.chance(3) {
		arg += pick(q.Gen, " + 1", " * 2", " - "+s.keyOrOne(), " % 2")
	}
	names := []string{"count(*)", "count", "min", "max"}
	if adds && !c.Wide {
		names = append(names, "sum", "avg", "total")
	}
	distinct := pick(q.Gen, "", "", "", "DISTINCT ")
	if s.scanned && distinct == "" {
		names = append(names, "group_concat", "avg", "total") // no sum of wide ones: it overflows, which is told or not
	}
	if s.scanned && distinct == "" && !c.Wide {
		names = append(names, "sum")
	}
	name := pick(q.Gen, names...)
	text := name + "(" + distinct + arg + ")"
	switch name {
	case "count(*)":
		text = name
	case "group_concat":
		text = pick(q.Gen, "group_concat("+arg+")", "group_concat("+arg+", '-')", "string_agg("+arg+", '')")
	}
	if q.chance(4) {
		text += " FILTER (WHERE " + exprs{Gen: q.Gen, columns: s.columns}.operand(2) + ")"
	}
	return text
}

// keyOrOne returns a key that is a number, where the source is a table.
func (s source) keyOrOne() string {
	if s.scanned {
		return s.keys[0]
	}
	return "1"
}
