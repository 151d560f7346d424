package bacnet

import (
	"context"
	"fmt"
	"time"

	"github.com/holdfast-edge/holdfast/protocols"
	"github.com/holdfast-edge/holdfast/protocols/bacnet/wire"
	"github.com/holdfast-edge/holdfast/tag"
)

// ask is one round trip of a scan.
type ask func(context.Context, *asking) error

// asking is what a round trip has to work with.
type asking struct {
	*session
	plan *plan
	row  protocols.Row
	now  time.Time
}

// Read is described at protocols.Session. Its first step plans the scan: who the device is, where that is not known, what is
// read, and what is subscribed to. What devices tell by themselves is taken without asking.
func (s *session) Read(ctx context.Context, of protocols.Plan, step int, row protocols.Row) error {
	p := of.(*plan)
	p.device.in(s)
	a := &asking{session: s, plan: p, row: row, now: time.Now()}
	if step == 0 {
		p.asks = p.asks[:0]
		a.begin()
	}
	if step >= len(p.asks) {
		return nil
	}
	if step > 0 && p.device.peer == nil { // a write in between was not answered
		if err := s.meet(ctx, p.device, false); err != nil {
			return err
		}
	}
	return p.asks[step](ctx, a)
}

// then has something asked in a step of its own.
func (a *asking) then(next ask) { a.plan.asks = append(a.plan.asks, next) }

// begin plans the scan.
func (a *asking) begin() {
	d := a.plan.device
	if d.peer != nil && d.peer.limit > 0 {
		a.planScan()
		return
	}
	if d.peer == nil || d.peer.id == 0 {
		a.then(func(ctx context.Context, a *asking) error { return a.meet(ctx, d, false) })
	}
	a.then(func(ctx context.Context, a *asking) error {
		err := a.measure(ctx, d)
		if err == nil {
			a.planScan()
		}
		return err
	})
}

// measure asks for the length of APDUs that the device takes.
func (s *session) measure(ctx context.Context, d *device) error {
	d.peer.limit = usualLimit
	values, err := s.readProperty(ctx, d, wire.Reference{Object: d.peer.id, Property: wire.MaxAPDUAccepted, Index: wire.NoIndex}, false)
	if _, refused := isRefusal(err); err != nil && !refused {
		return err
	}
	if len(values) == 1 && values[0].Type == wire.Unsigned && values[0].Number >= 50 {
		d.peer.limit = int(min(values[0].Number, wire.MaxAPDU))
	}
	return nil
}

// quiet is how long a device is not asked that tells by itself, before it has to show that it lives.
const quiet = 10 * time.Second

// planScan takes what was told, and plans the rest.
func (a *asking) planScan() {
	d := a.plan.device
	polled, due := a.told()
	if d.single {
		for _, p := range polled {
			a.then(func(ctx context.Context, a *asking) error { return a.readOne(ctx, p) })
		}
		polled = nil
	}
	for _, batch := range pack(polled, d.peer.limit, d.most) {
		a.then(func(ctx context.Context, a *asking) error { return a.readBatch(ctx, batch) })
	}
	for _, p := range due { // behind what is read: a device that does not even answer this is not worse for it
		a.then(func(ctx context.Context, a *asking) error { return a.subscribe(ctx, p) })
	}
	if len(a.plan.asks) == 0 && a.now.Sub(d.heard) > quiet {
		a.then(func(ctx context.Context, a *asking) error {
			_, err := a.identify(ctx, d, d.peer.id, false)
			return answered(err)
		})
	}
}

// answered returns nil for an answer that is no: the device lives.
func answered(err error) error {
	if _, refused := isRefusal(err); refused {
		return nil
	}
	return err
}

// readProperty reads one property. A refusal is the device's own.
func (s *session) readProperty(ctx context.Context, d *device, r wire.Reference, once bool) ([]wire.Value, error) {
	doing := fmt.Sprintf("read %v of device %s", r, d.name)
	body, err := s.ask(ctx, d, question{doing: doing, service: wire.ReadProperty, body: wire.AppendRead(nil, r), once: once})
	if err != nil {
		return nil, err
	}
	got, values, err := wire.ParseReadACK(body)
	anyDevice := r.Object == wire.NewObjectID(wire.Device, wire.MaxInstance) && got.Object.Type() == wire.Device
	if err == nil && (got.Object != r.Object && !anyDevice || got.Property != r.Property || got.Index != r.Index) {
		err = fmt.Errorf("it answers with %v", got)
	}
	if err != nil {
		return nil, errorOf(doing, true, err)
	}
	return values, nil
}

// result is what a device said of one property.
type result struct {
	values  []wire.Value
	refused *wire.Refusal
}

// readMultiple reads several properties at once. A refusal is the device's own, of the whole.
func (s *session) readMultiple(ctx context.Context, d *device, references []wire.Reference) (map[wire.Reference]result, error) {
	doing := fmt.Sprintf("read %v and %d more of device %s", references[0], len(references)-1, d.name)
	body, err := s.ask(ctx, d, question{doing: doing, service: wire.ReadMultiple, body: wire.AppendReadMultiple(nil, references)})
	if err != nil {
		return nil, err
	}
	results := make(map[wire.Reference]result, len(references))
	err = wire.ParseReadMultipleACK(body, func(r wire.Reference, values []wire.Value, refused *wire.Refusal) {
		results[r] = result{values, refused}
	})
	if err != nil {
		return nil, errorOf(doing, true, err)
	}
	return results, nil
}

// readBatch reads points at once. What is too much for the device is halved until it fits.
func (a *asking) readBatch(ctx context.Context, points []*point) error {
	d := a.plan.device
	results, err := a.readMultiple(ctx, d, references(points))
	refused, isRefused := isRefusal(err)
	switch {
	case err == nil:
		a.fill(points, results)
		return nil
	case !isRefused:
		return err
	case refused.IsUnknownService():
		d.single = true
		a.logger.Info("the device has no ReadPropertyMultiple: its properties are read one by one", "device", d.name)
		for _, p := range points {
			a.then(func(ctx context.Context, a *asking) error { return a.readOne(ctx, p) })
		}
	case len(points) == 1:
		points[0].alone = refused.IsTooLong() || points[0].alone
		a.then(func(ctx context.Context, a *asking) error { return a.readOne(ctx, points[0]) })
	default:
		half := (len(points) + 1) / 2
		if refused.IsTooLong() && (d.most == 0 || half < d.most) {
			d.most = half
		}
		for _, part := range [][]*point{points[:half], points[half:]} {
			a.then(func(ctx context.Context, a *asking) error { return a.readBatch(ctx, part) })
		}
	}
	return nil
}

// readOne reads a point by itself, and in a further step its status flags.
func (a *asking) readOne(ctx context.Context, p *point) error {
	values, err := a.readProperty(ctx, a.plan.device, p.at, false)
	if refused, isRefused := isRefusal(err); isRefused {
		a.fill([]*point{p}, map[wire.Reference]result{p.at: {refused: refused}})
		return nil
	}
	if err != nil {
		return err
	}
	if !p.status {
		a.fill([]*point{p}, map[wire.Reference]result{p.at: {values: values}})
		return nil
	}
	a.then(func(ctx context.Context, a *asking) error {
		flags, err := a.readProperty(ctx, a.plan.device, p.flags(), false)
		refused, isRefused := isRefusal(err)
		if err != nil && !isRefused {
			return err
		}
		a.fill([]*point{p}, map[wire.Reference]result{p.at: {values: values}, p.flags(): {flags, refused}})
		return nil
	})
	return nil
}

// fill puts results into the row. Objects that are at fault are asked why in a further step.
func (a *asking) fill(points []*point, results map[wire.Reference]result) {
	var faults []*point
	for _, p := range points {
		v, isFaulty := p.judged(results, 0)
		a.row.Values[p.slot] = v
		if isFaulty {
			faults = append(faults, p)
		}
		a.checked(p, results)
	}
	for _, p := range faults {
		a.then(func(ctx context.Context, a *asking) error {
			why, err := a.readProperty(ctx, a.plan.device, p.reliability(), false)
			if err == nil && len(why) == 1 {
				a.row.Values[p.slot], _ = p.judged(results, why[0].Number)
			}
			return answered(err)
		})
	}
}

// judged returns the value that results give a point, and whether the object says that it is at fault.
func (p *point) judged(results map[wire.Reference]result, reliability uint64) (v tag.Value, isFaulty bool) {
	got, ok := results[p.at]
	switch {
	case !ok:
		return tag.NullOf(tag.BadUnknownResponse), false
	case got.refused != nil:
		return tag.NullOf(refusalOf("read "+p.name, got.refused).Quality), false
	}
	v = p.value(got.values)
	flags := results[p.flags()]
	if !p.status || len(flags.values) != 1 {
		return v, false
	}
	return flagged(v, flags.values[0], reliability), flags.values[0].Bit(flagFault)
}

// ReadPoint is described at protocols.Session.
func (s *session) ReadPoint(ctx context.Context, of protocols.Point) (tag.Value, error) {
	p := of.(*target)
	d := p.device
	d.in(s)
	if err := s.reach(ctx, d); err != nil {
		return tag.Value{}, err
	}
	results := map[wire.Reference]result{}
	for _, r := range references([]*point{p.point}) {
		values, err := s.readProperty(ctx, d, r, false)
		refused, isRefused := isRefusal(err)
		if err != nil && !isRefused {
			return tag.Value{}, err
		}
		if isRefused && r == p.at {
			return tag.Value{}, refusalOf("read "+p.name, refused)
		}
		results[r] = result{values, refused}
	}
	v, _ := p.judged(results, 0)
	return v, nil
}
