package exec

import (
	"slices"

	"github.com/holdfast-edge/holdfast/streamsql/state"
)

// moving returns the state of the windows, and of what waits to enter them, in a
// form in which equal ones are equal.
func (s *staged) moving() []byte {
	s.saved = saved{}
	return s.appendMoving(nil, s)
}

func (s *staged) appendMoving(dst []byte, of *staged) []byte {
	dst = of.windows.appendMachines(dst)
	if of.reorder != nil {
		dst = of.reorder.appendState(dst)
	}
	return dst
}

// project returns the state of the host's windows as a member would have it.
func (b *band) project(s *staged) []byte {
	s.saved = saved{}
	b.projected = s
	defer func() { b.projected = nil }()
	return s.appendMoving(nil, b.windows)
}

// form returns in whose form the records of a SELECT are written: its own, or
// for a host that of a member.
func (s *staged) form() *staged {
	if s.band != nil && s.band.projected != nil {
		return s.band.projected
	}
	return s
}

// appendWindows appends the state of the windows, the host's where they are
// shared.
func (s *staged) appendWindows(dst []byte) []byte {
	if s.shared == nil {
		return s.windows.appendState(dst)
	}
	b := s.shared.band
	b.projected = s
	defer func() { b.projected = nil }()
	return b.windows.windows.appendState(dst)
}

// appendReorder does so for the rows that wait.
func (s *staged) appendReorder(dst []byte) []byte {
	if s.shared == nil {
		return s.reorder.appendState(dst)
	}
	b := s.shared.band
	b.projected = s
	defer func() { b.projected = nil }()
	return b.windows.reorder.appendState(dst)
}

// own returns a record as a SELECT keeps it itself: of a host's row the columns
// that the member uses.
func (s *staged) own(r *record) *record {
	if r.bound.plan == s.plan {
		return r
	}
	var view record
	s.as(&view, r)
	view.kept = false
	return s.keep(&view)
}

// failedFor reports whether a row has failed in a way that concerns a SELECT.
func (p *groupsPane) failedFor(s *staged) bool {
	if p.err != nil {
		return true
	}
	return s.shared != nil && slices.ContainsFunc(s.shared.aggregates, func(i int) bool { return slices.Contains(p.failed, i) })
}

// appendGroups appends groups in the form of a SELECT.
func (s *staged) appendGroups(dst []byte, list []*group, aggregates []int) []byte {
	dst = state.AppendInt(dst, int64(len(list)))
	for _, at := range list {
		dst = state.AppendString(dst, at.key)
		dst = s.appendRecords(dst, at.row)
		if aggregates == nil {
			for _, a := range at.aggregates {
				dst = a.AppendState(dst)
			}
			continue
		}
		for _, i := range aggregates {
			dst = at.aggregates[i].AppendState(dst)
		}
	}
	return dst
}
