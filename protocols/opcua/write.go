package opcua

import (
	"context"
	"fmt"

	"github.com/gopcua/opcua/ua"

	"github.com/holdfast-edge/holdfast/protocols"
	"github.com/holdfast-edge/holdfast/tag"
)

// Write is described at protocols.Session. A server that was never asked for the tag is asked first what type it keeps,
// unless the configuration says.
func (s *session) Write(ctx context.Context, to protocols.Point, v tag.Value) error {
	p, doing := to.(*point), "write "+to.(*point).name
	node, err := p.address.node(s.namespaces)
	if err != nil {
		return &protocols.Refusal{Quality: tag.BadAddressUnknown, Err: fmt.Errorf("%s: %w", doing, err)}
	}
	if known, _ := p.target(); known == nil && !v.IsNull() {
		if err := s.learnType(ctx, p, node); err != nil {
			return err
		}
	}
	variant, err := p.written(v)
	if err != nil {
		return &protocols.Refusal{Quality: tag.BadOutOfRange, Err: fmt.Errorf("%s: %w", doing, err)}
	}
	response, err := s.ask(ctx, doing, &ua.WriteRequest{NodesToWrite: []*ua.WriteValue{{
		NodeID: node, AttributeID: ua.AttributeIDValue, Value: &ua.DataValue{EncodingMask: ua.DataValueValue, Value: variant},
	}}})
	written, err := reply[*ua.WriteResponse](doing, response, err)
	if err != nil {
		return err
	}
	if len(written.Results) != 1 {
		return faultOf(doing, fmt.Errorf("%w: %d results", ua.StatusBadDecodingError, len(written.Results)))
	}
	return p.outcome(doing, written.Results[0])
}

// outcome returns what a server's status makes of a write.
func (p *point) outcome(doing string, status ua.StatusCode) error {
	if !tag.FromStatusCode(uint32(status)).IsBad() {
		return nil
	}
	if status == ua.StatusBadTimeout {
		return faultOf(doing, status) // the server waited for somebody else: nobody knows
	}
	err := fmt.Errorf("%s (%s): the server says %w", doing, p.address, status)
	if hint := hintAt(status); hint != "" {
		err = fmt.Errorf("%w: %s", err, hint)
	}
	return &protocols.Refusal{Quality: badly(status), Err: err}
}

// hintAt returns what a person can do about a status.
func hintAt(status ua.StatusCode) string {
	switch status {
	case ua.StatusBadNotWritable:
		return "the node is read-only at the server"
	case ua.StatusBadUserAccessDenied:
		return "the user may not write it: log in as one who may, or give the right at the server"
	case ua.StatusBadTypeMismatch:
		return "the server keeps another type: remove the tag's type, or correct it"
	case ua.StatusBadNodeIDUnknown:
		return "the server has no such node: correct the address"
	case ua.StatusBadWriteNotSupported:
		return "the server takes the value only together with more than a client may say"
	default:
		return ""
	}
}

// learnType asks the server what a node keeps, and whether it may be written. A fault here is before anything was
// written.
func (s *session) learnType(ctx context.Context, p *point, node *ua.NodeID) error {
	doing := "ask for the type of " + p.name
	results, err := s.attributes(ctx, doing, valueID(node), attributeID(node, ua.AttributeIDDataType),
		attributeID(node, ua.AttributeIDValueRank), attributeID(node, ua.AttributeIDUserAccessLevel))
	if err != nil {
		return protocols.Unsent(err)
	}
	access, told := results[3].Value.Value().(byte)
	if told && ua.AccessLevelType(access)&ua.AccessLevelTypeCurrentWrite == 0 {
		return p.outcome("write "+p.name, ua.StatusBadNotWritable)
	}
	if p.keeps(results[0].Value); p.kept.Load() != 0 {
		return nil
	}
	if p.learnDataType(results[1].Value, results[2].Value) {
		return nil
	}
	err = fmt.Errorf("%s (%s): the server does not tell one that can be written: give the tag's type", doing, p.address)
	return &protocols.Refusal{Quality: tag.BadTypeMismatch, Err: err}
}

// learnDataType takes the type of a node without a value. It reports whether it is one that can be written.
func (p *point) learnDataType(dataType, rank *ua.Variant) bool {
	node, _ := dataType.Value().(*ua.NodeID)
	b := builtinOfNode(node)
	if b == nil {
		return false
	}
	kept := uint32(b.id)
	if n, ok := rank.Value().(int32); ok && n >= 0 {
		kept |= isArray
	}
	p.kept.Store(kept)
	return true
}
