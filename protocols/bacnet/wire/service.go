package wire

import (
	"errors"
	"fmt"
)

// Reference is a property of an object, or one element of it.
type Reference struct {
	Object   ObjectID
	Property Property
	Index    uint32 // NoIndex: all of it
}

// NoIndex says that all of a property is meant.
const NoIndex = 0xFFFFFFFF

// String returns the reference as a tag's address has it.
func (r Reference) String() string {
	s := r.Object.String()
	if r.Property != PresentValue || r.Object.Type() == Device {
		s += "." + r.Property.String()
	}
	if r.Index != NoIndex {
		s += fmt.Sprintf("[%d]", r.Index)
	}
	return s
}

// append appends property and index, with tags from number on.
func (r Reference) append(dst []byte, number uint8) []byte {
	dst = AppendNumber(dst, number, uint64(r.Property))
	if r.Index != NoIndex {
		dst = AppendNumber(dst, number+1, uint64(r.Index))
	}
	return dst
}

// AppendRead appends a request of ReadProperty (clause 15.5).
func AppendRead(dst []byte, r Reference) []byte { return r.append(AppendObject(dst, 0, r.Object), 1) }

// AppendReadMultiple appends a request of ReadPropertyMultiple (clause 15.7). References of one object stand together.
func AppendReadMultiple(dst []byte, references []Reference) []byte {
	for i, r := range references {
		if i == 0 || references[i-1].Object != r.Object {
			dst = AppendOpening(AppendObject(dst, 0, r.Object), 1)
		}
		dst = r.append(dst, 0)
		if i+1 == len(references) || references[i+1].Object != r.Object {
			dst = AppendClosing(dst, 1)
		}
	}
	return dst
}

// AppendWrite appends a request of WriteProperty (clause 15.9); a priority of 0 is none.
func AppendWrite(dst []byte, r Reference, v Value, priority uint8) []byte {
	dst = AppendOpening(AppendRead(dst, r), 3)
	dst = AppendClosing(AppendValue(dst, v), 3)
	if priority > 0 {
		dst = AppendNumber(dst, 4, uint64(priority))
	}
	return dst
}

// Subscription is what SubscribeCOV asks for (clause 13.14).
type Subscription struct {
	Process   uint32
	Object    ObjectID
	Cancels   bool
	Confirmed bool
	Lifetime  uint32 // seconds
}

// Append appends the request.
func (s Subscription) Append(dst []byte) []byte {
	dst = AppendObject(AppendNumber(dst, 0, uint64(s.Process)), 1, s.Object)
	if s.Cancels {
		return dst
	}
	confirmed := uint64(0)
	if s.Confirmed {
		confirmed = 1
	}
	return AppendNumber(AppendNumber(dst, 2, confirmed), 3, uint64(s.Lifetime))
}

// AppendWhoIs appends a Who-Is for the devices with instances in a range (clause 16.10).
func AppendWhoIs(dst []byte, low, high uint32) []byte {
	return AppendNumber(AppendNumber(dst, 0, uint64(low)), 1, uint64(high))
}

// errForm says that values are not those of the service.
var errForm = errors.New("the values are not those of the service")

// Fields are values with tags of their context, as services have them.
type Fields struct{ values []Value }

// ParseFields takes the parameters of a service apart.
func ParseFields(b []byte) (Fields, error) {
	values, err := ParseValues(b)
	return Fields{values}, err
}

// take takes off the next value if it has the tag.
func (f *Fields) take(number uint8, t Type) (v Value, ok bool) {
	if len(f.values) == 0 || f.values[0].Type != t || f.values[0].Tag != number {
		return v, false
	}
	v, f.values = f.values[0], f.values[1:]
	return v, true
}

// Number takes off an unsigned number; ok is false where the next is none with that tag.
func (f *Fields) Number(number uint8) (n uint32, ok bool) {
	if len(f.values) == 0 || f.values[0].Type != Context || len(f.values[0].Raw) == 0 || len(f.values[0].Raw) > 4 {
		return 0, false
	}
	v, ok := f.take(number, Context)
	return uint32(unsigned(v.Raw)), ok
}

// ID takes off an object's identifier.
func (f *Fields) ID(number uint8) (o ObjectID, ok bool) {
	n, ok := f.Number(number)
	return ObjectID(n), ok
}

// List takes off a list.
func (f *Fields) List(number uint8) (list []Value, ok bool) {
	v, ok := f.take(number, Constructed)
	return v.List, ok
}

// Reference takes off a property, and an index where there is one, with tags from number on.
func (f *Fields) Reference(number uint8, o ObjectID) (r Reference, ok bool) {
	property, ok := f.Number(number)
	r = Reference{Object: o, Property: Property(property), Index: NoIndex}
	if index, has := f.Number(number + 1); has {
		r.Index = index
	}
	return r, ok
}

// Empty reports whether all has been taken off.
func (f *Fields) Empty() bool { return len(f.values) == 0 }

// ParseReadACK takes the answer to a ReadProperty apart.
func ParseReadACK(b []byte) (r Reference, values []Value, err error) {
	f, err := ParseFields(b)
	if err != nil {
		return r, nil, err
	}
	o, hasObject := f.ID(0)
	r, hasReference := f.Reference(1, o)
	values, hasValues := f.List(3)
	if !hasObject || !hasReference || !hasValues {
		return r, nil, errForm
	}
	return r, values, nil
}

// ParseReadMultipleACK takes the answer to a ReadPropertyMultiple apart, and calls take for each of its results: with
// values, or with a refusal.
func ParseReadMultipleACK(b []byte, take func(r Reference, values []Value, refused *Refusal)) error {
	f, err := ParseFields(b)
	if err != nil {
		return err
	}
	for !f.Empty() {
		o, hasObject := f.ID(0)
		list, hasList := f.List(1)
		if !hasObject || !hasList {
			return errForm
		}
		for results := FieldsOf(list); !results.Empty(); {
			r, ok := results.Reference(2, o)
			if !ok {
				return errForm
			}
			if values, has := results.List(4); has {
				take(r, values, nil)
			} else if refusal, has := results.List(5); has {
				take(r, nil, refusalOf(refusal))
			} else {
				return errForm
			}
		}
	}
	return nil
}

// Notification is what a device tells of an object that somebody has subscribed to (clause 13.6, 13.7).
type Notification struct {
	Process   uint32
	Object    ObjectID
	Remaining uint32 // seconds of the subscription
	Values    map[Property][]Value
}

// ParseNotification takes one apart.
func ParseNotification(b []byte) (n Notification, err error) {
	f, err := ParseFields(b)
	if err != nil {
		return n, err
	}
	process, ok := f.Number(0)
	_, hasDevice := f.ID(1)
	object, hasObject := f.ID(2)
	remaining, hasRemaining := f.Number(3)
	list, hasList := f.List(4)
	if !ok || !hasDevice || !hasObject || !hasRemaining || !hasList {
		return n, errForm
	}
	n = Notification{Process: process, Object: object, Remaining: remaining, Values: map[Property][]Value{}}
	for values := FieldsOf(list); !values.Empty(); {
		r, ok := values.Reference(0, object)
		told, has := values.List(2)
		if !ok || !has {
			return n, errForm
		}
		if r.Index == NoIndex {
			n.Values[r.Property] = told
		}
		values.Number(3) // its priority
	}
	return n, nil
}

// ParseIAm returns which device an I-Am is of.
func ParseIAm(b []byte) (device ObjectID, err error) {
	values, err := ParseValues(b)
	if err != nil {
		return 0, err
	}
	if len(values) != 4 || values[0].Type != Object || ObjectID(values[0].Number).Type() != Device {
		return 0, errForm
	}
	return ObjectID(values[0].Number), nil
}

// FieldsOf are those of a list.
func FieldsOf(values []Value) Fields { return Fields{values} }
