package exec

import (
	"slices"

	"github.com/holdfast-edge/holdfast/streamsql/fn"
	"github.com/holdfast-edge/holdfast/streamsql/window"
	"github.com/holdfast-edge/holdfast/tag"
)

// scratch is the groups or rows of a window as one member sees them. They are
// used again for the next one.
type scratch struct {
	records    []record
	rows       []*record
	groups     []group
	aggregates []fn.Aggregate
	list       []*group
}

// close gives the members a window that the host has closed.
func (b *band) close(span window.Span, panes []window.Pane[*record]) {
	b.closed = true
	b.giving = giving{on: true, span: span, panes: panes}
	if b.windows.windows.added {
		e := b.windows.emission(span)
		e.merge(panes)
		b.giving.groups = e.groups
	}
	b.give()
}

// give goes on with the members whose turn has not come.
func (b *band) give() {
	g := &b.giving
	for g.next < len(b.sharing) {
		m := b.sharing[g.next]
		m.staged().closedBy(b, m.counted)
		g.next++
	}
	b.giving = giving{}
}

// closedBy gives what a window gives that the host has closed.
func (s *staged) closedBy(b *band, emit Emit) {
	host := b.windows
	s.now, s.origin, s.hops, s.emit = host.now, host.origin, host.hops, emit
	s.frame.Context.Now = host.now
	own := s.frame.Context.Hits
	s.frame.Context.Hits = s.hits()
	defer func() { s.frame.Context.Hits = own }()
	s.frame.Context.Window.Start, s.frame.Context.Window.End = b.giving.span.Start, b.giving.span.End
	e := s.emission(b.giving.span)
	if b.giving.groups == nil {
		e.collect([]window.Pane[*record]{&rowsPane{staged: s, rows: b.rowsFor(s)}})
	} else {
		e.groups = b.groupsFor(s)
		e.failed = s.plan.Dialect.WholeSetFails && b.failed(s)
	}
	e.give()
}

// hits returns the rows that have passed WHERE.
func (s *staged) hits() fn.Hits {
	own := s.frame.Context.Hits
	if s.shared == nil || !s.windows.early {
		return own
	}
	host := s.shared.band.windows.frame.Context.Hits
	if host.Count == s.shared.before.Count {
		return own
	}
	return fn.Hits{Count: host.Count - s.shared.before.Count + own.Count, Last: host.Last}
}

// failed reports whether a row has failed in the window in a way that concerns a
// member.
func (b *band) failed(s *staged) bool {
	return slices.ContainsFunc(b.giving.panes, func(p window.Pane[*record]) bool {
		added, ok := p.(*groupsPane)
		return ok && added.failedFor(s)
	})
}

// as makes a record of the host one of a member: the same values under the
// member's layout.
func (s *staged) as(to, r *record) {
	*to = *r
	if s.lastBound == nil || s.lastBound.schema != r.bound.schema {
		s.lastBound = s.bindings.of(0, r.bound.schema)
	}
	to.bound = s.lastBound
}

// rowsFor returns the rows of the window as a member sees them.
func (b *band) rowsFor(s *staged) []*record {
	x, n := &b.scratch, 0
	for _, p := range b.giving.panes {
		n += len(p.(*rowsPane).rows)
	}
	x.size(n, 0)
	n = 0
	for _, p := range b.giving.panes {
		for _, r := range p.(*rowsPane).rows {
			s.as(x.rows[n], r)
			n++
		}
	}
	return x.rows[:n]
}

// groupsFor returns the groups of the window as a member sees them.
func (b *band) groupsFor(s *staged) *groups {
	x, list := &b.scratch, b.giving.groups.list
	width := len(s.plan.Aggregates)
	x.size(len(list), width)
	for i, g := range list {
		s.as(x.rows[i], g.row[0])
		at := &x.groups[i]
		at.key, at.row, at.aggregates = g.key, x.rows[i:i+1], x.aggregates[i*width:(i+1)*width]
		for k, from := range s.shared.aggregates {
			at.aggregates[k] = g.aggregates[from]
		}
	}
	return &groups{staged: s, list: x.list[:len(list)]}
}

// size makes room for n rows and groups of so many aggregates.
func (x *scratch) size(n, aggregates int) {
	if len(x.records) < n {
		x.records, x.rows = make([]record, n), make([]*record, n)
		x.groups, x.list = make([]group, n), make([]*group, n)
		for i := range n {
			x.rows[i], x.list[i] = &x.records[i], &x.groups[i]
		}
	}
	if len(x.aggregates) < n*aggregates {
		x.aggregates = make([]fn.Aggregate, n*aggregates)
	}
}

// blame notes the error of an aggregate for the row in hand.
func (b *band) blame(aggregate int) {
	if err := b.windows.frame.Err(); err != nil && b.errs[aggregate] == nil {
		b.errs[aggregate] = err
	}
}

// settle tells the members of the errors of a row, each of the first that
// concerns it, and notes them in the pane that the row is in, nil for one that rows leave again.
func (b *band) settle(p *groupsPane, r *record) {
	if b.rowErr == nil && !slices.ContainsFunc(b.errs, func(err error) bool { return err != nil }) {
		return
	}
	if p != nil {
		p.note(b.rowErr, b.errs)
	}
	for _, m := range b.sharing {
		b.tell(m, r)
	}
	b.rowErr = nil
	clear(b.errs)
}

// note keeps what has failed: for all, or for those that have an aggregate.
func (p *groupsPane) note(rowErr error, errs []error) {
	if rowErr != nil {
		p.err = rowErr
	}
	for i, err := range errs {
		if err != nil && !slices.Contains(p.failed, i) {
			p.failed = append(p.failed, i)
		}
	}
}

func (b *band) tell(m *Member, r *record) {
	err := b.rowErr
	for _, i := range m.staged().shared.aggregates {
		if err == nil {
			err = b.errs[i]
		}
	}
	if err != nil {
		m.exec.fail(b.windows.now, err, batchOf(r), 0)
	}
}

// failedRow tells all members of a row that has failed for all of them.
func (b *band) failedRow(r *record, err error) {
	for _, m := range b.sharing {
		m.exec.fail(b.windows.now, err, batchOf(r), 0)
	}
}

// late tells all members of a row that came behind the watermark.
func (b *band) late(batch *tag.Batch, row int) {
	for _, m := range b.sharing {
		m.exec.late(batch, row)
	}
}

// forgot tells all members of a partition that was forgotten for another.
func (b *band) forgot() {
	for _, m := range b.sharing {
		m.exec.forgot()
	}
}

// batchOf returns a record as a batch.
func batchOf(r *record) *tag.Batch {
	builder := tag.NewBuilder(r.bound.schema, 1)
	copy(builder.Row(r.source), r.values)
	return builder.Batch()
}
