package opcua

import (
	"context"
	"fmt"

	"github.com/gopcua/opcua/id"
	"github.com/gopcua/opcua/ua"

	"github.com/holdfast-edge/holdfast/protocols"
	"github.com/holdfast-edge/holdfast/tag"
)

var _ protocols.Browser = (*session)(nil)

// Browse is described at protocols.Browser. The root is the server's Objects folder; below it are the nodes that it
// organises or consists of.
func (s *session) Browse(ctx context.Context, address string, found func(protocols.Item)) error {
	node := ua.NewNumericNodeID(0, id.ObjectsFolder)
	if address != "" {
		var a Address
		err := a.UnmarshalText([]byte(address))
		if err == nil {
			node, err = a.node(s.namespaces)
		}
		if err != nil {
			return &protocols.Refusal{Quality: tag.BadAddressInvalid, Err: fmt.Errorf("browse: %w", err)}
		}
	}
	references, err := s.below(ctx, "browse "+address, node)
	if err != nil {
		return err
	}
	return s.describeAll(ctx, references, found)
}

// describeAll describes what was found, as many at a time as the server takes. Values that are too large for one message
// are left out.
func (s *session) describeAll(ctx context.Context, references []*ua.ReferenceDescription, found func(protocols.Item)) error {
	size := perRequest(s.limits.perRead/attributesPerItem, &DeviceOptions{MaxPerRequest: itemsPerRead})
	for len(references) > 0 {
		n := min(size, len(references))
		err := s.describe(ctx, references[:n], true, found)
		if isTooMuch(err) && n > 1 {
			size = n / 2
			continue
		}
		if isTooMuch(err) {
			err = s.describe(ctx, references[:n], false, found)
		}
		if err != nil {
			return err
		}
		references = references[n:]
	}
	return nil
}

// below returns the objects and variables that a node organises or consists of.
func (s *session) below(ctx context.Context, doing string, node *ua.NodeID) (all []*ua.ReferenceDescription, err error) {
	seen := map[string]bool{}
	for _, kind := range [...]uint32{id.Organizes, id.Aggregates} {
		references, err := s.references(ctx, doing, node, kind)
		if err != nil {
			return nil, err
		}
		for _, r := range references {
			if key := r.NodeID.NodeID.String(); !seen[key] && !r.NodeID.HasServerIndex() {
				seen[key] = true
				all = append(all, r)
			}
		}
	}
	return all, nil
}

// referencesPerReply is how many references a server may send at once.
const referencesPerReply = 1000

// references follows the references of a kind.
func (s *session) references(ctx context.Context, doing string, node *ua.NodeID, kind uint32) ([]*ua.ReferenceDescription, error) {
	response, err := s.ask(ctx, doing, &ua.BrowseRequest{
		View: &ua.ViewDescription{ViewID: ua.NewTwoByteNodeID(0)}, RequestedMaxReferencesPerNode: referencesPerReply,
		NodesToBrowse: []*ua.BrowseDescription{{
			NodeID: node, BrowseDirection: ua.BrowseDirectionForward, ReferenceTypeID: ua.NewNumericNodeID(0, kind), IncludeSubtypes: true,
			NodeClassMask: uint32(ua.NodeClassObject | ua.NodeClassVariable), ResultMask: uint32(ua.BrowseResultMaskAll),
		}},
	})
	first, err := reply[*ua.BrowseResponse](doing, response, err)
	if err != nil {
		return nil, err
	}
	results := first.Results
	var all []*ua.ReferenceDescription
	for {
		if len(results) != 1 {
			return nil, faultOf(doing, fmt.Errorf("%w: %d results", ua.StatusBadDecodingError, len(results)))
		}
		if status := results[0].StatusCode; tag.FromStatusCode(uint32(status)).IsBad() {
			return nil, faultOf(doing, status)
		}
		all = append(all, results[0].References...)
		if len(all) > protocols.MaxBrowsed {
			return nil, protocols.TooMany(doing)
		}
		if len(results[0].ContinuationPoint) == 0 {
			return all, nil
		}
		if results, err = s.browseOn(ctx, doing, results[0].ContinuationPoint); err != nil {
			return nil, err
		}
	}
}

func (s *session) browseOn(ctx context.Context, doing string, from []byte) ([]*ua.BrowseResult, error) {
	response, err := s.ask(ctx, doing, &ua.BrowseNextRequest{ContinuationPoints: [][]byte{from}})
	next, err := reply[*ua.BrowseNextResponse](doing, response, err)
	if err != nil {
		return nil, err
	}
	return next.Results, nil
}

// What is read of each variable to describe it.
const (
	attributesPerItem = 3
	itemsPerRead      = 500
)

// describe tells what was found, with type and access of variables, and their values. Where it fails it has told nothing.
func (s *session) describe(ctx context.Context, references []*ua.ReferenceDescription, values bool, found func(protocols.Item)) error {
	var ids []*ua.ReadValueID
	for _, r := range references {
		if r.NodeClass != ua.NodeClassVariable {
			continue
		}
		ids = append(ids, attributeID(local(r), ua.AttributeIDDataType), attributeID(local(r), ua.AttributeIDUserAccessLevel))
		if values {
			ids = append(ids, valueID(local(r)))
		}
	}
	var results []*ua.DataValue
	if len(ids) > 0 {
		var err error
		if results, err = s.attributes(ctx, "read what was found", ids...); err != nil {
			return err
		}
	}
	for _, r := range references {
		item := protocols.Item{Address: addressOf(local(r)).String(), Name: r.DisplayName.Text, Folder: r.NodeClass == ua.NodeClassObject}
		if item.Name == "" {
			item.Name = r.BrowseName.Name
		}
		if r.NodeClass == ua.NodeClassVariable {
			item.Type, item.Writable = typeName(results[0]), isWritable(results[1])
			results = results[2:]
			if values {
				item.Value, _ = (&point{}).value(results[0])
				results = results[1:]
			}
		}
		found(item)
	}
	return nil
}

// local returns the node of a reference, which is at the server itself.
func local(r *ua.ReferenceDescription) *ua.NodeID { return ua.NewNodeIDFromExpandedNodeID(r.NodeID) }

// typeName returns a data type as a tag's type is configured; empty for one that need not or cannot be.
func typeName(d *ua.DataValue) string {
	node, _ := d.Value.Value().(*ua.NodeID)
	if b := builtinOfNode(node); b != nil {
		return b.name
	}
	return ""
}

func isWritable(d *ua.DataValue) bool {
	access, _ := d.Value.Value().(byte)
	return ua.AccessLevelType(access)&ua.AccessLevelTypeCurrentWrite != 0
}
