package iec104

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/holdfast-edge/holdfast/protocols"
	"github.com/holdfast-edge/holdfast/protocols/iec104/apdu"
	"github.com/holdfast-edge/holdfast/protocols/iec104/link"
	"github.com/holdfast-edge/holdfast/tag"
)

// errNoAnswer is why a station that does not answer in time is at fault.
var errNoAnswer = errors.New("the station does not answer within command_timeout")

// faultOf returns what an error of the link makes of a call.
func faultOf(doing string, err error) *protocols.Fault {
	f := &protocols.Fault{Scope: protocols.ScopeUnit, Quality: tag.BadCommunication, Sent: true, Err: fmt.Errorf("%s: %w", doing, err)}
	failure, isFailure := errors.AsType[*link.Failure](err)
	if isFailure {
		f.Sent = failure.Sent
	}
	switch {
	case errors.Is(err, errNoAnswer), errors.Is(err, context.DeadlineExceeded):
		f.Quality = tag.BadTimeout
	case errors.Is(err, context.Canceled):
		f.Quality = tag.BadShutdown
	case isFailure:
		f.Scope, f.Quality = protocols.ScopeSession, brokenQuality(err)
	}
	return f
}

// brokenFault is the fault of a session whose link is broken.
func brokenFault(doing string, err error) *protocols.Fault {
	return &protocols.Fault{
		Scope: protocols.ScopeSession, Quality: brokenQuality(err), Sent: true, Err: fmt.Errorf("%s: %w", doing, err),
	}
}

// brokenQuality returns what the end of a link makes of the values.
func brokenQuality(err error) tag.Quality {
	switch {
	case errors.Is(err, link.ErrTimeout):
		return tag.BadTimeout
	case errors.Is(err, io.EOF), errors.Is(err, link.ErrClosed):
		return tag.BadConnectionClosed
	default:
		return tag.BadCommunication
	}
}

// refusalOf returns what a negative answer of a station means, and what a person can do about it.
func refusalOf(doing string, cause apdu.Cause) *protocols.Refusal {
	q, hint := tag.BadInvalidState, "it may be blocked, in local operation, or selected by another control centre"
	switch cause {
	case apdu.UnknownType:
		q, hint = tag.BadNotSupported, "the station does not take this type: compare the tag's type and time_tag with its list of points"
	case apdu.UnknownCause:
		q, hint = tag.BadNotSupported, "the station does not know this request"
	case apdu.UnknownStation:
		q, hint = tag.BadAddressUnknown, "it has no such common address: correct the device's station"
	case apdu.UnknownObject:
		q, hint = tag.BadAddressUnknown, "it has no such object: correct the tag's address"
	}
	return &protocols.Refusal{Quality: q, Err: fmt.Errorf("%s: the station refuses: %v: %s", doing, cause, hint)}
}
