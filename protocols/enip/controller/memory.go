package controller

import (
	"slices"
	"strings"

	"github.com/holdfast-edge/holdfast/protocols/enip/cip"
)

// Tag is a tag, and what it holds.
type Tag struct {
	cip.Symbol

	Constant bool // it cannot be written
	data     []byte
}

// memory is the tags of a controller, by program and name in lower case, and its structures.
type memory struct {
	scopes    map[string]map[string]*Tag
	templates map[uint16]cip.Template
	instances uint32
}

func newMemory() memory {
	return memory{scopes: map[string]map[string]*Tag{"": {}}, templates: map[uint16]cip.Template{}}
}

// Structure defines a structure by its template's instance.
func (c *Controller) Structure(instance uint16, t cip.Template) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	t.Shape.Members = uint16(len(t.Members))
	t.Words = uint32(len(t.AppendMembers(nil))+definitionHead+3) / 4
	c.memory.templates[instance] = t
}

// definitionHead is how much shorter a template's definition is than its words say.
const definitionHead = 23

// String defines the structure of Logix' own texts.
func (c *Controller) String(instance uint16) {
	c.Structure(instance, cip.Template{
		Name: "STRING", Shape: cip.Shape{Handle: cip.LogixString, Size: cip.LogixStringSize},
		Members: []cip.Member{
			{Name: "LEN", Type: cip.AtomicType(cip.DINT, 0)}, {Name: "DATA", Type: cip.AtomicType(cip.SINT, 1), Length: 82, Offset: 4},
		},
	})
}

// Define gives a program a tag, or the controller where the program is empty. Its structure is defined before.
func (c *Controller) Define(program string, t Tag) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	m := &c.memory
	m.instances++
	t.Instance = m.instances
	n := m.sizeOf(t.Type)
	for _, d := range t.Dimensions {
		n *= max(int(d), 1)
	}
	t.data = make([]byte, n)
	scope := strings.ToLower(program)
	if m.scopes[scope] == nil {
		m.scopes[scope] = map[string]*Tag{}
		m.instances++
		m.scopes[""][scope] = &Tag{Symbol: cip.Symbol{Instance: m.instances, Name: program, Type: 0x1068}} // as controllers list programs
	}
	m.scopes[scope][strings.ToLower(t.Name)] = &t
}

// sizeOf returns the octets of one element of a type.
func (m *memory) sizeOf(t cip.SymbolType) int {
	if instance, ok := t.Template(); ok {
		return int(m.templates[instance].Size)
	}
	return t.Atomic().Size()
}

// list returns the tags of a scope in the order of their instances, from one on; ok is false where there is no such scope.
func (m *memory) list(program string, from uint32) (symbols []cip.Symbol, ok bool) {
	scope, ok := m.scopes[strings.ToLower(program)]
	for _, t := range scope {
		if t.Instance >= from {
			symbols = append(symbols, t.Symbol)
		}
	}
	slices.SortFunc(symbols, func(a, b cip.Symbol) int { return int(a.Instance) - int(b.Instance) })
	return symbols, ok
}

// place is where a path leads to.
type place struct {
	tag   *Tag
	kind  cip.SymbolType // of an element, without dimensions
	data  []byte         // from the element on, to the end of the array
	size  int            // of an element
	isBit bool           // of a structure, a BOOL among others in an octet
	bit   uint8
}

// find follows a path.
func (m *memory) find(path []byte) (p place, s cip.Status) {
	segments, ok := cip.ParsePath(path)
	if !ok || len(segments) == 0 || segments[0].Name == "" {
		return p, cip.Status{General: cip.PathSegmentError}
	}
	scope := ""
	if name := strings.ToLower(segments[0].Name); strings.HasPrefix(name, "program:") {
		scope, segments = name, segments[1:]
	}
	if len(segments) == 0 || segments[0].Name == "" {
		return p, cip.Status{General: cip.PathSegmentError}
	}
	t, ok := m.scopes[scope][strings.ToLower(segments[0].Name)]
	if !ok || t.data == nil {
		return p, cip.Status{General: cip.PathSegmentError}
	}
	p = place{tag: t, kind: t.Type, data: t.data, size: m.sizeOf(t.Type)}
	if t.Access == cip.None {
		return p, cip.Status{General: cip.PathUnknown}
	}
	dimensions, segments := t.Dimensions[:t.Type.Dimensions()], segments[1:]
	for {
		if segments, s = p.element(dimensions, segments); !s.OK() || len(segments) == 0 {
			return p, s
		}
		if dimensions, s = p.member(m, segments[0].Name); !s.OK() {
			return p, s
		}
		segments = segments[1:]
	}
}

// element goes to the element that the first segments name, and returns those behind them.
func (p *place) element(dimensions []uint32, segments []cip.Segment) ([]cip.Segment, cip.Status) {
	at, named := 0, 0
	for ; named < len(segments) && segments[named].Name == ""; named++ {
		if segments[named].Kind != cip.Element || named >= len(dimensions) || segments[named].Number >= dimensions[named] {
			return nil, cip.Status{General: cip.General, HasExtended: true, Extended: cip.BeyondEnd}
		}
		at = at*int(dimensions[named]) + int(segments[named].Number)
	}
	if named != 0 && named != len(dimensions) {
		return nil, cip.Status{General: cip.PathUnknown}
	}
	p.data = p.data[at*p.size:]
	return segments[named:], cip.Status{}
}

// member goes to a member of a structure, and returns the dimensions that it has.
func (p *place) member(m *memory, name string) (dimensions []uint32, s cip.Status) {
	instance, ok := p.kind.Template()
	if ok {
		for _, one := range m.templates[instance].Members {
			if !strings.EqualFold(one.Name, name) {
				continue
			}
			p.kind, p.size = one.Type, m.sizeOf(one.Type)
			n := 1
			if one.IsArray() {
				n = int(one.Length)
				dimensions = []uint32{uint32(n)}
			} else if one.Type.Atomic() == cip.BOOL {
				p.isBit, p.bit = true, uint8(one.Length)
			}
			p.data = p.data[one.Offset : int(one.Offset)+n*p.size]
			return dimensions, cip.Status{}
		}
	}
	return nil, cip.Status{General: cip.PathUnknown}
}
