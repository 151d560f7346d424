package bulk

import (
	"context"
	"errors"
	"time"

	"github.com/holdfast-edge/holdfast/sinks"
)

// afterMax bounds how long a far end is left alone because it asked for that.
const afterMax = 5 * time.Minute

// line is one of the ways to the far end. It has one request on the way.
type line struct {
	writer *writer
	queue  chan parcel
	kept   *parcel // did not fit into the last request
}

// run posts requests until ctx is done.
func (l *line) run(ctx context.Context) {
	for {
		request, ok := l.gather(ctx)
		if !ok {
			return
		}
		if err := l.post(ctx, request); err != nil {
			l.writer.lose(err)
			return
		}
	}
}

// gather returns what goes into the next request: up to the batch size, or what
// there is when the oldest of it has lingered.
func (l *line) gather(ctx context.Context) (request []parcel, ok bool) {
	first, ok := l.next(ctx, nil)
	if !ok {
		return nil, false
	}
	request, rows := []parcel{first}, first.rows()
	timer := time.NewTimer(l.writer.options.Linger)
	defer timer.Stop()
	for rows < l.writer.options.Batch {
		p, ok := l.next(ctx, timer.C)
		if !ok {
			break
		}
		if rows+p.rows() > l.writer.options.Batch {
			l.kept = &p
			break
		}
		request, rows = append(request, p), rows+p.rows()
	}
	return request, ctx.Err() == nil
}

// next returns the parcel that comes next. With a deadline it gives up there,
// and as soon as there is none where the writer is in a hurry.
func (l *line) next(ctx context.Context, deadline <-chan time.Time) (parcel, bool) {
	if p := l.kept; p != nil {
		l.kept = nil
		return *p, true
	}
	select {
	case p := <-l.queue:
		return p, true
	default:
	}
	var hurry <-chan struct{}
	if deadline != nil {
		hurry = l.writer.hurry
	}
	select {
	case p := <-l.queue:
		return p, true
	case <-deadline:
	case <-hurry:
	case <-ctx.Done():
	}
	return parcel{}, false
}

// post sends a request and settles all of it, or returns why the connection is
// lost.
func (l *line) post(ctx context.Context, request []parcel) error {
	err := l.try(ctx, request)
	if some, ok := errors.AsType[*Some](err); ok {
		l.settleSome(request, some)
		return nil
	}
	f, isFailure := errors.AsType[*sinks.Failure](err)
	switch {
	case err == nil:
		l.settleSome(request, &Some{})
		return nil
	case !isFailure || !f.Permanent:
		return err
	case len(request) == 1:
		return l.blame(ctx, request[0], f, true)
	default:
		first, second, _ := halves(request)
		if err := l.post(ctx, first); err != nil {
			return err
		}
		return l.post(ctx, second)
	}
}

// settleSome settles a request of which some rows are refused.
func (l *line) settleSome(request []parcel, some *Some) {
	next := 0
	for i, p := range request {
		if next < len(some.Refusals) && some.Refusals[next].Delivery == i {
			l.writer.settle(p, true, some.Refusals[next].Rows, some.Refusals[next].Err)
			next++
			continue
		}
		l.writer.settle(p, true, nil, nil)
	}
}

// blame finds the rows of one parcel that the far end refuses. last says that
// nothing of the parcel follows it.
func (l *line) blame(ctx context.Context, p parcel, f *sinks.Failure, last bool) error {
	first, second, divisible := halves([]parcel{p})
	if !divisible || f.Rows != nil {
		l.writer.settle(p, last, f.Rows, f.Err)
		return nil
	}
	for _, half := range []struct {
		parcel
		last bool
	}{{first[0], false}, {second[0], last}} {
		err := l.try(ctx, []parcel{half.parcel})
		f, isFailure := errors.AsType[*sinks.Failure](err)
		switch {
		case err == nil:
			l.writer.settle(half.parcel, half.last, nil, nil)
		case !isFailure || !f.Permanent:
			return err
		default:
			if err := l.blame(ctx, half.parcel, f, half.last); err != nil {
				return err
			}
		}
	}
	return nil
}

// try sends a request, again where the far end asked to be left alone.
func (l *line) try(ctx context.Context, request []parcel) error {
	ds := make([]sinks.Delivery, len(request))
	for i, p := range request {
		ds[i] = p.Delivery
	}
	for {
		err := l.attempt(ctx, ds)
		f, ok := errors.AsType[*sinks.Failure](err)
		if !ok || f.Permanent || f.After <= 0 {
			return err
		}
		timer := time.NewTimer(min(f.After, afterMax))
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return err
		}
	}
}

func (l *line) attempt(ctx context.Context, ds []sinks.Delivery) error {
	ctx, cancel := context.WithTimeout(ctx, l.writer.options.Timeout)
	defer cancel()
	return l.writer.poster.Post(ctx, ds)
}
