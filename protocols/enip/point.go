package enip

import (
	"sync/atomic"

	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/protocols"
	"github.com/holdfast-edge/holdfast/protocols/enip/cip"
	"github.com/holdfast-edge/holdfast/protocols/scale"
	"github.com/holdfast-edge/holdfast/tag"
)

// point is one tag, compiled. But for what is learnt of it, it is immutable.
type point struct {
	name     string
	address  Address
	declared cip.Type // 0: as the controller says
	count    int      // elements of an array; 0 for a single value
	scaling  scale.Scaling
	scaled   bool // by more than 1
	readable bool

	learnt atomic.Pointer[shape] // nil until the tag was read

	// Of the session's goroutine.
	packed bool     // it is taken for part of an array of BOOL, 32 of which are a DWORD
	tried  bool     // so far neither way found it
	told   *refused // why it is Bad, as was logged; nil: it is not
}

// shape is what a tag is at the controller.
type shape struct {
	kind cip.Kind
	size int // octets of an element
}

// target is a point of a device, to be written or read by itself.
type target struct {
	*point

	device *device
}

// newPoint compiles a tag, or says what is wrong with it.
func newPoint(t *config.Tag) (*point, *protocols.Flaw) {
	o, ok := t.Options.(*TagOptions)
	switch {
	case !ok:
		return nil, protocols.Flawed("address", "load the configuration with the driver's component", "the tag has no EtherNet/IP options")
	case len(o.Address.path) == 0:
		return nil, protocols.Flawed("address", addressForms, "the tag has no address")
	}
	p := &point{
		name: t.Name, address: o.Address, declared: cip.TypeNamed(o.Type), count: o.Count, readable: t.Access.Readable(),
		scaled: scale.IsAsked(t, o.Scaling),
	}
	if flaw := p.checkType(t, o); flaw != nil {
		return nil, flaw
	}
	var flaw *protocols.Flaw
	p.scaling, flaw = scale.OfTag(t, o.Scaling)
	return p, flaw
}

// checkType refuses what contradicts the type.
func (p *point) checkType(t *config.Tag, o *TagOptions) *protocols.Flaw {
	isBit := p.address.bit != noBit
	switch {
	case o.Type != "" && p.declared == 0:
		return protocols.Flawed("type", "want bool, sint, int, dint …", "%q is no type", o.Type)
	case isBit && p.declared != 0 && p.declared != cip.BOOL:
		return protocols.Flawed("type", "remove type, or write bool", "%s is a bit and cannot be %s", p.address, p.declared)
	case isBit && p.count > 0:
		return protocols.Flawed("count", "declare a tag for each bit", "%s is a bit", p.address)
	case p.scaled && (isBit || p.declared == cip.BOOL || p.declared == cip.STRING):
		return protocols.Flawed("scale", "remove scale, offset and scaling", "%s is no number and cannot be scaled", p.address)
	case p.count > 0 && len(p.address.last()) > 1:
		return protocols.Flawed("count", "declare a tag for each element", "%s is an element of an array with several dimensions", p.address)
	case t.Access.Writable() && p.count > 0 && p.declared == cip.BOOL:
		return protocols.Flawed("access", "write access: r, and declare a tag for each element that is written", "%d elements of BOOL cannot be written at once", p.count)
	}
	return nil
}

// perWord is how many elements of an array of BOOL are read together.
const perWord = 32

// bends reports whether the tag may turn out to be part of an array of BOOL.
func (p *point) bends() bool {
	return p.address.bit == noBit && (p.declared == 0 || p.declared == cip.BOOL) && len(p.address.last()) <= 1
}

// element returns the first element that the address names.
func (p *point) element() uint32 {
	if last := p.address.last(); len(last) > 0 {
		return last[0]
	}
	return 0
}

// where returns what is read: a way, and how many elements from there.
func (p *point) where() (path []byte, elements uint16) {
	n := max(p.count, 1)
	if !p.packed {
		return p.address.appendPath(nil, p.address.last()), uint16(n)
	}
	first := p.element()
	return p.address.appendPath(nil, []uint32{first / perWord}), uint16((int(first%perWord) + n + perWord - 1) / perWord)
}

// guess returns how many octets a value is likely to have.
func (p *point) guess() int {
	if s := p.learnt.Load(); s != nil {
		return s.size
	}
	if p.declared == cip.STRING {
		return cip.LogixStringSize
	}
	return max(p.declared.Size(), 4)
}

// known returns what the tag is at the controller: as was learnt, or as the type says; nil where only a read can tell.
func (p *point) known() *shape {
	s := p.learnt.Load()
	if s == nil && p.declared.Size() > 0 && p.address.bit == noBit && !(p.declared == cip.BOOL && len(p.address.last()) > 0) {
		s = &shape{cip.Kind{Type: p.declared}, p.declared.Size()}
	}
	return s
}

// Check is described at protocols.Point. As long as nobody knows the tag's type, whatever could be written is taken.
func (p *point) Check(v tag.Value) error {
	if v.IsNull() || v.Quality().IsBad() {
		return errNoValue
	}
	s := p.known()
	switch {
	case s != nil:
		_, err := p.appendWrite(nil, v, s)
		return err
	case p.address.bit != noBit, p.declared == cip.BOOL:
		_, err := cip.Truth(v)
		return err
	case p.declared == cip.STRING && v.Kind() != tag.String && p.count == 0:
		return errNoText
	default:
		return nil
	}
}
