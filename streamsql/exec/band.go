package exec

import (
	"bytes"
	"slices"
	"strconv"

	"github.com/holdfast-edge/holdfast/streamsql/fn"
	"github.com/holdfast-edge/holdfast/streamsql/plan"
	"github.com/holdfast-edge/holdfast/streamsql/window"
	"github.com/holdfast-edge/holdfast/tag"
)

// band is the members of a group whose windows hold the same: one query, the
// host, takes the rows in for all of them, with the aggregates of each, and when
// a window closes each member goes on from its groups, or its rows, by itself.
//
//	rows ─▶ host: filter, window, groups ── closes ─▶ member: HAVING, ORDER BY, output
//	                                               ─▶ member: …
//
// A member that comes, with a state of its own or none, runs alone beside the
// host until both have the same state: then its own is dropped. One that leaves
// takes its part of the host's state with it. So nobody's output hangs on who
// else is there.
type band struct {
	group    *Group
	key      string
	host     *Exec
	windows  *staged   // of the host
	members  []*Member // that have the key
	sharing  []*Member // those of them that have no windows of their own
	closed   bool      // a window was closed since the waiting ones were compared
	broken   bool      // it has panicked, and its members go on by themselves
	panicked bool      // one of its members has
	giving   giving
	scratch  scratch

	projected *staged // whose form of the state is written; nil: the host's own
	rowErr    error   // of the row in hand: of all members
	errs      []error // by aggregate: of the members that have it
}

// giving is a window that was closed on its way to the members.
type giving struct {
	on     bool
	span   window.Span
	panes  []window.Pane[*record]
	groups *groups // nil: the panes keep rows
	next   int     // the member of sharing whose turn it is
}

// sharing is what a member that has no windows of its own remembers.
type sharing struct {
	band       *band
	aggregates []int   // of the host, for each of its own
	before     fn.Hits // of the host when it began to share
}

// minBand is how many members a band has at least.
const minBand = 2

// newBand returns a band of members that wait, and nil where their windows
// cannot be evaluated together.
func newBand(g *Group, key string, members []*Member) *band {
	plans := make([]*plan.Select, len(members))
	for i, m := range members {
		plans[i] = m.staged().plan
	}
	query, err := plan.Union(plans)
	if err != nil {
		return nil
	}
	b := &band{group: g, key: key}
	b.take(members)
	options := members[0].exec.options
	b.host = newExec(query, Options{
		Rule: "windows", Start: options.Start, EventTime: options.EventTime, Lateness: options.Lateness, Idle: options.Idle, Ahead: options.Ahead, Held: options.Held, States: options.States,
		Late: b.late, Forgot: b.forgot,
	}, nil)
	b.windows = b.host.arms[0].(*staged)
	b.windows.band = b
	b.errs = make([]error, len(query.Arms[0].Aggregates))
	return b
}

// bandKey returns what is equal for members whose windows hold the same, empty
// for one that shares none.
func bandKey(e *Exec) string {
	if len(e.arms) != 1 || e.query.Arms[0].ShareKey == "" {
		return ""
	}
	s, ok := e.arms[0].(*staged)
	if !ok {
		return ""
	}
	o := e.options
	key := s.plan.ShareKey + "\n" + e.uses[0].Name + "\n" + strconv.Itoa(o.Held) + " " + strconv.Itoa(o.States)
	if o.EventTime {
		return key + "\nevent time, " + o.Lateness.String() + ", " + o.Idle.String() + ", " + o.Ahead.String()
	}
	if s.plan.Dialect.EKuiperSpans {
		key += "\n" + string(tag.AppendJSON(nil, tag.IntOf(o.Start)))
	}
	return key
}

// staged returns the one SELECT of a member that may share windows.
func (m *Member) staged() *staged { return m.exec.arms[0].(*staged) }

// covers reports whether the host has what all members need.
func (b *band) covers(members []*Member) bool {
	return !slices.ContainsFunc(members, func(m *Member) bool { return !b.windows.plan.Covers(m.staged().plan) })
}

// take makes members those of the band.
func (b *band) take(members []*Member) {
	for _, m := range b.members {
		m.band = nil
	}
	b.members = members
	for _, m := range members {
		m.band = b
	}
}

// admit lets members share whose state is the host's, and reports whether there
// were any.
func (b *band) admit() (some bool) {
	b.closed = false
	for _, m := range b.members {
		s := m.staged()
		if m.shares || !bytes.Equal(s.moving(), b.project(s)) {
			continue
		}
		some, m.shares = true, true
		s.shared = b.sharingOf(s)
		s.drop()
		b.sharing = append(b.sharing, m)
		m.joined = b.group.rows
		m.exec.shared = func() uint64 { return b.group.rows - m.joined }
		m.counted = m.exec.counted(m.emit)
	}
	return some
}

func (b *band) sharingOf(s *staged) *sharing {
	return &sharing{band: b, aggregates: b.aggregatesOf(s), before: b.windows.frame.Context.Hits}
}

// aggregatesOf returns the place among the host's of each aggregate of a member.
func (b *band) aggregatesOf(s *staged) []int {
	if s.shared != nil {
		return s.shared.aggregates
	}
	places := make([]int, len(s.plan.Aggregates))
	for i, a := range s.plan.Aggregates {
		places[i] = b.windows.plan.AggregateOf(a.Text)
	}
	return places
}

// drop forgets windows that the host has as well.
func (s *staged) drop() {
	newWindows(s)
	if s.reorder != nil {
		s.reorder = newReorder(s)
	}
	s.slab = slab{}
}

// release gives a member that shares windows of its own again.
func (b *band) release(m *Member) error {
	i := slices.Index(b.sharing, m)
	if i < 0 {
		return nil
	}
	b.sharing, m.shares = slices.Delete(b.sharing, i, i+1), false
	if b.giving.on && i < b.giving.next {
		b.giving.next--
	}
	m.exec.stats.RowsIn += m.exec.shared()
	m.exec.shared = nil
	err := m.exec.renew(m.emit)
	if r := m.staged().reorder; err == nil && r != nil {
		r.halfway = b.windows.reorder.halfway || b.panicked
	}
	return err
}
