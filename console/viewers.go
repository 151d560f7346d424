package console

import "sync/atomic"

// maxViewers is how many streams of events there can be at once; each costs a
// goroutine and a look at the node twice a second.
const maxViewers = 32

// viewers counts the streams.
type viewers struct {
	watching atomic.Int64
	cut      atomic.Uint64 // since they took their frames too slowly
	refused  atomic.Uint64 // since there were too many
}

// enter reports whether there is room for one more, who then has to leave.
func (v *viewers) enter() bool {
	if v.watching.Add(1) <= maxViewers {
		return true
	}
	v.watching.Add(-1)
	v.refused.Add(1)
	return false
}

func (v *viewers) leave() { v.watching.Add(-1) }
