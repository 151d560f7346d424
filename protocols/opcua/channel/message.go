package channel

import (
	"reflect"

	"github.com/gopcua/opcua/ua"
)

// The types of messages that are looked at before they are decoded, by the numbers of their encodings.
var (
	createSessionResponse   = uint32(ua.ServiceTypeID(&ua.CreateSessionResponse{}))
	activateSessionResponse = uint32(ua.ServiceTypeID(&ua.ActivateSessionResponse{}))
	openChannelResponse     = uint32(ua.ServiceTypeID(&ua.OpenSecureChannelResponse{}))
)

// serviceOf returns the type of a message; 0 where it is none of the standard's.
func serviceOf(body []byte) uint32 {
	service, _ := split(body)
	return service
}

// split takes the type off a message.
func split(body []byte) (service uint32, rest []byte) {
	w := newWalker(body)
	w.expandedNodeID()
	if w.done() {
		return 0, nil
	}
	id := new(ua.ExpandedNodeID)
	if _, err := id.Decode(body); err != nil || id.NodeID.Namespace() != 0 {
		return 0, nil
	}
	return id.NodeID.IntID(), w.rest
}

// Request takes a request apart: its type, and what it asks, without the header, which is another each time. ok is false
// where it is none.
func Request(body []byte) (service uint32, content []byte, ok bool) {
	service, rest := split(body)
	w := newWalker(rest)
	w.value(reflect.TypeFor[ua.RequestHeader]())
	if service == 0 || w.done() {
		return 0, nil, false
	}
	return service, w.rest, true
}

// Decode reads a response. It is safe for any octets.
func Decode(body []byte) (ua.Response, error) { return read(body) }

// Encode is the inverse of Decode.
func Encode(r ua.Response) ([]byte, error) { return encode(r) }
