package enip

import (
	"fmt"
	"strings"

	"github.com/holdfast-edge/holdfast/protocols"
	"github.com/holdfast-edge/holdfast/protocols/enip/cip"
	"github.com/holdfast-edge/holdfast/tag"
)

// ask has the controller answer a browser. It returns the answer's data, and whether there is more. An error is a Refusal or a
// Fault.
func (b *browser) ask(request []byte) (data []byte, more bool, s cip.Status, err error) {
	reply, err := b.session.link.Do(b.ctx, browsing, b.session.route, request)
	switch {
	case err != nil:
		return nil, false, reply.Status, b.session.faultOf(b.doing, err)
	case reply.Status.General == cip.ConnectionFailure:
		return nil, false, reply.Status, b.session.unreached(b.doing, reply.Status)
	case !reply.Status.OK() && reply.Status.General != cip.Partial:
		return nil, false, reply.Status, refusedBy(reply.Status).refusal(b.doing)
	default:
		return reply.Data, !reply.Status.OK(), reply.Status, nil
	}
}

func (b *browser) undecodable(err error) error {
	return &protocols.Refusal{Quality: tag.BadDecoding, Err: fmt.Errorf("%s: %w", b.doing, err)}
}

// symbols returns the tags of a program, or of the controller, asked for piece by piece (LDA, Get Instance Attribute List).
func (b *browser) symbols(program string) ([]cip.Symbol, error) {
	c, scope := b.session.catalog, strings.ToLower(program)
	if known, ok := c.symbols[scope]; ok {
		return known, nil
	}
	var list []cip.Symbol
	for from, more := uint32(0), true; more; {
		data, left, status, err := b.ask(cip.AppendSymbolList(nil, program, from, !c.open))
		if isAttribute(status) && !c.open {
			c.open = true // before version 21
			continue
		}
		if err != nil {
			return nil, err
		}
		had := len(list)
		if list, err = cip.ParseSymbols(list, data, !c.open); err != nil {
			return nil, b.undecodable(err)
		}
		if more = left && len(list) > had; more {
			from = list[len(list)-1].Instance + 1
		}
		if c.kept+len(list) > protocols.MaxBrowsed {
			return nil, protocols.TooMany(b.doing)
		}
	}
	c.kept += len(list)
	c.symbols[scope] = list
	return list, nil
}

// isAttribute reports whether a status says that an attribute is not known.
func isAttribute(s cip.Status) bool {
	return s.General == cip.AttributeList || s.General == cip.AttributeNotSupported || s.General == cip.InvalidParameter || s.General == 0x09
}

// piece is how much of a template's definition is asked for at once.
const piece = 400

// template returns how a structure is laid out.
func (b *browser) template(instance uint16) (cip.Template, error) {
	known := b.session.catalog.templates
	if t, ok := known[instance]; ok {
		return t, nil
	}
	data, _, _, err := b.ask(cip.AppendShape(nil, instance))
	if err != nil {
		return cip.Template{}, err
	}
	shape, err := cip.ParseShape(data)
	if err != nil {
		return cip.Template{}, b.undecodable(err)
	}
	var definition []byte
	for size := min(shape.DefinitionSize(), most); len(definition) < size; {
		n := min(size-len(definition), piece)
		data, more, _, err := b.ask(cip.AppendDefinition(nil, instance, uint32(len(definition)), uint16(n)))
		if err != nil {
			return cip.Template{}, err
		}
		if definition = append(definition, data...); len(data) == 0 || len(data) < n && !more {
			break
		}
	}
	t, err := cip.ParseTemplate(shape, definition)
	if err != nil {
		return t, b.undecodable(err)
	}
	known[instance] = t
	return t, nil
}
