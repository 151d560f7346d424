package exec

import (
	"github.com/holdfast-edge/holdfast/streamsql/ast"
	"github.com/holdfast-edge/holdfast/streamsql/state"
	"github.com/holdfast-edge/holdfast/tag"
)

// saved are the bindings that the records of a snapshot go by, numbered in the
// order in which they are met. Those of the same columns have one number.
type saved struct {
	names  []string // of a binding's input and columns, in one
	bounds []*binding
}

// number returns the number of a binding.
func (s *saved) number(b *binding) int {
	var key []byte
	for i := range b.schema.Len() {
		key = state.AppendString(key, b.schema.Field(i).Name)
	}
	name := string(state.AppendInt(key, int64(b.input)))
	for i, known := range s.names {
		if known == name {
			return i
		}
	}
	s.names, s.bounds = append(s.names, name), append(s.bounds, b)
	return len(s.names) - 1
}

// layout is the form of the records in a snapshot: which columns they hold, and
// what was computed with them.
type layout struct {
	bound    map[int64]*binding
	computed []int // for each of today's before, its place then; -1: there was none
}

// computedAs returns what was computed for a record, in today's order.
func (l *layout) computedAs(then []tag.Value) []tag.Value {
	if len(then) == 0 {
		return nil // it waits, and nothing was computed yet
	}
	now := make([]tag.Value, len(l.computed))
	for i, at := range l.computed {
		if at >= 0 && at < len(then) {
			now[i] = then[at]
		}
	}
	return now
}

func (s *staged) appendState(to *sections) {
	s.saved = saved{}
	appendBefores(to, s.before)
	appendBefores(to.within("after"), s.after)
	to.add("hits", appendHits(appendHits(nil, s.hits()), s.groupHits))
	to.add(s.windowName(), s.appendWindows(nil))
	for k, t := range s.tables {
		if t != nil {
			to.add("table "+s.plan.Inputs[k].Label, s.appendRecords(nil, t.rows))
		}
	}
	if s.reorder != nil {
		to.add("reorder", s.appendReorder(nil))
	}
	for k, nested := range s.nested {
		if nested != nil {
			nested.appendState(to.within("from " + s.plan.Inputs[k].Label))
		}
	}
	to.add("layout", s.appendLayout(nil))
}

// windowName identifies the windows: those of another shape, groups or
// aggregates do not go on.
func (s *staged) windowName() string {
	if s.plan.Window == nil {
		return "rows"
	}
	name := "window " + ast.Text(s.plan.Window.Window)
	if s.windows.added {
		for _, g := range s.plan.GroupTexts {
			name += ", " + g
		}
		for _, a := range s.plan.Aggregates {
			name += "; " + a.Text
		}
	}
	return name
}

func (s *staged) restore(from *sections) {
	s.restored.bound = make(map[int64]*binding)
	from.read("layout", s.restoreLayout)
	restoreBefores(from, s.before)
	restoreBefores(from.within("after"), s.after)
	from.read("hits", func(r *reader) { s.frame.Context.Hits, s.groupHits = restoreHits(r), restoreHits(r) })
	from.read(s.windowName(), s.windows.restore)
	for k, t := range s.tables {
		if t != nil {
			from.read("table "+s.plan.Inputs[k].Label, func(r *reader) { t.rows = s.restoreRecords(r) })
		}
	}
	if s.reorder != nil {
		from.read("reorder", s.reorder.restore)
	}
	for k, nested := range s.nested {
		if nested != nil && from.err == nil {
			from.err = nested.restore(from.within("from " + s.plan.Inputs[k].Label))
		}
	}
}

// appendLayout appends the bindings that records may go by, and the texts of
// what is computed with them.
func (s *staged) appendLayout(dst []byte) []byte {
	dst = state.AppendInt(dst, int64(len(s.saved.bounds)))
	for _, b := range s.saved.bounds {
		dst = state.AppendString(dst, s.plan.Inputs[b.input].Label)
		dst = state.AppendInt(dst, int64(b.schema.Len()))
		for i := range b.schema.Len() {
			dst = state.AppendString(dst, b.schema.Field(i).Name)
		}
	}
	dst = state.AppendInt(dst, int64(len(s.before)))
	for i := range s.before {
		dst = state.AppendString(dst, s.before[i].plan.Text)
	}
	return dst
}

func (s *staged) restoreLayout(src *reader) {
	for id := range src.Count() {
		label := src.String()
		fields := make([]tag.Field, src.Count())
		for i := range fields {
			fields[i].Name = src.String()
		}
		schema, err := tag.NewSchema(tag.StreamID{}, label, fields...)
		if err != nil {
			src.Fail("column")
			return
		}
		for k, in := range s.plan.Inputs {
			if in.Label == label {
				s.restored.bound[int64(id)] = s.bindings.of(k, schema)
			}
		}
	}
	then := make(map[string]int)
	for i := range src.Count() {
		then[src.String()] = i
	}
	for i := range s.before {
		at, ok := then[s.before[i].plan.Text]
		if !ok {
			at = -1
		}
		s.restored.computed = append(s.restored.computed, at)
	}
}
