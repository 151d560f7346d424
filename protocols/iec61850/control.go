package iec61850

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/holdfast-edge/holdfast/protocols"
	"github.com/holdfast-edge/holdfast/protocols/iec61850/assoc"
	"github.com/holdfast-edge/holdfast/protocols/iec61850/mms"
	"github.com/holdfast-edge/holdfast/tag"
)

// controlling is one control of a data object, as its ctlModel says (IEC 61850-7-2 §20):
//
//	1 direct, normal      Oper ─▶ response
//	2 select, normal      SBO (read) ─▶ Oper ─▶ response
//	3 direct, enhanced    Oper ─▶ response ─▶ termination
//	4 select, enhanced    SBOw ─▶ Oper ─▶ response ─▶ termination
type controlling struct {
	session *session
	point   *point
	object  *object // under CO
	model   int64
	doing   string
	number  int64
	at      time.Time // of both select and operate, since devices compare them
}

// operate controls the data object in which a tag lies.
func (s *session) operate(ctx context.Context, p *point, at *place, v tag.Value) error {
	c, err := s.controlOf(ctx, p)
	if err != nil {
		return protocols.Unsent(err)
	}
	oper, err := c.says("Oper", at, v)
	if err != nil {
		return err
	}
	if err := c.choose(ctx, at, v); err != nil {
		return protocols.Unsent(err)
	}
	return c.execute(ctx, oper)
}

// controlOf asks how an object is controlled.
func (s *session) controlOf(ctx context.Context, p *point) (*controlling, error) {
	ied := p.device.options.IED
	name := p.address.object(ied, "CO")
	refused, err := s.learn(ctx, []mms.Name{name})
	if err == nil {
		err = refused[name]
	}
	if err != nil {
		return nil, err
	}
	s.control = (s.control + 1) % 256
	c := &controlling{session: s, point: p, doing: "control " + p.name, number: s.control, at: time.Now()}
	if k, _ := s.known(name); k.object != nil {
		c.object = k.object
	} else {
		return nil, c.refused(tag.BadNotWritable, "the data object has no control")
	}
	c.model, err = s.modelOf(ctx, c.doing, p.address.object(ied, "CF"))
	if err == nil && (c.model < directNormal || c.model > selectEnhanced) {
		err = c.refused(tag.BadNotWritable, fmt.Sprintf("its ctlModel is %d: the device only tells its status", c.model))
	}
	return c, err
}

func (c *controlling) refused(q tag.Quality, why string) error {
	return &protocols.Refusal{Quality: q, Err: fmt.Errorf("%s: %s", c.doing, why)}
}

// modelOf reads the ctlModel of an object, once a session.
func (s *session) modelOf(ctx context.Context, doing string, object mms.Name) (int64, error) {
	if model, known := s.models[object]; known {
		return model, nil
	}
	doing += ": read its ctlModel"
	body, err := s.ask(ctx, doing, mms.ReadRequest(mms.Name{Domain: object.Domain, Item: object.Item + "$ctlModel"}))
	if err != nil {
		return 0, err
	}
	values, err := mms.ParseRead(body, 1)
	if err != nil {
		return 0, s.judge(doing, err)
	}
	if values[0].Kind == mms.Failure {
		return 0, refusal(doing, mms.AccessError(values[0].Int), "")
	}
	s.models[object] = values[0].Int
	return values[0].Int, nil
}

// says returns what is written to Oper or SBOw.
func (c *controlling) says(what string, at *place, v tag.Value) (mms.Data, error) {
	o := c.point.device.options
	op := &operation{
		value: func(t *mms.Type) (mms.Data, error) { return c.point.controlled(v, at.typ, t) },
		at:    c.at, number: c.number, orCat: orCategory(o.OrCat), orName: o.OrIdent, test: c.point.test, checks: c.point.checks,
	}
	_, t, ok := c.object.typ.Component(what)
	if !ok {
		return mms.Data{}, c.refused(tag.BadNotSupported, fmt.Sprintf("its ctlModel is %d, and the device has no %s of it", c.model, what))
	}
	d, err := op.as(t)
	if err != nil {
		return d, unfit(c.point, fmt.Errorf("as %s: %w", what, err))
	}
	return d, nil
}

func (c *controlling) variable(what string) mms.Name {
	return mms.Name{Domain: c.object.name.Domain, Item: c.object.name.Item + "$" + what}
}

// choose selects the object, where its model says so.
func (c *controlling) choose(ctx context.Context, at *place, v tag.Value) error {
	switch c.model {
	case selectNormal:
		return c.chooseByReading(ctx)
	case selectEnhanced:
		d, err := c.says("SBOw", at, v)
		if err != nil {
			return err
		}
		t := c.listen()
		defer c.session.deaf()
		return c.send(ctx, "SBOw", d, t)
	default:
		return nil
	}
}

// chooseByReading reads SBO, which is its own name where the object is selected (IEC 61850-8-1 §20.3).
func (c *controlling) chooseByReading(ctx context.Context) error {
	doing := c.doing + ": select"
	body, err := c.session.ask(ctx, doing, mms.ReadRequest(c.variable("SBO")))
	if err != nil {
		return err
	}
	values, err := mms.ParseRead(body, 1)
	if err != nil {
		return c.session.judge(doing, err)
	}
	if values[0].Kind == mms.Failure {
		return refusal(doing, mms.AccessError(values[0].Int), "")
	}
	if len(values[0].Octets) == 0 {
		return c.refused(tag.BadInvalidState, "the device does not let it be selected: it may be selected by another client, blocked, or in local operation")
	}
	return nil
}

// send writes Oper or SBOw. Of a refusal the device tells more just before it.
func (c *controlling) send(ctx context.Context, what string, d mms.Data, t *termination) error {
	doing := c.doing + ": " + what
	refused, err := c.session.write(ctx, doing, c.variable(what), d)
	if err != nil || refused == nil {
		return err
	}
	return refusal(doing, *refused, t.why())
}

// execute operates, and waits for the termination where the model has one.
func (c *controlling) execute(ctx context.Context, oper mms.Data) error {
	t := c.listen()
	defer c.session.deaf()
	if err := c.send(ctx, "Oper", oper, t); err != nil || c.model < directEnhanced {
		return err
	}
	doing := c.doing + ": wait for its termination"
	timer := time.NewTimer(c.point.device.options.CommandTimeout)
	defer timer.Stop()
	select {
	case cause := <-t.ended:
		if cause != "" {
			return c.refused(tag.BadInvalidState, "the device terminates it: "+cause)
		}
		return nil
	case <-c.session.conn.Done():
		return c.session.judge(doing, &assoc.Failure{Sent: true, Err: c.session.conn.Err()})
	case <-timer.C:
		return c.session.judge(doing, &assoc.Failure{Sent: true, Err: fmt.Errorf("%w: none came within command_timeout", assoc.ErrTimeout)})
	case <-ctx.Done():
		return c.session.judge(doing, &assoc.Failure{Sent: true, Err: context.Cause(ctx)})
	}
}

// listen has the reports of this control heard.
func (c *controlling) listen() *termination {
	t := &termination{object: c.object.name, number: c.number, ended: make(chan string, 1)}
	_, oper, ok := c.object.typ.Component("Oper")
	if t.at = -1; ok {
		if i, _, ok := oper.Component("ctlNum"); ok {
			t.at = i
		}
	}
	c.session.mutex.Lock()
	defer c.session.mutex.Unlock()
	t.lock = &c.session.mutex
	c.session.waiting = t
	return t
}

// deaf ends that.
func (s *session) deaf() {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.waiting = nil
}

// termination is how the control in progress ends, as the device reports it.
type termination struct {
	object mms.Name
	number int64
	at     int         // where in Oper its ctlNum stands; -1: nowhere
	ended  chan string // has room for the cause, empty where it has ended well
	lock   interface {
		Lock()
		Unlock()
	}
	cause string // of a refusal
}

// why returns what the device has told of a refusal.
func (t *termination) why() string {
	t.lock.Lock()
	defer t.lock.Unlock()
	return t.cause
}

// lastApplError is the variable that tells of a refusal: CntrlObj, Error, Origin, ctlNum, AddCause (IEC 61850-8-1 §20.8).
const lastApplError = "LastApplError"

// hear takes a report: LastApplError, Oper, or both. Those of other controls are not taken.
func (t *termination) hear(r mms.Report) {
	cause, ends := "", false
	for i, n := range r.Names {
		if i >= len(r.Values) {
			break
		}
		d := r.Values[i]
		switch {
		case n.Item == lastApplError && t.concerns(d):
			cause = addCause(d.Items[4].Int)
		case n == mms.Name{Domain: t.object.Domain, Item: t.object.Item + "$Oper"}:
			number, known := dig(d, []int{t.at})
			ends = t.at < 0 || !known || number.Int == t.number
		}
	}
	if cause != "" {
		t.cause = cause
	}
	if ends {
		select {
		case t.ended <- cause:
		default:
		}
	}
}

// concerns reports whether a LastApplError is of this control.
func (t *termination) concerns(d mms.Data) bool {
	return d.Kind == mms.Structure && len(d.Items) == 5 && d.Items[3].Int == t.number && strings.HasPrefix(string(d.Items[0].Octets), t.object.String())
}
