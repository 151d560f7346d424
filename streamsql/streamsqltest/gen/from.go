package gen

import (
	"fmt"
	"slices"
	"strings"

	"github.com/holdfast-edge/holdfast/tag"
)

// source is what stands in FROM and gives.
type source struct {
	text    string
	columns []Column
	// keys are columns that no two of its rows have in common, where all are
	// compared and NULL is a value like others.
	keys []string
	// scanned tells that its rows come in one order, that of a table.
	scanned bool
}

// from returns a FROM clause: one source, or up to three that are joined.
func (q queries) from() source {
	names := []string{"a", "b", "c"}[:pick(q.Gen, 1, 1, 1, 1, 2, 2, 2, 3)]
	if len(names) == 1 && q.chance(2) {
		return q.plain(pick(q.Gen, q.tables...), "")
	}
	s := q.source(names[0])
	for _, name := range names[1:] {
		s = q.join(s, q.source(name))
	}
	return s
}

// source returns a table or a query in parentheses under an alias. The names of
// its columns are qualified.
func (q queries) source(alias string) source {
	if q.depth == 0 && q.chance(3) {
		return q.derived(alias)
	}
	return q.plain(pick(q.Gen, q.tables...), alias)
}

// plain returns a table, under the alias if there is one.
func (q queries) plain(t Table, alias string) source {
	s := source{text: t.Name, columns: slices.Clone(t.Columns), scanned: true}
	if alias != "" {
		s.text += " AS " + alias
		for i := range s.columns {
			s.columns[i].Name = alias + "." + s.columns[i].Name
		}
	}
	s.keys = []string{s.columns[0].Name}
	return s
}

// join joins a source to what is on its left.
func (q queries) join(left, right source) source {
	both := source{columns: slices.Concat(left.columns, right.columns), keys: slices.Concat(left.keys, right.keys)}
	if q.chance(5) {
		both.text = left.text + pick(q.Gen, " CROSS JOIN ", ", ", " JOIN ") + right.text
		return both
	}
	how := pick(q.Gen, " JOIN ", " INNER JOIN ", " LEFT JOIN ", " LEFT OUTER JOIN ", " RIGHT JOIN ", " RIGHT OUTER JOIN ", " FULL JOIN ", " FULL OUTER JOIN ")
	both.text = left.text + how + right.text + " ON " + q.joinCondition(left.columns, right.columns)
	return both
}

func (q queries) joinCondition(left, right []Column) string {
	condition := q.paired(left, right)
	if q.chance(6) {
		condition += " AND " + q.paired(left, right)
	}
	if q.chance(4) {
		condition += pick(q.Gen, " AND ", " AND ", " OR ") + q.exprs(slices.Concat(left, right)).operand(2)
	}
	return condition
}

// paired compares a column of either side.
func (q queries) paired(left, right []Column) string {
	a := pick(q.Gen, left...)
	b := pick(q.Gen, right...)
	for range 4 {
		if b.Kind == a.Kind {
			break
		}
		b = pick(q.Gen, right...)
	}
	text := a.Name + pick(q.Gen, " = ", " = ", " = ", " = ", " < ", " >= ", " <> ", " IS ") + b.Name
	if q.chance(8) {
		text = b.Name + pick(q.Gen, " = ", " > ") + a.Name + pick(q.Gen, " + 1", " || ''", " * 2")
	}
	return text
}

// derived returns a query in parentheses under an alias.
func (q queries) derived(alias string) source {
	q.depth++
	switch q.between(0, 4) {
	case 0:
		t := pick(q.Gen, q.tables...)
		s := q.plain(t, alias)
		s.text = "(SELECT * FROM " + t.Name + q.where(t.Columns) + ") AS " + alias
		return s
	case 1:
		return q.derivedUnion(alias)
	case 2:
		return q.derivedNumbers(alias)
	case 3:
		return q.derivedFirst(alias)
	default:
		return q.derivedGroups(alias)
	}
}

// derivedUnion returns rows of two tables one after the other, each with the
// number of its table.
func (q queries) derivedUnion(alias string) source {
	t, u := q.tables[0], q.tables[1]
	arm := func(n int, t Table) string {
		return fmt.Sprintf("SELECT %d AS arm, %s AS id, %s AS n, %s AS s FROM %s", n, t.Columns[0].Name, t.Columns[1].Name, t.Columns[3].Name, t.Name) + q.where(t.Columns)
	}
	text := arm(1, t) + " UNION ALL " + arm(2, u)
	if q.chance(2) {
		text += fmt.Sprintf(" ORDER BY arm%s, id%s LIMIT %d", q.direction(), q.direction(), q.between(0, 8))
	}
	s := renamed(alias, Column{Name: "arm", Kind: tag.Int}, Column{Name: "id", Kind: tag.Int}, Column{Name: "n", Kind: tag.Int}, Column{Name: "s", Kind: tag.String})
	s.text = "(" + text + ") AS " + alias
	s.keys = []string{alias + ".arm", alias + ".id"}
	return s
}

// derivedNumbers returns rows with the places that row_number() gives them.
func (q queries) derivedNumbers(alias string) source {
	t := pick(q.Gen, q.tables...)
	s := q.plain(t, alias)
	inner := q.plain(t, "")
	s.text = "(SELECT *, " + q.number(inner) + " AS rn FROM " + t.Name + q.where(inner.columns) + ") AS " + alias
	s.columns = append(s.columns, Column{Name: alias + ".rn", Kind: tag.Int})
	return s
}

// derivedFirst returns the first rows in an order that is total.
func (q queries) derivedFirst(alias string) source {
	t := pick(q.Gen, q.tables...)
	s, inner := q.plain(t, alias), q.plain(t, "")
	s.text = "(SELECT * FROM " + t.Name + q.where(inner.columns) + " ORDER BY " + q.orderTerms(inner) + q.cut() + ") AS " + alias
	return s
}

// derivedGroups returns groups with aggregates.
func (q queries) derivedGroups(alias string) source {
	inner := q.plain(pick(q.Gen, q.tables...), "")
	if q.chance(4) {
		inner = q.join(q.plain(q.tables[0], "i"), q.plain(q.tables[1], "j"))
	}
	key := pick(q.Gen, inner.columns...)
	s := renamed(alias, Column{Name: "g", Kind: key.Kind, Wide: key.Wide}, Column{Name: "c", Kind: tag.Int}, Column{Name: "d", Wide: true}, Column{Name: "e", Wide: true})
	s.text = fmt.Sprintf("(SELECT %s AS g, count(*) AS c, %s AS d, %s AS e FROM %s%s GROUP BY %s%s) AS %s", key.Name, q.aggregate(inner), q.aggregate(inner),
		inner.text, q.where(inner.columns), pick(q.Gen, key.Name, key.Name, "g", "1"), pick(q.Gen, "", "", " HAVING count(*) > 1", " HAVING c <= 1", " HAVING g IS NOT NULL"), alias)
	s.keys = []string{alias + ".g"}
	return s
}

// renamed returns a source of columns that are qualified by an alias.
func renamed(alias string, columns ...Column) source {
	for i := range columns {
		columns[i].Name = alias + "." + strings.TrimPrefix(columns[i].Name, alias+".")
	}
	return source{columns: columns}
}
