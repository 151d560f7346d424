package exec

import (
	"github.com/holdfast-edge/holdfast/streamsql/value"
	"github.com/holdfast-edge/holdfast/tag"
)

// given are the rows that SELECT DISTINCT has given in one emission, by key; nil
// without it.
type given struct {
	keys map[string]bool
	held *held
}

func newGiven(distinct bool, counts *held) *given {
	if !distinct {
		return nil
	}
	return &given{make(map[string]bool), counts}
}

// cut takes those of the rows since mark back that have been given already, and those
// that cannot be told apart from later ones because there are too many, for which it
// returns an error. They are of one time: there are several of them where a function
// gives rows.
func (g *given) cut(o *output, mark int) (err error) {
	if g == nil {
		return nil
	}
	kept := mark
	for i := mark; i < o.mark(); i++ {
		row := o.builder.At(i)
		switch again, fits := g.again(row); {
		case again:
		case !fits:
			err = g.held.tooSorted()
		default:
			copy(o.builder.At(kept), row)
			kept++
		}
	}
	o.cut(kept)
	return err
}

// again reports whether a row has been given already, and notes it where it fits.
// Columns that came later are not in the rows before: there they are NULL, as those of
// a join are that a row has no partner for.
func (g *given) again(row []tag.Value) (again, fits bool) {
	for len(row) > 0 && row[len(row)-1].IsNull() {
		row = row[:len(row)-1]
	}
	var key []byte
	for _, v := range row {
		key = value.AppendKey(key, v)
	}
	if g.keys[string(key)] {
		return true, true
	}
	if fits = g.held.takes(groupOverhead + len(key)); fits {
		g.keys[string(key)] = true
	}
	return false, fits
}
