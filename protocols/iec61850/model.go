package iec61850

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/holdfast-edge/holdfast/protocols"
	"github.com/holdfast-edge/holdfast/protocols/iec61850/assoc"
	"github.com/holdfast-edge/holdfast/protocols/iec61850/mms"
	"github.com/holdfast-edge/holdfast/tag"
)

// object is a data object under one functional constraint, as a device has it.
type object struct {
	name mms.Name
	typ  mms.Type
}

// place is where in an object a tag lies, as ways inward.
type place struct {
	object     *object
	constraint string
	value      []int
	quality    []int // nil: there is none
	stamp      []int // nil: there is none
	typ        *mms.Type
}

// dig goes a way inward.
func dig(d mms.Data, way []int) (mms.Data, bool) {
	for _, i := range way {
		if d.Kind != mms.Structure && d.Kind != mms.Array || i < 0 || i >= len(d.Items) {
			return mms.Data{}, false
		}
		d = d.Items[i]
	}
	return d, true
}

// find returns where in the object names lead to. Quality and time are those of the innermost structure that has them.
func (o *object) find(names []string) (p *place, err error) {
	p = &place{object: o}
	t := &o.typ
	p.beside(t)
	for _, name := range names {
		if t, err = p.step(t, name); err != nil {
			return nil, err
		}
		p.beside(t)
	}
	if t.Kind == mms.Structure || t.Kind == mms.Array {
		return nil, fmt.Errorf("it is a %v: name one of its attributes (%s)", t.Kind, strings.Join(componentsOf(t), ", "))
	}
	p.typ = t
	return p, nil
}

// beside takes the quality and the time that a structure has.
func (p *place) beside(t *mms.Type) {
	if i, _, ok := t.Component("q"); ok {
		p.quality = append(slices.Clone(p.value), i)
	}
	if i, _, ok := t.Component("t"); ok {
		p.stamp = append(slices.Clone(p.value), i)
	}
}

// step goes one name inward: to a component, and to an element where the name has an index.
func (p *place) step(t *mms.Type, part string) (*mms.Type, error) {
	name, index, indexed := strings.Cut(strings.TrimSuffix(part, ")"), "(")
	i, inner, ok := t.Component(name)
	if !ok {
		return nil, errAbsent
	}
	p.value = append(p.value, i)
	if !indexed {
		return inner, nil
	}
	n, err := strconv.Atoi(index)
	if err != nil || inner.Kind != mms.Array || n >= inner.Size {
		return nil, errAbsent
	}
	p.value = append(p.value, n)
	return &inner.Components[0].Type, nil
}

func componentsOf(t *mms.Type) (names []string) {
	for i := range t.Components {
		names = append(names, t.Components[i].Name)
	}
	return names
}

// errAbsent says that a device does not have what an address names.
var errAbsent = errors.New("the device has no such attribute: holdfast browse tells what it has")

// known is what a device says of an object: its type, or that there is none.
type known struct {
	object *object // nil: there is none
}

// learn asks for the types of objects that are not known yet, several at a time. What the device refuses otherwise than by
// having none is returned, and asked again the next time.
func (s *session) learn(ctx context.Context, names []mms.Name) (refused map[mms.Name]error, err error) {
	type asked struct {
		name mms.Name
		call *assoc.Call
	}
	var calls []asked
	begun := map[mms.Name]bool{}
	for _, n := range names {
		if _, known := s.known(n); known || begun[n] {
			continue
		}
		call, err := s.conn.Start(ctx, mms.TypeRequest(n))
		if err != nil {
			return nil, s.judge("ask for the type of "+n.String(), err)
		}
		begun[n] = true
		calls = append(calls, asked{n, call})
	}
	refused = map[mms.Name]error{}
	for _, a := range calls {
		body, err := a.call.Wait(ctx)
		var t mms.Type
		if err == nil {
			t, err = mms.ParseTypeResponse(body)
		}
		refusal, isRefused := errors.AsType[*mms.ServiceError](err)
		switch {
		case err == nil:
			s.know(a.name, &object{name: a.name, typ: t})
		case isRefused && refusal.IsAbsent():
			s.know(a.name, nil)
		case isRefused || errors.Is(err, mms.ErrPDU):
			refused[a.name] = s.judge("ask for the type of "+a.name.String(), err)
		default:
			return nil, s.judge("ask for the type of "+a.name.String(), err)
		}
	}
	return refused, nil
}

// known returns what is known of an object.
func (s *session) known(n mms.Name) (known, bool) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	k, ok := s.objects[n]
	return k, ok
}

// maxObjects bounds how many objects are remembered of a device.
const maxObjects = 100_000

func (s *session) know(n mms.Name, o *object) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if len(s.objects) < maxObjects {
		s.objects[n] = known{o}
	}
}

// found is where a tag lies, or why that is not known.
type found struct {
	place *place
	err   error
	again bool // it is worth asking another time
}

// locate finds tags in the model of the device, in as many rounds as functional constraints have to be tried. The error is
// the session's.
func (s *session) locate(ctx context.Context, points []*point) ([]found, error) {
	results := make([]found, len(points))
	open := map[int]bool{}
	for i := range points {
		open[i] = true
	}
	for round := 0; len(open) > 0; round++ {
		var names []mms.Name
		for i, p := range points {
			if open[i] && round < len(p.candidates()) {
				names = append(names, p.object(round))
			}
		}
		refused, err := s.learn(ctx, names)
		if err != nil {
			return nil, err
		}
		for i := range open {
			if p := points[i]; round >= len(p.candidates()) {
				results[i] = found{err: &protocols.Refusal{Quality: tag.BadAddressUnknown, Err: fmt.Errorf("%s: %w", p.address, errAbsent)}}
			} else if results[i] = s.lookUp(p, round, refused); results[i].place == nil && results[i].err == nil {
				continue
			}
			delete(open, i)
		}
	}
	return results, nil
}

// candidates are the functional constraints under which a tag may lie.
func (p *point) candidates() []string {
	if p.address.Constraint != "" {
		return []string{p.address.Constraint}
	}
	return constraints()
}

func (p *point) object(candidate int) mms.Name {
	return p.address.object(p.device.options.IED, p.candidates()[candidate])
}

// lookUp looks for a tag under one functional constraint; it returns nothing where it is not there.
func (s *session) lookUp(p *point, candidate int, refused map[mms.Name]error) found {
	name := p.object(candidate)
	if err := refused[name]; err != nil {
		return found{err: err, again: true}
	}
	k, _ := s.known(name)
	if k.object == nil {
		return found{}
	}
	at, err := k.object.find(p.address.inner())
	if errors.Is(err, errAbsent) {
		return found{}
	}
	if err != nil {
		return found{err: &protocols.Refusal{Quality: tag.BadConfiguration, Err: fmt.Errorf("%s: %w", p.address, err)}}
	}
	at.constraint = p.candidates()[candidate]
	return found{place: at}
}
