package exec

import (
	"fmt"

	"github.com/holdfast-edge/holdfast/streamsql/fn"
	"github.com/holdfast-edge/holdfast/streamsql/plan"
	"github.com/holdfast-edge/holdfast/tag"
)

// groups are the groups of some rows, in the order in which they were met.
//
// They may be used again for the rows of another window. Groups that come again
// then take up the memory that they had.
type groups struct {
	staged *staged
	byKey  map[string]*group // those that rest too
	list   []*group          // those that have rows
	key    []byte

	held *held // counts them; nil: they are counted elsewhere
	owns bool  // the rows that stand for them too, which nobody else keeps

	slid      uint64 // rows that came into a sliding window
	unordered bool   // list is not in the order of the groups' first rows any more
}

// group is what the rows of one group add up to, and the row that stands for
// the columns outside of aggregates.
type group struct {
	key        string
	row        []*record // one for each input
	aggregates []fn.Aggregate
	awake      bool      // it has rows
	octets     int       // as held has counted them
	queue      []*record // its rows, where they can leave
}

func newGroups(s *staged, counts *held) *groups { return &groups{staged: s, held: counts} }

// add takes in the row of one input at which the frame stands.
func (g *groups) add(r *record) {
	one := [1]*record{r}
	g.addJoined(one[:])
}

// addJoined takes in the row at which the frame stands.
func (g *groups) addJoined(rows []*record) {
	at := g.of(&g.staged.frame, rows)
	g.staged.noteRow()
	if at == nil {
		return
	}
	for i := range g.staged.plan.Aggregates {
		added := g.staged.accumulate(i, at.aggregates[i])
		if i == g.staged.plan.Extreme && added && at.aggregates[i].(fn.Picker).Picked() {
			g.stands(at, rows)
		}
	}
}

// of returns the group of the row, nil where there are too many.
func (g *groups) of(f *frame, rows []*record) *group {
	g.key = appendKeys(g.key[:0], f, g.staged.plan.Groups)
	found, ok := g.byKey[string(g.key)]
	switch {
	case !ok:
		return g.begin(f, rows)
	case !found.awake:
		if !g.stands(found, rows) {
			return nil
		}
		g.wake(found)
	}
	return found
}

// begin returns a group that is not there yet, nil where there are too many.
func (g *groups) begin(f *frame, rows []*record) *group {
	added := &group{key: string(g.key)}
	err := g.room(added, rows)
	if err != nil {
		g.forget()
		g.staged.windows.forgetSpares()
		err = g.room(added, rows)
	}
	if err != nil {
		f.Fail(err)
		return nil
	}
	added.row, added.aggregates = g.staged.keepAll(rows), g.newAggregates()
	return g.put(added)
}

// stands has a group's row be another one, and notes an error and reports false where
// that is too large.
func (g *groups) stands(at *group, rows []*record) bool {
	if g.owns {
		more := g.size(at, rows) - at.octets
		if more > 0 && g.held.octets+more > g.held.limit {
			g.staged.frame.Fail(g.held.tooManyGroups())
			return false
		}
		g.held.octets += more
		at.octets += more
	}
	g.staged.replaceAll(at.row, rows)
	return true
}

// put adds a group that is not there yet.
func (g *groups) put(added *group) *group {
	if g.byKey == nil {
		g.byKey = make(map[string]*group)
	}
	g.byKey[added.key] = added
	g.count(added)
	g.wake(added)
	return added
}

func (g *groups) wake(at *group) {
	at.awake = true
	g.list = append(g.list, at)
}

// restBeyond is how many groups may rest for each that had rows, and a few more.
const restBeyond = 2

// rest makes all groups have no rows. Those that have not come again for long
// are forgotten, at once where too many of them rest.
func (g *groups) rest() {
	if len(g.byKey) > restBeyond*len(g.list)+16 {
		g.forget()
	}
	for _, at := range g.list {
		at.awake = false
		for i, a := range at.aggregates {
			if r, ok := a.(fn.Resetter); ok {
				r.Reset()
			} else {
				release(a)
				at.aggregates[i] = g.newAggregate(i)
			}
		}
	}
	g.list = g.list[:0]
}

// forget forgets the groups that rest.
func (g *groups) forget() {
	if len(g.byKey) == len(g.list) {
		return
	}
	for key, at := range g.byKey {
		if !at.awake {
			g.discount(at)
			delete(g.byKey, key)
		}
	}
}

// merge takes in groups of later rows, which stay as they are.
func (g *groups) merge(later *groups) {
	for _, other := range later.list {
		mine, ok := g.byKey[other.key]
		switch {
		case !ok:
			mine = g.put(&group{key: other.key, row: other.row, aggregates: g.newAggregates()})
		case !mine.awake:
			g.wake(mine)
			mine.row = other.row
		}
		for i, a := range mine.aggregates {
			a.Merge(other.aggregates[i])
		}
		if i := g.staged.plan.Extreme; i >= 0 && mine.aggregates[i].(fn.Picker).Picked() {
			mine.row = other.row
		}
	}
}

// keepAll returns records that own their memory.
func (s *staged) keepAll(rows []*record) []*record {
	kept := make([]*record, len(rows))
	for k, r := range rows {
		if r != nil {
			kept[k] = s.keep(r)
		}
	}
	return kept
}

// newAggregate returns an empty state of an aggregate.
func (s *staged) newAggregate(i int) fn.Aggregate {
	a := &s.plan.Aggregates[i]
	if s.windows != nil && s.windows.slides {
		return a.Func.Slides()
	}
	return s.newState(a)
}

func (s *staged) newState(a *plan.Aggregate) fn.Aggregate {
	if a.Distinct {
		return &distinct{Aggregate: a.Func.Aggregate(), options: &s.exec.options}
	}
	return a.Func.Aggregate()
}

// noteRow notes the error of a row's group, which for a band is of all members.
func (s *staged) noteRow() {
	if s.band != nil {
		s.band.rowErr = s.frame.Err()
	}
}

// accumulate adds the row at which the frame stands to the state of an
// aggregate, and reports whether that was shown it.
func (s *staged) accumulate(i int, to fn.Aggregate) (added bool) {
	added = s.add(&s.plan.Aggregates[i], to)
	if s.band != nil {
		s.band.blame(i)
	}
	return added
}

func (s *staged) add(a *plan.Aggregate, to fn.Aggregate) (added bool) {
	f := &s.frame
	if a.Filter != nil && !a.Filter.Holds(f) {
		return false
	}
	mark := f.Mark()
	args := f.Push(a.Args)
	if added = a.Func.Nulls == fn.NullIsValue || !anyNull(args); added {
		if err := to.Add(&f.Context, args); err != nil {
			f.Fail(fmt.Errorf("%s: %w", a.Func.Name, err))
		}
	}
	f.Release(mark)
	return added
}

func anyNull(values []tag.Value) bool {
	for _, v := range values {
		if v.IsNull() {
			return true
		}
	}
	return false
}

func (g *groups) appendState(dst []byte) []byte {
	form := g.staged.form()
	if form == g.staged {
		return form.appendGroups(dst, g.list, nil)
	}
	return form.appendGroups(dst, g.list, g.staged.band.aggregatesOf(form))
}

func (g *groups) restore(src *reader) {
	for range src.Count() {
		at := &group{key: src.String(), row: g.staged.restoreRecords(src), aggregates: g.newAggregates()}
		for _, a := range at.aggregates {
			a.RestoreState(src)
		}
		if src.Err() != nil || len(at.row) != 1 {
			src.Fail("group")
			return
		}
		g.put(at)
	}
}
