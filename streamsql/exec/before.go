package exec

import (
	"github.com/holdfast-edge/holdfast/streamsql/expr"
	"github.com/holdfast-edge/holdfast/streamsql/fn"
	"github.com/holdfast-edge/holdfast/streamsql/plan"
	"github.com/holdfast-edge/holdfast/streamsql/state"
	"github.com/holdfast-edge/holdfast/streamsql/value"
	"github.com/holdfast-edge/holdfast/tag"
)

// before computes one register before the row is filtered: an analytic call
// with a state for each partition.
type before struct {
	plan   plan.Before
	single fn.Analytic            // the state where nothing partitions
	states map[string]fn.Analytic // by the partition's values in binary
	key    []byte
}

func newBefore(p plan.Before) before {
	b := before{plan: p}
	switch {
	case p.Func == nil:
	case len(p.Partition) == 0:
		b.single = p.Func.Analytic()
	default:
		b.states = make(map[string]fn.Analytic)
	}
	return b
}

// step computes the register for the row that the frame stands at.
func (b *before) step(f *expr.Frame) {
	if b.plan.Func == nil {
		f.Registers[b.plan.Register] = b.plan.Expr.Eval(f)
		return
	}
	when := b.plan.When == nil || b.plan.When.Test(f) == value.True
	mark := f.Mark()
	args := f.Push(b.plan.Args)
	v, err := b.partition(f).Step(&f.Context, args, when)
	f.Release(mark)
	if err != nil {
		f.Fail(err)
		v = tag.NullOf(tag.Good)
	}
	f.Registers[b.plan.Register] = v
}

// partition returns the state of the row's partition.
func (b *before) partition(f *expr.Frame) fn.Analytic {
	if b.states == nil {
		return b.single
	}
	b.key = b.key[:0]
	for _, n := range b.plan.Partition {
		b.key = state.AppendValue(b.key, n.Eval(f).WithQuality(tag.Good))
	}
	s, ok := b.states[string(b.key)]
	if !ok {
		s = b.plan.Func.Analytic()
		b.states[string(b.key)] = s
	}
	return s
}
