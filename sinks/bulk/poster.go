package bulk

import (
	"context"

	"github.com/holdfast-edge/holdfast/sinks"
)

// Poster is a far end that is open. Post may be called concurrently, as often
// as there may be requests on the way.
type Poster interface {
	// Post makes one request of the deliveries, of one or several streams, and
	// returns nil when the far end has all of them. A *sinks.Failure that is
	// Permanent says that nothing of the request was taken, or that what was
	// may be sent again: the request is then divided until the rows that are
	// to blame are found. One with After is sent again after that time. Any
	// other error loses the connection. Post returns soon after ctx is done.
	Post(ctx context.Context, ds []sinks.Delivery) error

	// Close lets go of the connection, after the last Post has returned.
	Close() error
}
