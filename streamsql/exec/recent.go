package exec

import "container/list"

// recent are states by the key of their partition, in the order of their latest
// rows, so that the one without a row for longest can make room for another.
type recent[S any] struct {
	byKey map[string]*list.Element // of *keyed[S]
	order *list.List               // the one without a row for longest first
}

type keyed[S any] struct {
	key   string
	state S
}

func newRecent[S any]() *recent[S] {
	return &recent[S]{byKey: make(map[string]*list.Element), order: list.New()}
}

// of returns the state of a partition to which a row has come, if there is one.
func (r *recent[S]) of(key []byte) (s S, ok bool) {
	at, ok := r.byKey[string(key)]
	if !ok {
		return s, false
	}
	r.order.MoveToBack(at)
	return at.Value.(*keyed[S]).state, true
}

// add puts the state of a partition in that is not there yet.
func (r *recent[S]) add(key string, s S) {
	r.byKey[key] = r.order.PushBack(&keyed[S]{key, s})
}

// remove takes the state of a partition out, if there is one.
func (r *recent[S]) remove(key string) {
	if at, ok := r.byKey[key]; ok {
		delete(r.byKey, key)
		r.order.Remove(at)
	}
}

// removeOldest takes the state out that has had no row for longest; there is one.
func (r *recent[S]) removeOldest() *keyed[S] {
	oldest := r.order.Remove(r.order.Front()).(*keyed[S])
	delete(r.byKey, oldest.key)
	return oldest
}

func (r *recent[S]) len() int { return len(r.byKey) }

// all calls visit with each state, the one without a row for longest first. It may
// take out the one that it is called with.
func (r *recent[S]) all(visit func(key string, s S)) {
	for at := r.order.Front(); at != nil; {
		one := at.Value.(*keyed[S])
		at = at.Next()
		visit(one.key, one.state)
	}
}
