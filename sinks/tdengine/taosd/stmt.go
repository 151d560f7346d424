package taosd

// statement is a stmt2 handle of one connection.
type statement struct {
	db, table string // of the super-table
	version   int
	fields    []field
	bound     []bound
	discarded bool // what was bound is not kept
}

// Binds of a field, as stmt2_prepare tells them.
const (
	bindColumn = 1
	bindTag    = 2
	bindName   = 4
)

// field is one ? of an INSERT.
type field struct {
	Name      string `json:"name"`
	FieldType int8   `json:"field_type"`
	Precision uint8  `json:"precision"`
	Scale     uint8  `json:"scale"`
	Bytes     int    `json:"bytes"`
	BindType  int8   `json:"bind_type"`
}

// prepare reads INSERT INTO super-table (tbname, tag …, column …) VALUES (?, …).
func (s *store) prepare(db, sql string) (*statement, error) {
	tokens, err := lex(sql)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	p := &parser{tokens: tokens}
	if err := p.expect("insert", "into"); err != nil {
		return nil, err
	}
	db, name, err := p.qualified(db)
	if err != nil {
		return nil, err
	}
	d, st, err := s.stable(db, name)
	if err != nil {
		return nil, err
	}
	prepared := &statement{db: db, table: name, version: st.version}
	err = p.list(func() error {
		name, err := p.name()
		if err != nil {
			return err
		}
		f, err := fieldOf(d, st, name)
		prepared.fields = append(prepared.fields, f)
		return err
	})
	if err != nil {
		return nil, err
	}
	if err := p.expect("values"); err != nil {
		return nil, err
	}
	marks := 0
	err = p.list(func() error { marks++; return p.expect("?") })
	if err == nil && (marks != len(prepared.fields) || !p.done()) {
		err = p.wrong("want a ? for each name")
	}
	return prepared, err
}

func fieldOf(d *database, st *stable, name string) (field, error) {
	precision := map[string]uint8{"ms": 0, "us": 1, "ns": 2}[d.precision]
	if name == "tbname" {
		return field{Name: name, FieldType: typeVarchar, Bytes: 271, BindType: bindName}, nil
	}
	if i := st.column(name); i >= 0 {
		c := st.columns[i]
		f := field{Name: name, FieldType: c.code, Bytes: c.width, BindType: bindColumn}
		if c.code == typeTimestamp {
			f.Precision = precision
		}
		return f, nil
	}
	if i := st.tag(name); i >= 0 {
		return field{Name: name, FieldType: st.tags[i].code, Bytes: st.tags[i].width, BindType: bindTag}, nil
	}
	return field{}, faultf(codeColumn, "Invalid column name: %s", name)
}

// execute upserts what was bound.
func (s *store) execute(p *statement) (affected int, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	d, st, err := s.stable(p.db, p.table)
	if err != nil {
		return 0, err
	}
	if st.version != p.version {
		return 0, faultf(codeStmt, "the table's schema has changed")
	}
	if p.discarded {
		return 0, nil
	}
	if len(p.bound) == 0 {
		return 0, faultf(codeStmt, "nothing was bound")
	}
	for _, b := range p.bound {
		n, err := s.executeTable(d, st, p, b)
		if err != nil {
			return affected, err
		}
		affected += n
	}
	p.bound = nil
	return affected, nil
}

func (s *store) executeTable(d *database, st *stable, p *statement, b bound) (int, error) {
	if b.name == "" {
		return 0, faultf(codeStmt, "the name of a table is empty")
	}
	tags := make([]any, len(st.tags))
	var slots []int
	n := 0
	for _, f := range p.fields {
		switch f.BindType {
		case bindTag:
			if n >= len(b.tags) {
				return 0, faultf(codeStmt, "there are fewer tags than was prepared for")
			}
			i := st.tag(f.Name)
			cell, err := st.tags[i].cell(b.tags[n], d.perTick())
			if err != nil {
				return 0, err
			}
			tags[i], n = cell, n+1
		case bindColumn:
			slots = append(slots, st.column(f.Name))
		}
	}
	if len(slots) != len(b.cols) {
		return 0, faultf(codeStmt, "%d columns are bound, %d were prepared", len(b.cols), len(slots))
	}
	t := d.table(b.name, st, tags)
	rows := len(b.cols[0])
	for i := range rows {
		row := make([]any, len(st.columns))
		for c, slot := range slots {
			if len(b.cols[c]) != rows {
				return 0, faultf(codeStmt, "columns of different lengths are bound")
			}
			cell, err := st.columns[slot].cell(b.cols[c][i], d.perTick())
			if err != nil {
				return 0, err
			}
			row[slot] = cell
		}
		if err := s.upsert(d, t, row); err != nil {
			return 0, err
		}
	}
	return rows, nil
}
