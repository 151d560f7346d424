package channel

import (
	"fmt"
	"reflect"

	"github.com/gopcua/opcua/ua"
)

// responses are the types of what servers answer to the requests of this program, by the numbers of their encodings.
var responses = func() map[uint32]reflect.Type {
	types := map[uint32]reflect.Type{}
	for _, r := range [...]ua.Response{
		&ua.ServiceFault{}, &ua.OpenSecureChannelResponse{}, &ua.GetEndpointsResponse{}, &ua.CreateSessionResponse{},
		&ua.ActivateSessionResponse{}, &ua.CloseSessionResponse{}, &ua.ReadResponse{}, &ua.WriteResponse{},
		&ua.BrowseResponse{}, &ua.BrowseNextResponse{}, &ua.HistoryReadResponse{}, &ua.CreateSubscriptionResponse{},
		&ua.DeleteSubscriptionsResponse{}, &ua.CreateMonitoredItemsResponse{}, &ua.PublishResponse{},
	} {
		types[uint32(ua.ServiceTypeID(r))] = reflect.TypeOf(r).Elem()
	}
	return types
}()

// decode reads a response, once it is known to be well formed. It runs on the goroutine of whoever waits for it.
func decode(body []byte) (ua.Response, error) {
	response, err := read(body)
	if err != nil {
		return nil, fmt.Errorf("decode a response: %w: %w", ua.StatusBadDecodingError, err)
	}
	if status := response.Header().ServiceResult; status != ua.StatusOK {
		return nil, status
	}
	return response, nil
}

func read(body []byte) (ua.Response, error) {
	w := newWalker(body)
	w.expandedNodeID()
	if w.done() {
		return nil, w.err
	}
	id := new(ua.ExpandedNodeID)
	if _, err := id.Decode(body); err != nil {
		return nil, err
	}
	rest := w.rest
	t, ok := responses[id.NodeID.IntID()]
	if !ok || id.NodeID.Namespace() != 0 {
		return nil, fmt.Errorf("%w: %s is none of the responses that are asked for", errForm, id.NodeID)
	}
	if w.value(t); w.done() {
		return nil, w.err
	}
	response := reflect.New(t).Interface().(ua.Response)
	if _, err := ua.Decode(rest, response); err != nil {
		return nil, err
	}
	if response.Header() == nil {
		return nil, fmt.Errorf("%w: a response without a header", errForm)
	}
	return response, nil
}
