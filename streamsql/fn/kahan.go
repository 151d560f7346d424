package fn

import (
	"math"

	"github.com/holdfast-edge/holdfast/streamsql/state"
)

// kahan is a sum of floats with Neumaier's compensation of what each addition
// rounds away, so that long windows do not drift. SQLite sums the same way.
type kahan struct {
	sum, lost float64
}

func (k *kahan) add(f float64) {
	s := k.sum + f
	if math.Abs(k.sum) > math.Abs(f) {
		k.lost += (k.sum - s) + f
	} else {
		k.lost += (f - s) + k.sum
	}
	k.sum = s
}

func (k *kahan) merge(other kahan) {
	k.add(other.sum)
	k.lost += other.lost
}

// result leaves the compensation out where the sum is infinite, and the
// compensation therefore not a number.
func (k *kahan) result() float64 {
	if math.IsInf(k.sum, 0) || math.IsNaN(k.lost) {
		return k.sum
	}
	return k.sum + k.lost
}

func (k *kahan) appendState(dst []byte) []byte {
	return state.AppendFloat(state.AppendFloat(dst, k.sum), k.lost)
}

func (k *kahan) restore(src *state.Reader) { k.sum, k.lost = src.Float(), src.Float() }
