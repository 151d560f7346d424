package controller

import (
	"encoding/binary"

	"github.com/holdfast-edge/holdfast/protocols/enip/cip"
)

// kindOf returns a place's type as reads and writes carry it.
func (m *memory) kindOf(p place) cip.Kind {
	if instance, ok := p.kind.Template(); ok {
		return cip.Kind{Type: cip.Structure, Handle: m.templates[instance].Handle}
	}
	return cip.Kind{Type: p.kind.Atomic()}
}

func refusal(general uint8) cip.Reply { return cip.Reply{Status: cip.Status{General: general}} }

func refusalExtended(extended uint16) cip.Reply {
	return cip.Reply{Status: cip.Status{General: cip.General, HasExtended: true, Extended: extended}}
}

// tag does a service of a tag; room is how long the reply may be.
func (m *memory) tag(r cip.Request, room int) cip.Reply {
	p, s := m.find(r.Path)
	if !s.OK() {
		return cip.Reply{Status: s}
	}
	switch r.Service {
	case cip.ReadTag, cip.ReadTagFragmented:
		return m.read(p, r, room)
	case cip.WriteTag:
		return m.write(p, r.Data)
	case cip.ReadModifyWrite:
		return m.modify(p, r.Data)
	default:
		return refusal(cip.NotSupported)
	}
}

func (m *memory) read(p place, r cip.Request, room int) cip.Reply {
	offset := 0
	switch {
	case len(r.Data) < 2, r.Service == cip.ReadTagFragmented && len(r.Data) < 6:
		return refusal(cip.NotEnoughData)
	case r.Service == cip.ReadTagFragmented:
		offset = int(binary.LittleEndian.Uint32(r.Data[2:]))
	}
	values := p.data[:min(len(p.data), p.size*int(binary.LittleEndian.Uint16(r.Data)))]
	if len(values) < p.size*int(binary.LittleEndian.Uint16(r.Data)) || offset > len(values) || len(values) == 0 {
		return refusalExtended(cip.BeyondEnd)
	}
	if p.isBit {
		values = []byte{values[0] >> p.bit & 1}
	}
	reply := cip.Reply{Data: m.kindOf(p).Append(nil)}
	if values = values[offset:]; len(values) > room-4-len(reply.Data) {
		values = values[:max(room-4-len(reply.Data), 0)/4*4]
		reply.Status.General = cip.Partial
	}
	reply.Data = append(reply.Data, values...)
	return reply
}

func (m *memory) write(p place, data []byte) cip.Reply {
	kind, rest, err := cip.ParseValues(data)
	switch {
	case err != nil || len(rest) < 2:
		return refusal(cip.NotEnoughData)
	case p.tag.Constant || p.tag.Access == cip.ReadOnly:
		return refusal(cip.Privilege)
	case kind != m.kindOf(p):
		return refusalExtended(cip.TypeMismatch)
	}
	n := p.size * int(binary.LittleEndian.Uint16(rest))
	switch rest = rest[2:]; {
	case n > len(p.data):
		return refusalExtended(cip.BeyondEnd)
	case len(rest) < n:
		return refusal(cip.NotEnoughData)
	case p.isBit:
		p.data[0] = p.data[0]&^(1<<p.bit) | min(rest[0], 1)<<p.bit
	default:
		copy(p.data, rest[:n])
	}
	return cip.Reply{}
}

func (m *memory) modify(p place, data []byte) cip.Reply {
	switch {
	case len(data) < 2 || len(data) != 2+2*int(binary.LittleEndian.Uint16(data)):
		return refusal(cip.NotEnoughData)
	case p.tag.Constant || p.tag.Access == cip.ReadOnly:
		return refusal(cip.Privilege)
	case int(binary.LittleEndian.Uint16(data)) != p.size || p.isBit:
		return refusal(cip.InvalidParameter)
	}
	for i := range p.size {
		p.data[i] = (p.data[i] | data[2+i]) & data[2+p.size+i]
	}
	return cip.Reply{}
}
