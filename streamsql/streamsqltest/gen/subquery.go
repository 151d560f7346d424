package gen

// subquery returns a query in parentheses of one value over the table u, which
// may ask about the row that it stands beside.
func (e exprs) subquery() string {
	if !e.queries {
		return e.leaf()
	}
	outer := pick(e.Gen, e.columns...).Name
	switch e.between(0, 4) {
	case 0:
		return "(SELECT count(*) FROM u AS z WHERE z.k " + pick(e.Gen, "= ", "< ", "IS ") + outer + ")"
	case 1:
		return "(SELECT " + pick(e.Gen, "max(z.w)", "min(z.v)", "sum(z.k) + 1", "total(z.y)") + " FROM u AS z" + pick(e.Gen, "", " WHERE z.uid <> "+outer) + ")"
	case 2:
		return "(SELECT " + pick(e.Gen, "z.k", "z.v", "z.uid + 1") + " FROM u AS z ORDER BY z.uid" + pick(e.Gen, "", " DESC") + " LIMIT 1)"
	case 3:
		return "(" + outer + pick(e.Gen, " IN ", " NOT IN ") + "(SELECT z.k FROM u AS z WHERE z.uid " + pick(e.Gen, "< 4", "= "+outer) + "))"
	default:
		return pick(e.Gen, "", "NOT ") + "EXISTS (SELECT z.w FROM u AS z WHERE z.k = " + outer + " GROUP BY z.w HAVING count(*) > " + pick(e.Gen, "0", "1") + ")"
	}
}
