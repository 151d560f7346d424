package exec

import "github.com/holdfast-edge/holdfast/tag"

// work is what a group is doing, and how far it has come, so that it can go on
// behind a panic.
//
//	band by band ─▶ alone one by one ─▶ bind ─▶ class by class: filter ─▶ member by member
type work struct {
	now    int64
	batch  *tag.Batch // nil: the time is told
	inHand *Member    // whose evaluation is going on; nil beside inFilter: nobody's
	band   *band      // whose windows are evaluated; nil: none
	from   int        // the row that the band or the member alone is pushed from

	bands  int // bands that have had their turn
	alone  int // members alone that have had their turn, those of rest behind the others
	rest   []turn
	bound  bool
	class  int // classes that have had their turn
	filter filtering
	member int // members of the class that have had their turn
	row    int // of the rows of the class, for the member in hand
}

// turn is a member that left its band within the batch, and the row that it goes
// on with.
type turn struct {
	member *Member
	from   int
}

// filtering is the filter of a class going through its rows.
type filtering struct {
	on     bool
	done   bool
	read   int // rows that were looked at
	passed int
}

// Push gives a batch of the stream to all members. now is when it is processed.
//
// First the index tells for each row which classes it can meet; then each class
// goes through its rows, and each of its members through those that pass, so
// that a member's memory is touched once for a batch.
func (g *Group) Push(now int64, b *tag.Batch) {
	if g.stale {
		g.sort()
	}
	g.rows += uint64(b.Len())
	g.work = work{now: now, batch: b}
	g.Continue()
}

// Tick tells the time to all members. It is due when NextTick says; more often
// does no harm.
func (g *Group) Tick(now int64) {
	if g.stale {
		g.sort()
	}
	g.work = work{now: now}
	g.Continue()
}

// NextTick returns when Tick is due next, and false where only a row can bring
// the members on.
func (g *Group) NextTick() (at int64, ok bool) {
	if g.stale {
		g.sort()
	}
	for _, b := range g.bands {
		at, ok = sooner(at, ok, b.host)
	}
	for _, m := range g.alone {
		at, ok = sooner(at, ok, m.exec)
	}
	return at, ok
}

// sooner returns when a query is due, if that is sooner than at.
func sooner(at int64, ok bool, e *Exec) (int64, bool) {
	if t, due := e.NextTick(); due && (!ok || t < at) {
		return t, true
	}
	return at, ok
}

// Continue goes on with what Push or Tick was doing when a member panicked:
// behind the row in hand if the member was mended, with the next member if it
// was removed. It does nothing where all is done.
func (g *Group) Continue() {
	w := &g.work
	for ; w.bands < len(g.bands); w.bands++ {
		g.pushBand(g.bands[w.bands])
	}
	for ; w.alone < len(g.alone)+len(w.rest); w.alone++ {
		g.pushAlone(g.turn(w.alone))
	}
	if w.batch != nil {
		g.pushClasses()
	}
	g.work = work{}
	g.admit()
}

// pushClasses gives the batch to the members that share.
func (g *Group) pushClasses() {
	w := &g.work
	if !w.bound {
		g.bind()
	}
	for ; w.class < len(g.met); w.class++ {
		g.run(g.met[w.class])
		w.filter, w.member = filtering{}, 0
	}
	g.settleWatched()
}

// pushAlone gives the batch, or what is left of it, to a member alone.
func (g *Group) pushAlone(t turn) {
	w, m := &g.work, t.member
	if w.inHand == nil {
		w.from = t.from
	}
	w.inHand = m
	switch {
	case w.batch == nil:
		m.exec.Tick(w.now, m.emit)
	case w.from == 0:
		m.exec.Push(w.now, m.source, w.batch, m.emit)
	case w.from < w.batch.Len():
		m.exec.Push(w.now, m.source, w.batch.Slice(w.from, w.batch.Len()), m.emit)
	}
	w.inHand, w.from = nil, 0
}

// turn returns the i-th member alone.
func (g *Group) turn(i int) turn {
	if i < len(g.alone) {
		return turn{member: g.alone[i]}
	}
	return g.work.rest[i-len(g.alone)]
}

// bind finds the classes that rows of the batch can meet.
func (g *Group) bind() {
	w := &g.work
	for _, c := range g.met {
		c.rows = c.rows[:0]
	}
	g.index.bind(w.batch.Schema())
	g.met = g.index.candidates(g.met[:0], w.batch)
	for _, c := range g.index.always {
		c.rows = appendAll(c.rows[:0], w.batch.Len())
		g.met = append(g.met, c)
	}
	w.bound = true
}

func appendAll(rows []int32, n int) []int32 {
	for i := range n {
		rows = append(rows, int32(i))
	}
	return rows
}

// run gives the rows of a class to its members.
func (g *Group) run(c *class) {
	w := &g.work
	if c.filter != nil && !w.filter.done {
		w.filter.on = true
		c.pass(w)
		c.rows = c.rows[:w.filter.passed]
		w.filter.on, w.filter.done = false, true
	}
	if len(c.rows) == 0 {
		return
	}
	for ; w.member < len(c.members); w.member++ {
		w.inHand = c.members[w.member]
		w.inHand.run(w, c.rows)
		w.inHand, w.row = nil, 0
	}
}

// pass evaluates the filter once for each row, in the frame of the first member,
// and keeps the rows that pass. An error is that of all members.
func (c *class) pass(w *work) {
	first := c.members[0]
	f := first.direct.ready(w.now, w.batch)
	for ; w.filter.read < len(c.rows); w.filter.read++ {
		i := c.rows[w.filter.read]
		first.direct.stand(w.batch, int(i))
		if c.filter.Holds(f) && !f.Failed() {
			c.rows[w.filter.passed] = i
			w.filter.passed++
		}
		if err := f.Err(); err != nil {
			for _, m := range c.members {
				m.exec.fail(w.now, err, w.batch, int(i))
			}
		}
	}
}

// run gives rows that passed to the select list of a member.
func (m *Member) run(w *work, rows []int32) {
	if m.watch != nil {
		m.runWatched(w, rows)
		return
	}
	d := m.direct
	f := d.ready(w.now, w.batch)
	if d.passesOn(w.batch) {
		if from := w.row; from < len(rows) {
			w.row = len(rows) // a panic of whoever takes them is behind them
			d.passOn(w.batch, rows[from:], m.emit)
		}
		return
	}
	for ; w.row < len(rows); w.row++ {
		i := int(rows[w.row])
		d.stand(w.batch, i)
		d.give(w.batch, i)
		if f.Failed() {
			m.exec.fail(w.now, f.Err(), w.batch, i)
		}
	}
	d.output.flush(d.origin, d.hops, m.emit)
}
