package opcua

import (
	"context"
	"fmt"

	"github.com/gopcua/opcua/id"
	"github.com/gopcua/opcua/ua"
)

// limits are how many nodes a server takes in one request; 0 is no limit, or one that it does not tell.
type limits struct {
	perRead, perMonitor, perHistory int
}

// operationLimits are the nodes that tell them (OPC 10000-5 §6.3.11).
func (l *limits) operationLimits() map[uint32]*int {
	return map[uint32]*int{
		id.Server_ServerCapabilities_OperationLimits_MaxNodesPerRead:            &l.perRead,
		id.Server_ServerCapabilities_OperationLimits_MaxMonitoredItemsPerCall:   &l.perMonitor,
		id.Server_ServerCapabilities_OperationLimits_MaxNodesPerHistoryReadData: &l.perHistory,
	}
}

// learn reads the server's namespaces and limits, each by itself: a server may read one node at a time only.
func (s *session) learn(ctx context.Context) error {
	names, err := s.capability(ctx, id.Server_NamespaceArray)
	if err != nil {
		return err
	}
	s.namespaces, _ = names.([]string)
	for node, limit := range s.limits.operationLimits() {
		told, err := s.capability(ctx, node)
		if err != nil {
			return err
		}
		if n, ok := told.(uint32); ok {
			*limit = int(min(n, 1<<20))
		}
	}
	return nil
}

// capability reads a node of the server itself; nil where the server does not have it.
func (s *session) capability(ctx context.Context, node uint32) (any, error) {
	doing := fmt.Sprintf("read i=%d", node)
	response, err := s.channel.Ask(ctx, &ua.ReadRequest{
		TimestampsToReturn: ua.TimestampsToReturnNeither,
		NodesToRead:        []*ua.ReadValueID{valueID(ua.NewNumericNodeID(0, node))},
	}, s.token, s.options.ConnectTimeout)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", doing, err)
	}
	read, ok := response.(*ua.ReadResponse)
	if !ok || len(read.Results) != 1 || read.Results[0].Value == nil {
		return nil, fmt.Errorf("%s: %w", doing, ua.StatusBadUnknownResponse)
	}
	return read.Results[0].Value.Value(), nil
}

// valueID asks for the value of a node.
func valueID(n *ua.NodeID) *ua.ReadValueID { return attributeID(n, ua.AttributeIDValue) }

func attributeID(n *ua.NodeID, a ua.AttributeID) *ua.ReadValueID {
	return &ua.ReadValueID{NodeID: n, AttributeID: a, DataEncoding: &ua.QualifiedName{}}
}

// perRequest returns the most nodes of a request: what the server says, within what the device says.
func perRequest(server int, o *DeviceOptions) int {
	n := max(o.MaxPerRequest, 1)
	if server > 0 {
		n = min(n, server)
	}
	return n
}
