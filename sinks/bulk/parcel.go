package bulk

import (
	"slices"

	"github.com/holdfast-edge/holdfast/sinks"
)

// parcel is a part of a delivery that goes into one request.
type parcel struct {
	sinks.Delivery
	from int // row of the delivery that it begins with
	way  *way
}

// rows is what it counts in a request; a gap counts as one record.
func (p parcel) rows() int {
	if p.Batch == nil {
		return 1
	}
	return p.Batch.Len()
}

// way is a delivery on its way, guarded by its writer's lock.
type way struct {
	done    func(error)
	open    int  // parcels without an answer
	held    bool // Send has not returned
	refused []sinks.Rows
	why     error // of the first refusal
}

// parcels divides a delivery by the size of a request.
func parcels(d sinks.Delivery, size int, w *way) []parcel {
	if d.Batch == nil || d.Batch.Len() <= size {
		return []parcel{{Delivery: d, way: w}}
	}
	var all []parcel
	for from := 0; from < d.Batch.Len(); from += size {
		to := min(from+size, d.Batch.Len())
		all = append(all, parcel{Delivery: sinks.Delivery{Batch: d.Batch.Slice(from, to)}, from: from, way: w})
	}
	return all
}

// halves divides a request that was refused; ok is false where it is one row.
func halves(request []parcel) (first, second []parcel, ok bool) {
	if n := len(request); n > 1 {
		return request[:n/2], request[n/2:], true
	}
	p := request[0]
	if p.Batch == nil || p.Batch.Len() < 2 {
		return nil, nil, false
	}
	middle := p.Batch.Len() / 2
	a, b := p, p
	a.Batch = p.Batch.Slice(0, middle)
	b.Batch, b.from = p.Batch.Slice(middle, p.Batch.Len()), p.from+middle
	return []parcel{a}, []parcel{b}, true
}

// refuse notes that rows of a delivery are refused.
func (w *way) refuse(p parcel, rows []sinks.Rows, why error) {
	if w.why == nil {
		w.why = why
	}
	if rows == nil {
		rows = []sinks.Rows{{From: 0, To: p.rows()}}
	}
	for _, r := range rows {
		w.refused = append(w.refused, sinks.Rows{From: r.From + p.from, To: r.To + p.from})
	}
}

// result is what the delivery is done with once all is answered.
func (w *way) result() error {
	if w.why == nil {
		return nil
	}
	slices.SortFunc(w.refused, func(a, b sinks.Rows) int { return a.From - b.From })
	joined := w.refused[:1]
	for _, r := range w.refused[1:] {
		if last := &joined[len(joined)-1]; r.From <= last.To {
			last.To = max(last.To, r.To)
		} else {
			joined = append(joined, r)
		}
	}
	return &sinks.Failure{Permanent: true, Err: w.why, Rows: joined}
}
