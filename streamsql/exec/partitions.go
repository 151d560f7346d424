package exec

import (
	"github.com/holdfast-edge/holdfast/streamsql/fn"
	"github.com/holdfast-edge/holdfast/streamsql/state"
)

// partitions are the states of an analytic call by the key of the partition, of
// which there are at most so many: for a new one the one is forgotten that has
// had no row for longest.
type partitions struct {
	call   *fn.Func
	most   int
	forgot func()
	*recent[fn.Analytic]
}

func newPartitions(of *fn.Func, most int, forgot func()) *partitions {
	return &partitions{of, most, forgot, newRecent[fn.Analytic]()}
}

// of returns the state of a partition, to which a row has come.
func (p *partitions) of(key []byte) fn.Analytic {
	if s, ok := p.recent.of(key); ok {
		return s
	}
	if p.len() >= p.most {
		p.removeOldest()
		p.forgot()
	}
	return p.add(string(key))
}

func (p *partitions) add(key string) fn.Analytic {
	s := p.call.Analytic()
	p.recent.add(key, s)
	return s
}

// appendState appends the partitions in their order.
func (p *partitions) appendState(dst []byte) []byte {
	dst = state.AppendInt(dst, int64(p.len()))
	p.all(func(key string, s fn.Analytic) { dst = s.AppendState(state.AppendString(dst, key)) })
	return dst
}

func (p *partitions) restore(src *reader) {
	for range src.Count() {
		p.add(src.String()).RestoreState(src)
	}
}
