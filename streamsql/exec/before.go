package exec

import (
	"fmt"

	"github.com/holdfast-edge/holdfast/streamsql/expr"
	"github.com/holdfast-edge/holdfast/streamsql/fn"
	"github.com/holdfast-edge/holdfast/streamsql/plan"
	"github.com/holdfast-edge/holdfast/streamsql/value"
	"github.com/holdfast-edge/holdfast/tag"
)

// before computes one register before a row, or a group, is filtered: an
// analytic call with a state for each partition, or a plain expression.
type before struct {
	plan   plan.Before
	single fn.Analytic // the state where nothing partitions
	states *partitions // where something does
	key    []byte
}

// newBefores returns what has seen no row yet.
func newBefores(e *Exec, plans []plan.Before) []before {
	list := make([]before, len(plans))
	for i, p := range plans {
		list[i].plan = p
		switch {
		case p.Func == nil:
		case len(p.Partition) == 0:
			list[i].single = p.Func.Analytic()
		default:
			list[i].states = newPartitions(p.Func, e.options.states(), e.forgot)
		}
	}
	return list
}

// step computes the register for what the frame stands at.
func (b *before) step(f *expr.Frame) {
	if b.plan.Func == nil {
		f.Registers[b.plan.Register] = b.plan.Expr.Eval(f)
		return
	}
	v, err := b.stepOf(f)
	if err != nil {
		f.Fail(fmt.Errorf("%s: %w", b.plan.Func.Name, err))
		v = tag.NullOf(tag.Good)
	}
	f.Registers[b.plan.Register] = v
}

// stepOf steps the state of the partition that the frame stands at.
func (b *before) stepOf(f *expr.Frame) (tag.Value, error) {
	s := b.partition(f)
	when := b.plan.When == nil || b.plan.When.Holds(f)
	mark := f.Mark()
	defer f.Release(mark)
	return s.Step(&f.Context, f.Push(b.plan.Args), when)
}

// partition returns the state of the partition that the frame stands at.
func (b *before) partition(f *expr.Frame) fn.Analytic {
	if b.states == nil {
		return b.single
	}
	b.key = appendKeys(b.key[:0], f, b.plan.Partition)
	return b.states.of(b.key)
}

// appendKeys appends the key of several expressions.
func appendKeys(dst []byte, f *expr.Frame, nodes []*expr.Node) []byte {
	for _, n := range nodes {
		dst = value.AppendKey(dst, n.Eval(f))
	}
	return dst
}

func appendBefores(s *sections, list []before) {
	for i := range list {
		if list[i].plan.Func != nil {
			s.add("analytic "+list[i].plan.Text, list[i].appendState(nil))
		}
	}
}

func restoreBefores(s *sections, list []before) {
	for i := range list {
		if list[i].plan.Func != nil {
			s.read("analytic "+list[i].plan.Text, list[i].restore)
		}
	}
}

func (b *before) appendState(dst []byte) []byte {
	if b.single != nil {
		return b.single.AppendState(dst)
	}
	return b.states.appendState(dst)
}

func (b *before) restore(src *reader) {
	if b.single != nil {
		b.single.RestoreState(src)
		return
	}
	b.states.restore(src)
}
