package controller

import (
	"bytes"
	"encoding/binary"
	"slices"

	"github.com/holdfast-edge/holdfast/protocols/conformance/faulty"
	"github.com/holdfast-edge/holdfast/protocols/enip/cip"
)

// module answers as the Ethernet module does. The caller holds the mutex.
func (c *client) module(r cip.Request) []byte {
	if !bytes.Equal(r.Path, cip.AppendObject(nil, cip.ManagerClass, 1)) {
		if !c.controller.options.Route.IsZero() && !bytes.HasPrefix(r.Path, []byte{cip.Class, cip.IdentityClass}) {
			return reply(r, refusal(cip.PathUnknown)) // the module has no tags
		}
		return c.controller.route(r, unconnectedRoom)
	}
	c.controller.asked[r.Service]++
	switch r.Service {
	case cip.ForwardOpen, cip.LargeForwardOpen:
		return reply(r, c.forwardOpen(r))
	case cip.ForwardClose:
		return reply(r, c.forwardClose(r))
	case cip.UnconnectedSend:
		inner, way, err := cip.ParseUnconnectedSend(r.Data)
		if err != nil {
			return reply(r, refusal(cip.NotEnoughData))
		}
		if s := c.controller.leads(way); !s.OK() {
			return reply(r, cip.Reply{Status: s})
		}
		asked, err := cip.ParseRequest(inner)
		if err != nil {
			return reply(r, refusal(cip.PathSegmentError))
		}
		return c.controller.route(asked, unconnectedRoom)
	default:
		return reply(r, refusal(cip.NotSupported))
	}
}

func reply(r cip.Request, answer cip.Reply) []byte {
	answer.Service = r.Service
	return cip.AppendReply(nil, answer)
}

func failure(extended uint16, further ...uint16) cip.Status {
	return cip.Status{General: cip.ConnectionFailure, HasExtended: true, Extended: extended, Further: further}
}

// leads reports where a way through ports leads to: to this controller, or why not.
func (c *Controller) leads(way []byte) cip.Status {
	own := cip.AppendUnconnectedSend(nil, nil, c.options.Route)
	_, expected, _ := cip.ParseUnconnectedSend(own[6:]) // behind service and path
	switch {
	case c.Fault() == EmptySlot:
		return failure(cip.RequestExpired)
	case bytes.Equal(way, expected):
		return cip.Status{}
	case len(expected) == 0:
		return failure(cip.SegmentInvalid)
	case len(way) > 0 && way[0]&0x0F != expected[0]&0x0F:
		return failure(cip.PortUnknown)
	default:
		return failure(cip.LinkUnknown)
	}
}

// forwardOpen opens a connection.
func (c *client) forwardOpen(r cip.Request) cip.Reply {
	o, at := &c.controller.options, c.controller
	wanted, path, err := cip.ParseForwardOpen(r.Service, r.Data)
	router := cip.AppendObject(nil, cip.RouterClass, 1)
	switch way, found := bytes.CutSuffix(path, router); {
	case err != nil:
		return refusal(cip.NotEnoughData)
	case o.LargestConnection == 0 || r.Service == cip.LargeForwardOpen && o.LargestConnection <= cip.MaxSmall:
		return refusal(cip.NotSupported)
	case !found:
		return cip.Reply{Status: failure(cip.SegmentInvalid)}
	case !at.leads(way).OK():
		return cip.Reply{Status: at.leads(way)}
	case wanted.Size > o.LargestConnection:
		return cip.Reply{Status: failure(cip.InvalidSize, uint16(o.LargestConnection))}
	case at.connected >= o.Connections || at.Fault() == Crowded:
		return cip.Reply{Status: failure(cip.OutOfConnections)}
	}
	for _, one := range c.open {
		if one.Serial == wanted.Serial && one.Vendor == wanted.Vendor && one.Originator == wanted.Originator {
			return cip.Reply{Status: failure(cip.InUse)}
		}
	}
	wanted.ToTarget = at.number()
	c.open[wanted.ToTarget] = wanted
	at.connected++
	return cip.Reply{Data: cip.AppendOpened(nil, wanted)}
}

// forwardClose closes a connection.
func (c *client) forwardClose(r cip.Request) cip.Reply {
	named, err := cip.ParseForwardClose(r.Data)
	if err != nil {
		return refusal(cip.NotEnoughData)
	}
	for number, one := range c.open {
		if one.Serial == named.Serial && one.Vendor == named.Vendor && one.Originator == named.Originator {
			delete(c.open, number)
			c.controller.connected--
			return cip.Reply{Data: append(bytes.Clone(r.Data[2:10]), 0, 0)}
		}
	}
	return cip.Reply{Status: failure(0x0107)}
}

// route answers as the controller's Message Router does; room is how long the reply may be. The caller holds the mutex.
func (c *Controller) route(r cip.Request, room int) []byte {
	c.asked[r.Service]++
	segments, ok := cip.ParsePath(r.Path)
	switch {
	case !ok || len(segments) == 0:
		return reply(r, refusal(cip.PathSegmentError))
	case segments[0].Kind == cip.Class && segments[0].Number == cip.RouterClass && r.Service == cip.MultipleService:
		return c.several(r, room)
	case segments[0].Kind == cip.Class && segments[0].Number == cip.IdentityClass:
		return reply(r, c.identity(r))
	case segments[0].Kind == cip.Class && segments[0].Number == cip.TemplateClass && len(segments) == 2:
		return reply(r, c.memory.template(r, uint16(segments[1].Number), room))
	case r.Service == cip.GetInstanceAttribute:
		return reply(r, c.symbols(r, segments, room))
	case c.Fault() == faulty.Refusing:
		return reply(r, refusal(cip.Privilege))
	default:
		return reply(r, c.memory.tag(r, room))
	}
}

// several answers several requests in one.
func (c *Controller) several(r cip.Request, room int) []byte {
	requests, err := cip.ParseMultiple(nil, r.Data)
	if err != nil || c.options.Alone {
		return reply(r, refusal(cip.NotSupported))
	}
	answer := cip.Reply{}
	replies := make([][]byte, len(requests))
	room -= 4 + 2 + 2*len(requests)
	for i, one := range requests {
		asked, err := cip.ParseRequest(one)
		if err != nil {
			return reply(r, refusal(cip.PathSegmentError))
		}
		if room < 8 {
			return reply(r, refusal(cip.ReplyTooLarge))
		}
		replies[i] = c.route(asked, room)
		room -= len(replies[i])
		if replies[i][2] != cip.Success {
			answer.Status.General = cip.Embedded
		}
	}
	answer.Data = cip.AppendReplies(nil, replies...)
	return reply(r, answer)
}

// identity answers for the Identity object.
func (c *Controller) identity(r cip.Request) cip.Reply {
	switch r.Service {
	case cip.GetAttributesAll:
		return cip.Reply{Data: c.options.Identity.Append(nil)}
	case cip.GetAttributeSingle:
		return cip.Reply{Data: binary.LittleEndian.AppendUint16(nil, c.options.Identity.Status)}
	default:
		return refusal(cip.NotSupported)
	}
}

// symbols lists tags.
func (c *Controller) symbols(r cip.Request, segments []cip.Segment, room int) cip.Reply {
	program := ""
	if segments[0].Name != "" {
		program, segments = segments[0].Name, segments[1:]
	}
	if len(segments) != 2 || segments[0].Kind != cip.Class || segments[0].Number != cip.SymbolClass {
		return refusal(cip.PathSegmentError)
	}
	attributes, err := cip.ParseSymbolList(r.Data)
	if err != nil || c.options.Old && slices.Contains(attributes, cip.SymbolAccess) {
		return refusal(cip.AttributeList)
	}
	list, ok := c.memory.list(program, segments[1].Number)
	if !ok {
		return refusal(cip.PathSegmentError)
	}
	answer := cip.Reply{}
	for _, symbol := range list {
		if len(answer.Data)+len(symbol.Name)+32 > room {
			answer.Status.General = cip.Partial
			break
		}
		if answer.Data, ok = symbol.Append(answer.Data, attributes); !ok {
			return refusal(cip.AttributeList)
		}
	}
	return answer
}

// template answers for a template.
func (m *memory) template(r cip.Request, instance uint16, room int) cip.Reply {
	t, ok := m.templates[instance]
	switch {
	case !ok:
		return refusal(cip.PathUnknown)
	case r.Service == cip.GetAttributeList:
		return cip.Reply{Data: t.Shape.Append(nil)}
	case r.Service != cip.ReadTag || len(r.Data) < 6:
		return refusal(cip.NotSupported)
	}
	definition := t.AppendMembers(nil)
	offset := min(int(binary.LittleEndian.Uint32(r.Data)), len(definition))
	rest := definition[offset:]
	answer := cip.Reply{}
	if n := int(word(r.Data[4:])); len(rest) > n {
		rest = rest[:n]
	}
	if len(rest) > room-4 {
		rest, answer.Status.General = rest[:room-4], cip.Partial
	}
	answer.Data = rest
	return answer
}
