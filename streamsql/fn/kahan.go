package fn

import (
	"math"

	"github.com/holdfast-edge/holdfast/streamsql/state"
)

// kahan is a sum of floats with Neumaier's compensation of what each addition
// rounds away, so that long windows do not drift. SQLite sums the same way.
// What is not finite is counted instead, so that it can leave again.
type kahan struct {
	sum, lost       float64
	infinite, minus int64 // terms that are +∞ and -∞
	undefined       int64 // terms that are not a number
}

func (k *kahan) add(f float64)      { k.addTimes(f, 1) }
func (k *kahan) subtract(f float64) { k.addTimes(f, -1) }

// addTimes adds a term once, or takes it away (-1).
func (k *kahan) addTimes(f float64, times int64) {
	switch {
	case math.IsInf(f, 1):
		k.infinite += times
	case math.IsInf(f, -1):
		k.minus += times
	case math.IsNaN(f):
		k.undefined += times
	default:
		k.accumulate(f * float64(times))
	}
}

func (k *kahan) accumulate(f float64) {
	s := k.sum + f
	if math.Abs(k.sum) > math.Abs(f) {
		k.lost += (k.sum - s) + f
	} else {
		k.lost += (f - s) + k.sum
	}
	k.sum = s
}

func (k *kahan) merge(other kahan) {
	k.accumulate(other.sum)
	k.lost += other.lost
	k.infinite += other.infinite
	k.minus += other.minus
	k.undefined += other.undefined
}

// result leaves the compensation out where the sum has become infinite, and the
// compensation therefore not a number.
func (k *kahan) result() float64 {
	switch {
	case k.undefined > 0 || k.infinite > 0 && k.minus > 0:
		return math.NaN()
	case k.infinite > 0:
		return math.Inf(1)
	case k.minus > 0:
		return math.Inf(-1)
	case math.IsInf(k.sum, 0) || math.IsNaN(k.lost):
		return k.sum
	default:
		return k.sum + k.lost
	}
}

func (k *kahan) appendState(dst []byte) []byte {
	dst = state.AppendFloat(state.AppendFloat(dst, k.sum), k.lost)
	return state.AppendInt(state.AppendInt(state.AppendInt(dst, k.infinite), k.minus), k.undefined)
}

func (k *kahan) restore(src *state.Reader) {
	k.sum, k.lost = src.Float(), src.Float()
	k.infinite, k.minus, k.undefined = src.Int(), src.Int(), src.Int()
}
