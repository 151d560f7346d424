package channel

import (
	"encoding/binary"
	"errors"

	"github.com/gopcua/opcua/ua"

	"github.com/holdfast-edge/holdfast/protocols"
)

// What a tap is told of a channel are its messages as they are before they are encrypted, in frames of their own:
//
//	length uint32  request uint32  message (type and content, as in OPC 10000-6 §5.2)
//
// Sessions' tokens, nonces, signatures and users' credentials are left out. Keys and the frames that agree upon them are
// not told: they would protect nothing when it is played again.
const tellHead = 8

// AppendTold appends a message as taps are told.
func AppendTold(dst []byte, request uint32, body []byte) []byte {
	dst = binary.BigEndian.AppendUint32(dst, uint32(4+len(body)))
	return append(binary.BigEndian.AppendUint32(dst, request), body...)
}

// ErrTold says that octets are none that a tap was told.
var ErrTold = errors.New("these are no messages as a recording has them")

// ParseTold takes the first message off what a tap was told and returns its length; 0 asks for more.
func ParseTold(told []byte) (request uint32, body []byte, length int, err error) {
	if len(told) < tellHead {
		return 0, nil, 0, nil
	}
	size := binary.BigEndian.Uint32(told)
	if size < 4 || size > messageLimit+4 {
		return 0, nil, 0, ErrTold
	}
	if length = 4 + int(size); len(told) < length {
		return 0, nil, 0, nil
	}
	return binary.BigEndian.Uint32(told[4:]), told[tellHead:length], length, nil
}

// tellSent tells the tap of a request.
func (c *Channel) tellSent(r ua.Request, number uint32) {
	if c.tap == nil || !c.tap.Active() {
		return
	}
	note := protocols.Sent
	header := r.Header()
	r.SetHeader(&ua.RequestHeader{
		AuthenticationToken: ua.NewTwoByteNodeID(0), Timestamp: header.Timestamp, RequestHandle: number, TimeoutHint: header.TimeoutHint,
	})
	shown, masked := withoutSecrets(r)
	if masked {
		note |= protocols.Masked
	}
	body, err := encode(shown)
	r.SetHeader(header)
	if err == nil {
		c.tap.Note(note, AppendTold(nil, number, body))
	}
}

// withoutSecrets returns the request, or a copy of it without what is secret.
func withoutSecrets(r ua.Request) (shown ua.Request, masked bool) {
	switch r := r.(type) {
	case *ua.CreateSessionRequest:
		c := *r
		c.ClientNonce = nil
		return &c, true
	case *ua.ActivateSessionRequest:
		c := *r
		c.ClientSignature, c.UserTokenSignature = &ua.SignatureData{}, &ua.SignatureData{}
		c.UserIdentityToken = ua.NewExtensionObject(&ua.AnonymousIdentityToken{})
		return &c, true
	}
	return r, false
}

// tellReceived tells the tap of a response.
func (c *Channel) tellReceived(number uint32, body []byte) {
	if c.tap == nil || !c.tap.Active() {
		return
	}
	note := protocols.Received
	switch serviceOf(body) {
	case createSessionResponse, activateSessionResponse:
		note |= protocols.Masked
		body = responseWithoutSecrets(body)
	case openChannelResponse:
		return
	}
	c.tap.Note(note, AppendTold(nil, number, body))
}

// responseWithoutSecrets returns a response without what is secret; of one that cannot be read nothing but its type.
func responseWithoutSecrets(body []byte) []byte {
	response, err := read(body)
	if err == nil {
		switch r := response.(type) {
		case *ua.CreateSessionResponse:
			r.AuthenticationToken, r.ServerNonce, r.ServerSignature = ua.NewTwoByteNodeID(0), nil, &ua.SignatureData{}
		case *ua.ActivateSessionResponse:
			r.ServerNonce = nil
		}
		if body, err = encode(response); err == nil {
			return body
		}
	}
	return body[:min(len(body), 4)]
}

// tell tells the tap of the channel's beginning or end.
func (c *Channel) tell(n protocols.Note) {
	if c.tap != nil {
		c.tap.Note(n, nil)
	}
}
