package exec

import (
	"container/list"

	"github.com/holdfast-edge/holdfast/streamsql/fn"
	"github.com/holdfast-edge/holdfast/streamsql/state"
)

// partitions are the states of an analytic call by the key of the partition, of
// which there are at most maxStates: for a new one the one is forgotten that has
// had no row for longest.
type partitions struct {
	call   *fn.Func
	forgot func()
	byKey  map[string]*list.Element // of *partition
	order  *list.List               // the one without a row for longest first
}

type partition struct {
	key   string
	state fn.Analytic
}

func newPartitions(of *fn.Func, forgot func()) *partitions {
	return &partitions{call: of, forgot: forgot, byKey: make(map[string]*list.Element), order: list.New()}
}

// of returns the state of a partition, to which a row has come.
func (p *partitions) of(key []byte) fn.Analytic {
	if at, ok := p.byKey[string(key)]; ok {
		p.order.MoveToBack(at)
		return at.Value.(*partition).state
	}
	if len(p.byKey) >= maxStates {
		delete(p.byKey, p.order.Remove(p.order.Front()).(*partition).key)
		p.forgot()
	}
	return p.add(string(key))
}

func (p *partitions) add(key string) fn.Analytic {
	s := p.call.Analytic()
	p.byKey[key] = p.order.PushBack(&partition{key, s})
	return s
}

// appendState appends the partitions in their order.
func (p *partitions) appendState(dst []byte) []byte {
	dst = state.AppendInt(dst, int64(len(p.byKey)))
	for at := p.order.Front(); at != nil; at = at.Next() {
		one := at.Value.(*partition)
		dst = one.state.AppendState(state.AppendString(dst, one.key))
	}
	return dst
}

func (p *partitions) restore(src *reader) {
	for range src.Count() {
		p.add(src.String()).RestoreState(src)
	}
}
