package taosd

// insert reads one or more of: table USING super-table (tags) TAGS (values)
// (columns) VALUES (row) (row) …
func (s *store) insert(p *parser, db string) (*result, error) {
	r := &result{update: true}
	for !p.done() {
		n, err := s.insertTable(p, db)
		if err != nil {
			return nil, err
		}
		r.affected += n
	}
	return r, nil
}

func (s *store) insertTable(p *parser, db string) (affected int, err error) {
	tableDB, name, err := p.qualified(db)
	if err != nil {
		return 0, err
	}
	d, err := s.database(tableDB)
	if err != nil {
		return 0, err
	}
	t, err := s.target(p, d, db, name)
	if err != nil {
		return 0, err
	}
	slots, err := p.columnsOf(t.of)
	if err != nil {
		return 0, err
	}
	if err := p.expect("values"); err != nil {
		return 0, err
	}
	var rows [][]any
	for p.peek().is("(") {
		row, err := p.row(t.of, slots, d.perTick())
		if err != nil {
			return 0, err
		}
		rows = append(rows, row)
	}
	if len(rows) == 0 {
		return 0, p.wrong("want (values)")
	}
	for _, row := range rows {
		if err := s.upsert(d, t, row); err != nil {
			return 0, err
		}
	}
	return len(rows), nil
}

// target is the table that rows go to, made where USING says how.
func (s *store) target(p *parser, d *database, db, name string) (*table, error) {
	if !p.accept("using") {
		if t := d.tables[name]; t != nil {
			return t, nil
		}
		return nil, faultf(codeNoTable, "Table does not exist: %s", name)
	}
	stableDB, stableName, err := p.qualified(db)
	if err != nil {
		return nil, err
	}
	_, st, err := s.stable(stableDB, stableName)
	if err != nil {
		return nil, err
	}
	var order []int
	if p.peek().is("(") {
		err := p.list(func() error {
			tag, err := p.name()
			i := st.tag(tag)
			if err == nil && i < 0 {
				err = faultf(codeColumn, "Invalid tag name: %s", tag)
			}
			order = append(order, i)
			return err
		})
		if err != nil {
			return nil, err
		}
	} else {
		for i := range st.tags {
			order = append(order, i)
		}
	}
	if err := p.expect("tags"); err != nil {
		return nil, err
	}
	tags, n := make([]any, len(st.tags)), 0
	err = p.list(func() error {
		v, err := p.constant()
		if err != nil || n >= len(order) {
			return orWrong(p, err)
		}
		tags[order[n]], err = st.tags[order[n]].cell(v, d.perTick())
		n++
		return err
	})
	if err != nil || n < len(order) {
		return nil, orWrong(p, err)
	}
	return d.table(name, st, tags), nil
}

// columnsOf reads which columns the values are for; all in order where none are
// named.
func (p *parser) columnsOf(st *stable) (slots []int, err error) {
	if !p.peek().is("(") {
		for i := range st.columns {
			slots = append(slots, i)
		}
		return slots, nil
	}
	err = p.list(func() error {
		name, err := p.name()
		i := st.column(name)
		if err == nil && i < 0 {
			err = faultf(codeColumn, "Invalid column name: %s", name)
		}
		slots = append(slots, i)
		return err
	})
	return slots, err
}

func (p *parser) row(st *stable, slots []int, perTick int64) ([]any, error) {
	row, n := make([]any, len(st.columns)), 0
	err := p.list(func() error {
		v, err := p.constant()
		if err != nil || n >= len(slots) {
			return orWrong(p, err)
		}
		row[slots[n]], err = st.columns[slots[n]].cell(v, perTick)
		n++
		return err
	})
	if err == nil && n < len(slots) {
		err = p.wrong("there are fewer values than columns")
	}
	return row, err
}
