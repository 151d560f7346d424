package exec

// table is the rows of a table that a query keeps, in the order in which they
// came.
type table struct {
	retain int // the last so many; 0: all
	rows   []*record
}

func (t *table) add(r *record) {
	t.rows = append(t.rows, r)
	if t.retain > 0 && len(t.rows) > t.retain {
		t.rows[0] = nil
		t.rows = t.rows[1:]
	}
}
