package exec

import (
	"github.com/holdfast-edge/holdfast/streamsql/expr"
	"github.com/holdfast-edge/holdfast/streamsql/plan"
	"github.com/holdfast-edge/holdfast/streamsql/value"
	"github.com/holdfast-edge/holdfast/tag"
)

// selection runs one SELECT.
type selection struct {
	exec    *Exec
	plan    *plan.Select
	frame   expr.Frame
	binding *binding
	before  []before
	output  *output
}

func newSelection(e *Exec, p *plan.Select) *selection {
	s := &selection{exec: e, plan: p, output: newOutput(e, p)}
	s.frame.Registers = make([]tag.Value, p.Registers)
	s.frame.Context.Rule, s.frame.Context.RuleStart = e.options.Rule, e.options.Start
	for _, b := range p.Before {
		s.before = append(s.before, newBefore(b))
	}
	return s
}

// push evaluates each row of a batch.
func (s *selection) push(now int64, input int, b *tag.Batch, emit Emit) {
	s.bind(input, b)
	s.frame.Context.Now = now
	for i := range b.Len() {
		s.at(b, i)
		if !s.passes() {
			s.failed(now, b, i)
			continue
		}
		s.output.row(&s.frame, b, i)
		if s.failed(now, b, i) {
			s.output.drop()
		}
	}
	s.output.flush(b.Origin(), b.Hops()+1, emit)
}

// bind makes the frame read rows of the batch's schema.
func (s *selection) bind(input int, b *tag.Batch) {
	if s.binding == nil || s.binding.schema != b.Schema() {
		s.binding = bind(s.plan, input, b.Schema())
		s.output.bind(b.Schema())
	}
	s.frame.Slots = s.binding.slots
}

// at makes the frame stand at a row.
func (s *selection) at(b *tag.Batch, i int) {
	s.frame.Row = b.Row(i)
	s.frame.Context.RowTime = b.Time(i)
	if b.HasValueTimes() {
		s.frame.Times = func(slot int) int64 { return b.ValueTime(i, slot) }
	} else {
		s.frame.Times = nil
	}
}

// passes computes what comes before the filter, and the filter.
func (s *selection) passes() bool {
	for i := range s.before {
		s.before[i].step(&s.frame)
	}
	if s.plan.Filter == nil {
		return true
	}
	return s.plan.Filter.Test(&s.frame) == value.True
}

// failed reports whether the row failed, and tells of it.
func (s *selection) failed(now int64, b *tag.Batch, i int) bool {
	err := s.frame.Err()
	if err != nil {
		s.exec.fail(now, err, b, i)
	}
	return err != nil
}
