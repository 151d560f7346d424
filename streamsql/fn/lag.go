package fn

import (
	"fmt"

	"github.com/holdfast-edge/holdfast/streamsql/state"
	"github.com/holdfast-edge/holdfast/streamsql/value"
	"github.com/holdfast-edge/holdfast/tag"
)

// maxLag bounds how many rows back lag can look, and so the memory of its
// state.
const maxLag = 1 << 16

// refuseLag wants a number of rows that lag can look back.
func refuseLag(rows tag.Value) string {
	i, whole := rows.Int()
	if rows.IsNull() || whole && i >= 1 && i <= maxLag {
		return ""
	}
	return fmt.Sprintf("a whole number from 1 to %d, as in lag(x, 2)", maxLag)
}

// lag keeps the last values in a ring.
type lag struct {
	ring []tag.Value
	next int // where the oldest stands once the ring is full
}

func (a *lag) Step(_ *Context, args []tag.Value, when bool) (tag.Value, error) {
	rows, fallback, ignoreNull := int64(1), tag.NullOf(tag.Good), true
	if len(args) > 1 && !args[1].IsNull() {
		rows = value.Int(args[1])
	}
	if len(args) > 2 {
		fallback = args[2]
	}
	if len(args) > 3 {
		var err error
		if ignoreNull, err = truth("ignore_null", args[3]); err != nil {
			return tag.Value{}, err
		}
	}
	if rows < 1 || rows > maxLag {
		return tag.Value{}, fmt.Errorf("rows is %d: want 1 to %d", rows, maxLag)
	}
	result := fallback
	if int64(len(a.ring)) >= rows {
		result = a.ring[(a.next+len(a.ring)-int(rows))%len(a.ring)]
	}
	if when && !(ignoreNull && args[0].IsNull()) {
		a.push(args[0].Clone(), int(rows))
	}
	return result, nil
}

// push keeps v as the youngest of size values.
func (a *lag) push(v tag.Value, size int) {
	if len(a.ring) < size {
		a.ring = append(a.ring, v)
		a.next = 0
		return
	}
	a.ring[a.next] = v
	a.next = (a.next + 1) % len(a.ring)
}

func (a *lag) AppendState(dst []byte) []byte {
	return state.AppendValues(state.AppendInt(dst, int64(a.next)), a.ring)
}

func (a *lag) RestoreState(src *state.Reader) {
	next := src.Int()
	a.ring = src.Values()
	if next < 0 || next > 0 && next >= int64(len(a.ring)) {
		src.Fail("place in lag")
		return
	}
	a.next = int(next)
}
