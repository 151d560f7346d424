package exec

import "github.com/holdfast-edge/holdfast/streamsql/state"

// rowsPane keeps rows.
type rowsPane struct {
	staged *staged
	rows   []*record
	kept   *kept
}

func (p *rowsPane) Add(r *record) {
	p.staged.taken = true
	r = p.staged.keep(r)
	p.rows = append(p.rows, r)
	h := &p.staged.windows.held
	if h.add(p.kept, r); h.octets > h.limit {
		p.staged.windows.makeRoom()
	}
}

// Len returns how many rows there are.
func (p *rowsPane) Len() int { return len(p.rows) }

// Remove takes the oldest row away.
func (p *rowsPane) Remove() { p.drop() }

func (p *rowsPane) drop() *record {
	oldest := p.rows[0]
	p.staged.windows.held.remove(p.kept, oldest)
	p.rows[0] = nil
	p.rows = p.rows[1:]
	return oldest
}

func (p *rowsPane) AppendState(dst []byte) []byte { return p.staged.appendRecords(dst, p.rows) }

func (p *rowsPane) Restore(src *reader) {
	p.rows = p.staged.restoreRecords(src)
	for _, r := range p.rows {
		p.staged.windows.held.add(p.kept, r)
	}
}

// groupsPane adds rows up by group, and keeps the first error of a row.
type groupsPane struct {
	staged *staged
	groups *groups
	err    error
	failed []int // of a host: the aggregates of which one has failed
}

// Add takes the row in at which the frame stands. For a dialect in which WHERE
// sees the rows of a window, those it rejects have entered and count for
// nothing.
func (p *groupsPane) Add(r *record) {
	s := p.staged
	s.taken = true
	if s.moved {
		s.stand(r)
	}
	if !s.windows.early && !s.passes(s.plan.Filter) {
		return
	}
	p.groups.add(r)
	if s.band != nil {
		s.band.settle(p, r)
		return
	}
	if err := s.frame.Err(); err != nil {
		if p.err == nil || !s.plan.Dialect.WholeSetFails {
			s.failedRow(r, err)
		}
		p.err = err
	}
}

func (p *groupsPane) AppendState(dst []byte) []byte {
	return p.groups.appendState(state.AppendBool(dst, p.failedFor(p.staged.form())))
}

func (p *groupsPane) Restore(src *reader) {
	if src.Bool() {
		p.err = errRestored
	}
	p.groups.restore(src)
}

func (s *staged) appendRecords(dst []byte, rows []*record) []byte {
	dst = state.AppendInt(dst, int64(len(rows)))
	form := s.form()
	for _, r := range rows {
		dst = form.appendRecord(dst, form.own(r))
	}
	return dst
}

func (s *staged) restoreRecords(src *reader) []*record {
	var rows []*record
	for range src.Count() {
		if r := s.restoreRecord(src); r != nil {
			rows = append(rows, r)
		}
	}
	return rows
}
