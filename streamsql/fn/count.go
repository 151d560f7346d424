package fn

import (
	"github.com/holdfast-edge/holdfast/streamsql/state"
	"github.com/holdfast-edge/holdfast/tag"
)

// count counts the rows that it is shown.
type count struct{ n int64 }

func (a *count) Add(*Context, []tag.Value) error    { a.n++; return nil }
func (a *count) Subtract(*Context, []tag.Value)     { a.n-- }
func (a *count) Merge(other Aggregate)              { a.n += other.(*count).n }
func (a *count) Result(*Context) (tag.Value, error) { return tag.IntOf(a.n), nil }
func (a *count) AppendState(dst []byte) []byte      { return state.AppendInt(dst, a.n) }
func (a *count) RestoreState(src *state.Reader)     { a.n = src.Int() }

// Reset makes the state that of no rows.
func (a *count) Reset() { a.n = 0 }
