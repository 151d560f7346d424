package opcua

import (
	"context"
	"encoding/binary"
	"net"
	"slices"

	"github.com/gopcua/opcua/ua"

	"github.com/holdfast-edge/holdfast/protocols"
	"github.com/holdfast-edge/holdfast/protocols/opcua/channel"
	"github.com/holdfast-edge/holdfast/protocols/record"
)

var _ record.Player = Driver{}

// Play is described at record.Player. Whatever protected the recorded session, it is played without security, to whoever
// logs in: keys and credentials are in no recording.
func (Driver) Play(ctx context.Context, r *record.Recording, listener net.Listener, o record.Options) error {
	return record.Play(ctx, unprotected(r), stage{listener}, o, services{})
}

// unprotected returns the recording with the endpoints that the server offered made one that needs no security.
func unprotected(r *record.Recording) *record.Recording {
	changed := &record.Recording{Header: r.Header, Frames: slices.Clone(r.Frames)}
	for i, f := range changed.Frames {
		if f.Note.Kind() == protocols.Received {
			changed.Frames[i].Data = withoutSecurity(f.Data)
		}
	}
	return changed
}

func withoutSecurity(told []byte) []byte {
	request, body, n, err := channel.ParseTold(told)
	if err != nil || n != len(told) {
		return told
	}
	response, err := channel.Decode(body)
	offers, ok := response.(*ua.GetEndpointsResponse)
	if err != nil || !ok || len(offers.Endpoints) == 0 {
		return told
	}
	offers.Endpoints = []*ua.EndpointDescription{open(offers.Endpoints[0])}
	if body, err = channel.Encode(offers); err != nil {
		return told
	}
	return channel.AppendTold(nil, request, body)
}

// open returns the endpoint without security, at which every kind of user logs in.
func open(e *ua.EndpointDescription) *ua.EndpointDescription {
	changed := *e
	changed.SecurityMode, changed.SecurityPolicyURI = ua.MessageSecurityModeNone, ua.SecurityPolicyURINone
	changed.UserIdentityTokens = nil
	for _, t := range [...]ua.UserTokenType{ua.UserTokenTypeAnonymous, ua.UserTokenTypeUserName, ua.UserTokenTypeCertificate} {
		changed.UserIdentityTokens = append(changed.UserIdentityTokens, &ua.UserTokenPolicy{
			PolicyID: t.String(), TokenType: t, SecurityPolicyURI: ua.SecurityPolicyURINone,
		})
	}
	return &changed
}

// services is the dialect of messages as taps are told them.
type services struct{}

// Request is described at record.Dialect.
func (services) Request(sent []byte) int {
	_, _, n, err := channel.ParseTold(sent)
	if err != nil {
		return -1
	}
	return n
}

// Reply is described at record.Dialect.
func (services) Reply(received []byte) (length int, number uint32, ok bool) {
	number, _, length, err := channel.ParseTold(received)
	return length, number, err == nil && length > 0
}

// Number is described at record.Dialect.
func (services) Number(request []byte) uint32 {
	number, _, _, _ := channel.ParseTold(request) // Request has found it whole
	return number
}

// Question is the service and what it asks; of services that say where and when they are called, or who by, the service
// alone.
func (services) Question(request []byte) string {
	_, body, _, _ := channel.ParseTold(request)
	service, content, ok := channel.Request(body)
	if !ok {
		return "?" + string(body)
	}
	if slices.Contains(personal(), service) {
		content = nil
	}
	return string(append(binary.BigEndian.AppendUint32(nil, service), content...))
}

// personal are the services whose content is another each time.
func personal() []uint32 {
	return []uint32{
		serviceOf(&ua.GetEndpointsRequest{}), serviceOf(&ua.CreateSessionRequest{}), serviceOf(&ua.ActivateSessionRequest{}),
		serviceOf(&ua.CloseSessionRequest{}), serviceOf(&ua.PublishRequest{}), serviceOf(&ua.HistoryReadRequest{}),
	}
}

func serviceOf(r ua.Request) uint32 { return uint32(ua.ServiceTypeID(r)) }

// Turn begins the recording anew with a session. What a subscription sent comes once a session.
func (services) Turn(question string) record.Turn {
	if len(question) >= 4 {
		switch binary.BigEndian.Uint32([]byte(question)) {
		case serviceOf(&ua.CreateSessionRequest{}):
			return record.Rewinds
		case serviceOf(&ua.PublishRequest{}):
			return record.Waits
		}
	}
	return record.Repeats
}

// Readdress gives a response the number of the request now.
func (s services) Readdress(dst, received, recorded, now []byte) []byte {
	number, body, n, err := channel.ParseTold(received)
	if err != nil || n == 0 {
		return append(dst, received...)
	}
	return channel.AppendTold(dst, number-s.Number(recorded)+s.Number(now), body)
}
