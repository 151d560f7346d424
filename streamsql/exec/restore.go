package exec

import (
	"fmt"

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
	bound    map[int64]*binding // nil: of an input that there is not any more
	computed []int              // for each of today's before, its place then; -1: there was none
	inputs   []int              // for each input then, its place today; -1: there is none. nil: not told
	gone     bool               // there are rows of an input that there is not any more
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
	for i, q := range s.subqueries {
		q.exec.appendState(to.within(s.subqueryName(i)))
	}
	to.add("layout", s.appendLayout(nil))
}

// subqueryName identifies a query in an expression: by its text, and its place among those of the same.
func (s *staged) subqueryName(i int) string {
	text, place := ast.Text(s.plan.Subqueries[i].AST), 0
	for _, other := range s.plan.Subqueries[:i] {
		if ast.Text(other.AST) == text {
			place++
		}
	}
	return fmt.Sprintf("query %d %s", place, text)
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
	if !s.restored.gone && from.has("reorder") == (s.reorder != nil) {
		from.read(s.windowName(), s.windows.restore) // else they are of other rows, or by another time
	}
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
	for i, q := range s.subqueries {
		if from.err == nil {
			from.err = q.exec.restore(from.within(s.subqueryName(i)))
		}
	}
}

// appendLayout appends the bindings that records may go by, the texts of what is
// computed with them, and the inputs.
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
	dst = state.AppendInt(dst, int64(len(s.plan.Inputs)))
	for _, in := range s.plan.Inputs {
		dst = state.AppendString(state.AppendString(dst, in.Label), in.Stream)
	}
	return dst
}

func (s *staged) restoreLayout(src *reader) {
	var schemas []*tag.Schema
	for range src.Count() {
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
		schemas = append(schemas, schema)
	}
	s.restoreComputed(src)
	streams := s.restoreInputs(src)
	for id, schema := range schemas {
		k := s.today(schema.Name(), streams[schema.Name()])
		if s.restored.bound[int64(id)] = nil; k >= 0 {
			s.restored.bound[int64(id)] = s.bindings.of(k, schema)
		}
		s.restored.gone = s.restored.gone || k < 0
	}
}

func (s *staged) restoreComputed(src *reader) {
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

// restoreInputs reads what the inputs were, and returns the streams by label.
// Former versions did not write them.
func (s *staged) restoreInputs(src *reader) map[string]string {
	streams := make(map[string]string)
	if src.Len() == 0 {
		return streams
	}
	var labels []string
	for range src.Count() {
		label := src.String()
		labels, streams[label] = append(labels, label), src.String()
	}
	for _, label := range labels {
		s.restored.inputs = append(s.restored.inputs, s.today(label, streams[label]))
	}
	return streams
}

// today returns the input that had a label and read a stream then: the one of
// that label, or else the only one that reads the stream; -1 for none.
func (s *staged) today(label, stream string) int {
	found := -1
	for k, in := range s.plan.Inputs {
		switch {
		case in.Label == label && (stream == "" || in.Stream == stream):
			return k
		case stream == "" || in.Stream != stream:
		case found >= 0:
			return -1
		default:
			found = k
		}
	}
	return found
}
