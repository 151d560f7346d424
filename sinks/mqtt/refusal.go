package mqtt

import (
	"errors"
	"slices"

	"github.com/holdfast-edge/holdfast/sinks"
)

// verdict is what becomes of a delivery whose messages are answered one by one.
// What may pass comes first: the delivery is then sent again as a whole, and what
// is refused for good will be refused again.
type verdict struct {
	err     error // the first that may pass
	refusal error // the first for good
	rows    []sinks.Rows
}

// add takes the answer to the message that holds these rows; nil is a yes.
func (v *verdict) add(rows sinks.Rows, err error) {
	f, ok := errors.AsType[*sinks.Failure](err)
	switch {
	case err == nil:
	case !ok || !f.Permanent:
		if v.err == nil {
			v.err = err
		}
	default:
		if v.refusal == nil {
			v.refusal = f.Err
		}
		if rows.To > rows.From { // a gap has none
			v.rows = append(v.rows, rows)
		}
	}
}

// result is what the delivery is done with.
func (v *verdict) result() error {
	if v.err != nil || v.refusal == nil {
		return v.err
	}
	slices.SortFunc(v.rows, func(a, b sinks.Rows) int { return a.From - b.From }) // answers come in any order
	return &sinks.Failure{Permanent: true, Err: v.refusal, Rows: v.rows}
}
