package exec

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/holdfast-edge/holdfast/streamsql/fn"
	"github.com/holdfast-edge/holdfast/streamsql/state"
)

type reader = state.Reader

// version is the first byte of a snapshot. It changes with the meaning of what
// stands behind it.
const version = 1

// ErrVersion is the cause where a snapshot was written by a version of this
// package whose snapshots it does not read.
var ErrVersion = errors.New("snapshot of another version")

// sections are the parts of a snapshot by name. A part is named after the text
// of what it is the state of, so that a rule that was changed keeps the state
// of what is still in it.
type sections struct {
	prefix string
	byName map[string][]byte
	err    error
}

// add puts a part in.
func (s *sections) add(name string, part []byte) { s.byName[s.prefix+name] = part }

// read calls restore with a part, if there is one.
func (s *sections) read(name string, restore func(*reader)) {
	part, ok := s.byName[s.prefix+name]
	if !ok || s.err != nil {
		return
	}
	r := state.NewReader(part)
	restore(r)
	if err := r.Err(); err != nil {
		s.err = fmt.Errorf("restore %s: %w", name, err)
	}
}

// has reports whether there is a part.
func (s *sections) has(name string) bool {
	_, ok := s.byName[s.prefix+name]
	return ok
}

// within returns the sections of a part that has parts of its own.
func (s *sections) within(name string) *sections {
	return &sections{prefix: s.prefix + name + "/", byName: s.byName}
}

// hostPrefix is that of the names of parts that are attached.
const hostPrefix = "host/"

// Snapshot returns everything that the query must remember across a restart.
// Equal states give equal bytes.
func (e *Exec) Snapshot() []byte {
	s := &sections{byName: make(map[string][]byte)}
	e.appendState(s)
	for name, p := range e.attached {
		s.add(hostPrefix+name, p.AppendState(nil))
	}
	dst := state.AppendInt([]byte{version}, int64(len(s.byName)))
	for _, name := range sortedKeys(s.byName) {
		dst = state.AppendString(dst, name)
		dst = state.AppendString(dst, string(s.byName[name]))
	}
	return dst
}

func (e *Exec) appendState(s *sections) {
	for i, a := range e.arms {
		a.appendState(s.within(fmt.Sprint(i)))
	}
}

// Restore takes in a snapshot of the same query, or of one that was changed
// since: what both have in common goes on, the rest begins anew. It is called
// before the first row. After an error the query must not be used.
func (e *Exec) Restore(snapshot []byte) error {
	if len(snapshot) == 0 || snapshot[0] != version {
		return fmt.Errorf("restore rule %s: %w", e.options.Rule, ErrVersion)
	}
	r := state.NewReader(snapshot[1:])
	s := &sections{byName: make(map[string][]byte)}
	for range r.Count() {
		name := r.String()
		s.byName[name] = []byte(r.String())
	}
	err := r.Err()
	if err == nil {
		err = e.restore(s)
	}
	for name, p := range e.attached {
		if s.read(hostPrefix+name, p.RestoreState); err == nil {
			err = s.err
		}
	}
	if err != nil {
		return fmt.Errorf("restore rule %s: %w", e.options.Rule, err)
	}
	return nil
}

func (e *Exec) restore(s *sections) error {
	for i, a := range e.arms {
		part := s.within(fmt.Sprint(i))
		a.restore(part)
		if part.err != nil {
			return part.err
		}
	}
	return nil
}

func appendHits(dst []byte, h fn.Hits) []byte {
	return state.AppendInt(state.AppendInt(dst, h.Count), h.Last)
}

func restoreHits(r *reader) fn.Hits { return fn.Hits{Count: r.Int(), Last: r.Int()} }

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// Resume is called once after Restore, before the first row. Windows that were
// open go on; for a query of eKuiper those of fixed places are closed with what
// the snapshot holds of them, and the rows that come make windows of their own.
func (e *Exec) Resume(now int64, emit Emit) {
	for _, a := range e.arms {
		if s, ok := a.(*staged); ok && s.plan.Dialect.EKuiperSpans {
			s.begin(now, e.counted(emit))
			s.windows.flush()
		}
	}
}
