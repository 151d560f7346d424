package gateway

import (
	"context"
	"errors"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/holdfast-edge/holdfast/cluster/link"
	"github.com/holdfast-edge/holdfast/cluster/link/wire"
	"github.com/holdfast-edge/holdfast/cluster/sites"
	"github.com/holdfast-edge/holdfast/sinks"
)

// Telemetry is link.Cloud's. It needs no lease: records are known by their identity, so taking one twice harms nobody.
func (g *Gateway) Telemetry(stream link.TelemetryStream) error {
	ctx := stream.Context()
	site, leaf, err := g.admitStream(ctx)
	if err != nil {
		return g.notAdmitted(ctx, "telemetry", err)
	}
	ctx, end := g.streams.begin(ctx, site.Name, leaf)
	defer end()
	first, err := stream.Recv()
	if err != nil {
		return err
	}
	o := first.GetOpening()
	version, err := g.o.Versions.Agree(link.Versions{Oldest: o.GetOldest(), Newest: o.GetNewest()})
	if err != nil {
		return status.Error(codes.FailedPrecondition, err.Error())
	}
	if g.o.Telemetry == nil || !g.o.Telemetry.Takes() {
		return status.Error(codes.FailedPrecondition, "this cloud has no sinks for telemetry: configure one, or send none")
	}
	t := &intake{g: g, stream: stream, unpack: link.NewUnpacker(site.Name), done: make(chan *wire.TelemetryDown, 2*link.Window)}
	if err := stream.Send(&wire.TelemetryDown{Message: &wire.TelemetryDown_Ready{Ready: &wire.Ready{Version: version, Window: link.Window}}}); err != nil {
		return err
	}
	return t.run(ctx)
}

// intake is one stream of telemetry. Its reader hands records to the sinks, whose acknowledgements its writer sends.
type intake struct {
	g      *Gateway
	stream link.TelemetryStream
	unpack *link.Unpacker
	done   chan *wire.TelemetryDown // holds an answer for every ticket that may be on the way
}

func (t *intake) run(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	wrote := make(chan error, 1)
	go func() {
		err := t.write(ctx)
		cancel()
		wrote <- err
	}()
	read := make(chan error, 1)
	go func() { read <- t.read(ctx) }() // ends with the stream, which ends with this call
	var err error
	select {
	case err = <-read:
	case <-ctx.Done():
		if cause := context.Cause(ctx); errors.Is(cause, sites.ErrRevoked) {
			err = statusOf(cause)
		}
	}
	cancel()
	return errors.Join(err, <-wrote)
}

// errWindow says that a node sends more than it may.
var errWindow = status.Error(codes.ResourceExhausted, "more tickets on the way than the window has")

func (t *intake) read(ctx context.Context) error {
	window := make(chan struct{}, link.Window)
	for {
		m, err := t.stream.Recv()
		if err != nil {
			return err
		}
		ticket, record, err := t.take(m)
		if ticket == 0 {
			if err != nil {
				t.strange(ctx, err)
			}
			continue
		}
		select {
		case window <- struct{}{}:
		default:
			return errWindow
		}
		answer := func(err error) {
			<-window
			if err == nil {
				t.g.meter.Records.Add(int64(rowsOf(record)))
			}
			select {
			case t.done <- answerOf(ticket, err):
			case <-ctx.Done():
			}
		}
		if err != nil {
			answer(&sinks.Failure{Permanent: true, Err: err})
			continue
		}
		if err := t.g.o.Telemetry.Deliver(ctx, record, answer); err != nil {
			answer(err)
		}
	}
}

// take reads a message; the ticket is 0 where there is nothing to acknowledge.
func (t *intake) take(m *wire.TelemetryUp) (ticket uint64, r link.Record, err error) {
	switch m := m.GetMessage().(type) {
	case *wire.TelemetryUp_Layout:
		return 0, r, t.unpack.Layout(m.Layout)
	case *wire.TelemetryUp_Rows:
		r, err = t.unpack.Rows(m.Rows)
		return m.Rows.GetTicket(), r, err
	case *wire.TelemetryUp_Gap:
		r, err = t.unpack.Gap(m.Gap)
		return m.Gap.GetTicket(), r, err
	}
	return 0, r, errors.New("this member does not know that message")
}

func (t *intake) strange(ctx context.Context, err error) {
	t.g.meter.Strange.Add(1)
	select {
	case t.done <- &wire.TelemetryDown{Message: &wire.TelemetryDown_Refusal{Refusal: &wire.Refusal{What: link.Cut(err.Error())}}}:
	case <-ctx.Done():
	}
}

func rowsOf(r link.Record) int {
	if r.Batch == nil {
		return 0
	}
	return r.Batch.Len()
}

func answerOf(ticket uint64, err error) *wire.TelemetryDown {
	if err == nil {
		return &wire.TelemetryDown{Message: &wire.TelemetryDown_Took{Took: &wire.Took{Tickets: []uint64{ticket}}}}
	}
	u := &wire.Untaken{Ticket: ticket, Reason: link.Cut(err.Error())}
	if f, ok := errors.AsType[*sinks.Failure](err); ok {
		u.Permanent = f.Permanent
		for _, rows := range f.Rows {
			u.From, u.To = append(u.From, uint32(rows.From)), append(u.To, uint32(rows.To))
		}
	}
	return &wire.TelemetryDown{Message: &wire.TelemetryDown_Untaken{Untaken: u}}
}

// write sends answers, as many tickets in a message as there are at the moment.
func (t *intake) write(ctx context.Context) error {
	for {
		select {
		case m := <-t.done:
			for took := m.GetTook(); took != nil && len(t.done) > 0 && len(took.Tickets) < link.Window; {
				next := <-t.done
				if next.GetTook() == nil {
					if err := t.stream.Send(next); err != nil {
						return err
					}
					continue
				}
				took.Tickets = append(took.Tickets, next.GetTook().GetTickets()...)
			}
			if err := t.stream.Send(m); err != nil {
				return err
			}
		case <-ctx.Done():
			return nil
		}
	}
}
