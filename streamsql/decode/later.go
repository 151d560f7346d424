package decode

import (
	"sync/atomic"

	"github.com/holdfast-edge/holdfast/tag"
)

// later is what a decoder keeps of rows whose columns are not all read at once.
//
//	rules read the columns they name ──▶ only those are read
//	        ▲                                  │ somebody asks for a whole row
//	        └──── eagerBatches later ──── all columns are read
//
// Reading twice costs more than reading once, so that a stream whose rows are
// asked for as a whole, as the log does, is read as a whole.
type later struct {
	on    bool          // for the batch in hand
	told  []told        // its rows, in their order
	whole [][]tag.Value // of those that were read by the parser, in their order
	eager int           // batches that are still to be read as a whole

	asked *atomic.Bool // somebody has asked for the values of a batch
}

// told is a payload as it came.
type told struct {
	json []byte // nil: the row is in whole
	same bool   // it says what the row says, and no more
}

// eagerBatches is how long a stream is read as a whole after somebody has asked
// for that.
const eagerBatches = 1024

func (l *later) add(t told) { l.told = append(l.told, t) }

func (l *later) addWhole(row []tag.Value) {
	l.add(told{})
	l.whole = append(l.whole, row)
}

// drop takes the last row back.
func (l *later) drop() {
	last := len(l.told) - 1
	if l.told[last].json == nil {
		l.whole = l.whole[:len(l.whole)-1]
	}
	l.told = l.told[:last]
}

// look sees between two batches whether anybody has asked.
func (l *later) look() {
	switch {
	case l.asked != nil && l.asked.Swap(false):
		l.eager = eagerBatches
	case l.eager > 0:
		l.eager--
	}
}

// postpones reports whether the next batch reads only what is asked for.
func (d *Decoder) postpones() bool {
	return d.options.Keeps && d.options.All && d.later.eager == 0 && d.front.Len() < d.schema.Len()
}

// widen makes the columns that were read the beginning of whole rows.
func (d *Decoder) widen(b *tag.Batch) *tag.Batch {
	if d.later.asked == nil {
		d.later.asked = new(atomic.Bool)
	}
	rest := &rest{told: d.later.told, whole: d.later.whole, schema: d.schema, asked: d.later.asked}
	d.later.told, d.later.whole = nil, nil
	return b.Widened(d.schema, rest)
}

// rest reads the rows of a batch as a whole.
type rest struct {
	told   []told
	whole  [][]tag.Value
	schema *tag.Schema
	asked  *atomic.Bool
}

var _ tag.Rest = (*rest)(nil)

// Text implements tag.Rest.
func (r *rest) Text(row int) []byte {
	if t := &r.told[row]; t.same {
		return t.json
	}
	return nil
}

// Values implements tag.Rest. All payloads were found good before.
func (r *rest) Values() []tag.Value {
	r.asked.Store(true)
	d := &Decoder{
		options: Options{All: true, MaxColumns: r.schema.Len()}, schema: r.schema,
		targets: newTargets(r.schema, true), messages: len(r.told),
	}
	d.each = d.field
	d.begin()
	values := make([]tag.Value, 0, len(r.told)*r.schema.Len())
	whole := r.whole
	for _, t := range r.told {
		if t.json == nil {
			values, whole = append(values, whole[0]...), whole[1:]
			continue
		}
		if _, err := d.Add(t.json, 0, 0); err != nil {
			panic("a payload that was taken cannot be read again: " + err.Error())
		}
		values = append(values, d.row...)
		d.drop()
	}
	return values
}
