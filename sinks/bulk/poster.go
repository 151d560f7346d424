package bulk

import (
	"context"

	"github.com/holdfast-edge/holdfast/sinks"
)

// Some is the error of a request of which the far end has everything but some
// rows, each by itself: nothing is sent again.
type Some struct{ Refusals []Refusal }

// Refusal is what the far end refuses for good of one delivery.
type Refusal struct {
	Delivery int // index in the request
	Rows     []sinks.Rows
	Err      error
}

// Error tells the first of the refusals.
func (s *Some) Error() string {
	if len(s.Refusals) == 0 {
		return "nothing is refused"
	}
	return s.Refusals[0].Err.Error()
}

// Refuse notes one row of a delivery, in order.
func (s *Some) Refuse(delivery, row int, err error) {
	if n := len(s.Refusals); n > 0 && s.Refusals[n-1].Delivery == delivery {
		last := &s.Refusals[n-1]
		last.Rows = append(last.Rows, sinks.Rows{From: row, To: row + 1})
		return
	}
	s.Refusals = append(s.Refusals, Refusal{Delivery: delivery, Rows: []sinks.Rows{{From: row, To: row + 1}}, Err: err})
}

// Poster is a far end that is open. Post may be called concurrently, as often
// as there may be requests on the way.
type Poster interface {
	// Post makes one request of the deliveries, of one or several streams, and
	// returns nil when the far end has all of them. A *sinks.Failure that is
	// Permanent says that nothing of the request was taken, or that what was
	// may be sent again: the request is then divided until the rows that are
	// to blame are found. *Some tells them at once. One with After is sent again after that time. Any
	// other error loses the connection. Post returns soon after ctx is done.
	Post(ctx context.Context, ds []sinks.Delivery) error

	// Close lets go of the connection, after the last Post has returned.
	Close() error
}
