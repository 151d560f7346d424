package enip

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/holdfast-edge/holdfast/protocols"
	"github.com/holdfast-edge/holdfast/protocols/enip/cip"
	"github.com/holdfast-edge/holdfast/protocols/enip/link"
	"github.com/holdfast-edge/holdfast/tag"
)

// refused is why a tag has no value.
type refused struct {
	quality tag.Quality
	reason  error
}

// cutOff is that of an answer with fewer octets than the type has.
func cutOff() *refused {
	return &refused{tag.BadDecoding, fmt.Errorf("the controller sends fewer octets than the type has")}
}

// missing is that of an element that is not there.
func missing() *refused { return refusedBy(cip.Status{General: cip.PathUnknown}) }

// refusedBy returns what a status makes of a tag, and what a person can do about it.
func refusedBy(s cip.Status) *refused {
	q, hint := tag.BadDeviceFailure, ""
	switch s.General {
	case cip.PathSegmentError:
		q, hint = tag.BadAddressUnknown, "correct the address; a program's tag is Program:NAME.TAG"
	case cip.PathUnknown, cip.ObjectUnknown, cip.PathSize:
		q, hint = tag.BadAddressUnknown, "correct the address, or set the tag's External Access, which may be None"
	case cip.Privilege:
		q, hint = tag.BadAccessDenied, "External Access: None or Read Only, or the tag is a constant: change it in the controller's program"
	case cip.NotSupported, cip.AttributeNotSupported:
		q = tag.BadNotSupported
	case cip.ReplyTooLarge, cip.Partial:
		q, hint = tag.BadResponseTooLarge, "read fewer elements"
	case cip.NotEnoughData, cip.TooMuchData:
		q, hint = tag.BadTypeMismatch, "the tag may have changed: it is asked for its type again"
	case cip.StateConflict, cip.DeviceState:
		q, hint = tag.BadInvalidState, "look at the key switch and the controller's mode"
	case cip.ResourceUnavailable:
		q, hint = tag.BadTooManyOperations, "others may use the controller heavily"
	case cip.General:
		switch s.Extended {
		case cip.BeyondEnd:
			q, hint = tag.BadAddressUnknown, "correct the element or count"
		case cip.TypeMismatch:
			q, hint = tag.BadTypeMismatch, "it has changed in the controller, and is asked for its type again"
		}
	}
	if hint == "" {
		return &refused{q, s}
	}
	return &refused{q, fmt.Errorf("%w: %s", s, hint)}
}

// refusal returns a refusal of a call.
func (r *refused) refusal(doing string) *protocols.Refusal {
	return &protocols.Refusal{Quality: r.quality, Err: fmt.Errorf("%s: %w", doing, r.reason)}
}

// faultOf returns what an error of the link makes of a call.
func (s *session) faultOf(doing string, err error) *protocols.Fault {
	f := &protocols.Fault{Scope: protocols.ScopeUnit, Quality: tag.BadCommunication, Sent: true, Err: fmt.Errorf("%s: %w", doing, err)}
	failure, isFailure := errors.AsType[*link.Failure](err)
	if isFailure {
		f.Sent = failure.Sent
	}
	switch {
	case isFailure && failure.Broken && errors.Is(err, io.EOF):
		f.Scope, f.Quality = protocols.ScopeSession, tag.BadConnectionClosed
	case isFailure && failure.Broken:
		f.Scope = protocols.ScopeSession
	case errors.Is(err, context.Canceled):
		f.Quality = tag.BadShutdown
	case errors.Is(err, link.ErrNoAnswer), errors.Is(err, context.DeadlineExceeded):
		f.Quality = tag.BadTimeout
	}
	if status, ok := errors.AsType[cip.Status](err); ok {
		f.Quality, f.Err = tag.BadNoCommunication, fmt.Errorf("%s: %w%s", doing, err, s.hint(status))
	}
	return f
}

// unreached is the fault of a request that did not come through to the controller.
func (s *session) unreached(doing string, status cip.Status) *protocols.Fault {
	f := s.faultOf(doing, fmt.Errorf("path %v: %w", s.route, status))
	f.Sent = !status.Has(cip.ConnectionFailure, cip.PortUnknown) && !status.Has(cip.ConnectionFailure, cip.LinkUnknown) &&
		!status.Has(cip.ConnectionFailure, cip.SegmentInvalid)
	return f
}

// hint returns what a person can do about a way that is refused.
func (s *session) hint(status cip.Status) string {
	at := ""
	if s.identity.Name != "" {
		at = " at " + s.identity.String()
	}
	switch status.Extended {
	case cip.PortUnknown, cip.LinkUnknown, cip.SegmentInvalid:
		return at + ": correct path in the endpoint's query: 1 and the controller's slot, or none for a Micro800"
	case cip.RequestExpired:
		return at + ": look whether the controller is in that slot and has started"
	default:
		return at
	}
}

// undecodable is the fault of a session whose replies cannot be told apart.
func undecodable(doing string, err error) *protocols.Fault {
	return &protocols.Fault{Scope: protocols.ScopeSession, Quality: tag.BadDecoding, Sent: true, Err: fmt.Errorf("%s: %w", doing, err)}
}
