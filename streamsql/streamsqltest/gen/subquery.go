package gen

import "fmt"

// subquery returns a query in parentheses of one value over the table u, which
// may ask about the row that it stands beside.
func (e exprs) subquery() string {
	if !e.queries {
		return e.leaf()
	}
	outer := pick(e.Gen, e.columns...).Name
	switch e.between(0, 9) {
	case 0:
		return "(SELECT count(*) FROM u AS z WHERE z.k " + pick(e.Gen, "= ", "< ", "IS ") + outer + ")"
	case 1:
		return "(SELECT " + pick(e.Gen, "max(z.w)", "min(z.v)", "sum(z.k) + 1", "total(z.y)", "count(DISTINCT z.k)") + " FROM u AS z" + pick(e.Gen, "", " WHERE z.uid <> "+outer) + ")"
	case 2:
		return "(SELECT " + pick(e.Gen, "z.k", "z.v", "z.uid + 1") + " FROM u AS z ORDER BY z.uid" + pick(e.Gen, "", " DESC") + " LIMIT 1" + pick(e.Gen, "", " OFFSET 1", " OFFSET 20") + ")"
	case 3:
		return "(" + outer + pick(e.Gen, " IN ", " NOT IN ") + "(SELECT z.k FROM u AS z WHERE z.uid " + pick(e.Gen, "< 4", "= "+outer) + "))"
	case 4:
		return "(SELECT count(*) FILTER (WHERE z.k > 1 OR z.v = " + outer + ") FROM u AS z)"
	case 5:
		return e.joined(outer)
	case 6:
		return e.nested(outer)
	case 7:
		return "(" + outer + pick(e.Gen, " IN ", " NOT IN ") + "(SELECT z.k FROM u AS z UNION ALL SELECT y.n FROM t AS y WHERE y.id <> " + outer + "))"
	default:
		return pick(e.Gen, "", "NOT ") + "EXISTS (SELECT z.w FROM u AS z WHERE z.k = " + outer + " GROUP BY z.w HAVING count(*) > " + pick(e.Gen, "0", "1") + ")"
	}
}

// joined returns a query over two tables that asks about the row beside it.
func (e exprs) joined(outer string) string {
	return fmt.Sprintf("(SELECT %s FROM u AS z %sJOIN t AS y ON z.k = y.n WHERE y.id %s %s)", pick(e.Gen, "count(*)", "count(y.s)", "max(z.uid)", "sum(z.k)"),
		pick(e.Gen, "", "LEFT ", "RIGHT ", "FULL "), pick(e.Gen, "=", "<>", "IS NOT"), outer)
}

// nested returns a query in a query; the inner one asks about the row beside
// both.
func (e exprs) nested(outer string) string {
	return pick(e.Gen,
		"(SELECT max((SELECT count(*) FROM u AS y WHERE y.k = z.k AND y.uid <> "+outer+")) FROM u AS z)",
		"(SELECT count(*) FROM u AS z WHERE EXISTS (SELECT 1 FROM t AS y WHERE y.n = z.k AND y.id = "+outer+"))",
		"(SELECT sum(q.n) FROM (SELECT count(*) AS n FROM u AS z WHERE z.k <> "+outer+" GROUP BY z.v) AS q)",
		"(SELECT count(*) FROM (SELECT z.k, row_number() OVER (PARTITION BY z.k ORDER BY z.uid) AS place FROM u AS z) AS q WHERE q.place = 1 AND q.k IS NOT "+outer+")",
	)
}
