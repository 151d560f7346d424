package iec61850

import (
	"fmt"
	"time"

	"github.com/holdfast-edge/holdfast/protocols/iec61850/mms"
	"github.com/holdfast-edge/holdfast/tag"
)

// The control models (IEC 61850-7-3, ctlModel).
const (
	statusOnly = iota
	directNormal
	selectNormal
	directEnhanced
	selectEnhanced
)

// operation is what a control says beside its value (IEC 61850-8-1 §20.5).
type operation struct {
	value  func(ctlVal *mms.Type) (mms.Data, error)
	at     time.Time
	number int64
	orCat  int64
	orName string
	test   bool
	checks []int
}

// Bits of Check.
const checkBits = 2

// as returns the operation as the device has its type: of Oper, or of SBOw.
func (o *operation) as(t *mms.Type) (d mms.Data, err error) {
	if t.Kind != mms.Structure {
		return d, fmt.Errorf("it is a %v", t.Kind)
	}
	d.Kind = mms.Structure
	for i := range t.Components {
		item, err := o.component(t.Components[i].Name, &t.Components[i].Type)
		if err != nil {
			return d, err
		}
		d.Items = append(d.Items, item)
	}
	return d, nil
}

func (o *operation) component(name string, t *mms.Type) (mms.Data, error) {
	switch name {
	case "ctlVal":
		return o.value(t)
	case "operTm":
		return timeAs(time.Unix(0, 0), t), nil // at once
	case "origin":
		return mms.StructOf(mms.IntOf(o.orCat), mms.OctetsOf([]byte(o.orName))), nil
	case "ctlNum":
		return mms.UintOf(o.number), nil
	case "T":
		return timeAs(o.at, t), nil
	case "Test":
		return mms.BoolOf(o.test), nil
	case "Check":
		return mms.BitsOf(checkBits, o.checks...), nil
	default:
		return mms.Data{}, fmt.Errorf("it has a component %s that is not known", name)
	}
}

// timeAs returns a time as the type has it: UTC, or binary in the first edition.
func timeAs(at time.Time, t *mms.Type) mms.Data {
	if t.Kind == mms.BinaryTime {
		return mms.BinaryTimeOf(at)
	}
	return mms.UTCOf(at, mms.AccuracyUnstated)
}

// controlled returns a value as ctlVal is. A double point is switched by a bool; an analogue value is a structure with i or f.
func (p *point) controlled(v tag.Value, status, ctlVal *mms.Type) (mms.Data, error) {
	isDouble := status.Kind == mms.BitString && status.Size == dbposBits
	switch {
	case ctlVal.Kind == mms.BitString && p.address.inner()[0] == "valWTr":
		return mms.Data{}, fmt.Errorf("it is moved by steps: make a tag of Oper.ctlVal [CO] with access w, of 1 for lower and 2 for higher")
	case isDouble && ctlVal.Kind == mms.Boolean:
		raw, err := p.raw(v)
		if err != nil {
			return mms.Data{}, err
		}
		n, err := whole(raw, 1, 3)
		if err != nil {
			return mms.Data{}, fmt.Errorf("want 1 for off or 2 for on")
		}
		return mms.BoolOf(n == 2), nil
	case ctlVal.Kind == mms.Structure:
		for _, name := range []string{"f", "i"} {
			if i, inner, ok := ctlVal.Component(name); ok && len(ctlVal.Components) == 1 && i == 0 {
				d, err := p.written(v, *inner)
				return mms.StructOf(d), err
			}
		}
		return mms.Data{}, fmt.Errorf("its ctlVal has %d components, which is not supported", len(ctlVal.Components))
	default:
		return p.written(v, *ctlVal)
	}
}

// orCategory returns the number of an orCat (IEC 61850-7-3 §6.2.8); 0 is not supported.
func orCategory(name string) int64 {
	for i, known := range []string{"bay", "station", "remote", "automatic-bay", "automatic-station", "automatic-remote", "maintenance", "process"} {
		if name == known {
			return int64(i + 1)
		}
	}
	return 0
}

// addCause returns an AddCause in words (IEC 61850-7-2 §20.5.2.9).
func addCause(n int64) string {
	words := [...]string{
		"unknown", "not supported", "blocked by switching hierarchy", "select failed", "invalid position", "position reached",
		"parameter change in execution", "step limit", "blocked by mode", "blocked by process", "blocked by interlocking",
		"blocked by synchrocheck", "command already in execution", "blocked by health", "1 of n control", "abortion by cancel",
		"time limit over", "abortion by trip", "object not selected", "object already selected", "no access authority",
		"ended with overshoot", "abortion due to deviation", "abortion by communication loss", "blocked by command", "none",
		"inconsistent parameters", "locked by other client",
	}
	if n >= 0 && n < int64(len(words)) {
		return words[n]
	}
	return fmt.Sprintf("additional cause %d", n)
}
