package ied

import (
	"strings"

	"github.com/holdfast-edge/holdfast/protocols/conformance/faulty"
	"github.com/holdfast-edge/holdfast/protocols/iec61850/mms"
)

// control is one of a data object.
type control struct {
	model    int64
	status   mms.Name
	selected *client // by whom; nil: by nobody
	told     mms.Data
	cause    int64 // AddCause with which it is refused or, with late, terminated; 0: it is not
	late     bool
	mute     bool // its termination is never sent
	operated int
}

// The control models with select, and those with termination.
const (
	selectNormal   = 2
	directEnhanced = 3
	selectEnhanced = 4
)

// Blame has a control refused with an AddCause, at once or, late, by its termination; 0 has it done.
func (d *IED) Blame(device, object string, cause int64, late bool) {
	d.mutex.Lock()
	defer d.mutex.Unlock()
	x := d.controls[mms.Name{Domain: device, Item: object}]
	x.cause, x.late = cause, late
}

// Mute has a control's terminations not sent.
func (d *IED) Mute(device, object string) {
	d.mutex.Lock()
	defer d.mutex.Unlock()
	d.controls[mms.Name{Domain: device, Item: object}].mute = true
}

// Told returns what a control was told last, as Oper, and how often it was operated.
func (d *IED) Told(device, object string) (oper mms.Data, times int) {
	d.mutex.Lock()
	defer d.mutex.Unlock()
	x := d.controls[mms.Name{Domain: device, Item: object}]
	return x.told, x.operated
}

// controlOf returns the control that a variable is of, and which of its variables that is.
func (d *IED) controlOf(name mms.Name) (x *control, what string) {
	last := strings.LastIndexByte(name.Item, '$')
	if last < 0 {
		return nil, ""
	}
	return d.controls[mms.Name{Domain: name.Domain, Item: name.Item[:last]}], name.Item[last+1:]
}

// selectByReading selects, where a variable is an SBO.
func (c *client) selectByReading(name mms.Name) (mms.Data, bool) {
	x, what := c.ied.controlOf(name)
	if x == nil || what != "SBO" {
		return mms.Data{}, false
	}
	if x.model != selectNormal || x.selected != nil && x.selected != c || x.cause != 0 && !x.late {
		return mms.VisibleOf(""), true
	}
	x.selected = c
	return mms.VisibleOf(name.String()), true
}

// The fields of Oper.
const (
	fieldValue  = 0
	fieldOrigin = 1
	fieldNumber = 2
	fields      = 6
)

// AddCauses that it gives by itself.
const (
	selectFailed    = 3
	notSelected     = 18
	alreadySelected = 19
)

// operate selects with SBOw, or operates with Oper.
func (c *client) operate(x *control, name mms.Name, what string, v mms.Data) *mms.AccessError {
	d := c.ied
	if v.Kind != mms.Structure || len(v.Items) != fields {
		e := mms.TypeInconsistent
		return &e
	}
	cause := int64(0)
	switch {
	case x.cause != 0 && !x.late:
		cause = x.cause
	case d.Fault() == faulty.Refusing:
		cause = selectFailed
	case what == "SBOw" && x.selected != nil && x.selected != c:
		cause = alreadySelected
	case what == "Oper" && (x.model == selectNormal || x.model == selectEnhanced) && x.selected != c:
		cause = notSelected
	}
	if cause != 0 {
		c.before = append(c.before, lastError(name, v, cause, nil))
		e := mms.AccessDenied
		return &e
	}
	if what == "SBOw" {
		x.selected = c
		return nil
	}
	x.selected, x.told = nil, v
	x.operated++
	if !x.late {
		d.set(x.status, statusOf(d.at(x.status), v.Items[fieldValue]))
		d.changed(x.status)
	}
	if x.model >= directEnhanced && !x.mute {
		c.terminate(x, name, v)
	}
	return nil
}

// terminate has the termination sent behind the response.
func (c *client) terminate(x *control, name mms.Name, v mms.Data) {
	pdu := mms.Report{Names: []mms.Name{name}, Values: []mms.Data{v}}.Append(nil)
	if x.late {
		pdu = lastError(name, v, x.cause, &v)
	}
	c.after = append(c.after, pdu)
}

// lastError returns a report of why a control is refused, with what it was told where it is its termination.
func lastError(name mms.Name, v mms.Data, cause int64, oper *mms.Data) []byte {
	r := mms.Report{Names: []mms.Name{{Item: "LastApplError"}}, Values: []mms.Data{mms.StructOf(
		mms.VisibleOf(name.String()), mms.IntOf(1), v.Items[fieldOrigin], v.Items[fieldNumber], mms.IntOf(cause))}}
	if oper != nil {
		r.Names, r.Values = append(r.Names, name), append(r.Values, *oper)
	}
	return r.Append(nil)
}

// statusOf returns what a status becomes.
func statusOf(status *node, v mms.Data) mms.Data {
	switch {
	case status.typ.Kind == mms.BitString && v.Kind == mms.Boolean:
		return mms.BitsOf(2, int(1-v.Int))
	case v.Kind == mms.Structure:
		return v.Items[0]
	default:
		return v
	}
}
