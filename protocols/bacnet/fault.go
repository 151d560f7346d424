package bacnet

import (
	"context"
	"errors"
	"fmt"

	"github.com/holdfast-edge/holdfast/protocols"
	"github.com/holdfast-edge/holdfast/protocols/bacnet/link"
	"github.com/holdfast-edge/holdfast/protocols/bacnet/wire"
	"github.com/holdfast-edge/holdfast/tag"
)

// errorOf returns what an error of the link makes of a call: a *protocols.Refusal for an answer that is no, else a
// *protocols.Fault.
func errorOf(doing string, sent bool, err error) error {
	if refused, ok := errors.AsType[*wire.Refusal](err); ok {
		return refusalOf(doing, refused)
	}
	f := &protocols.Fault{Scope: protocols.ScopeUnit, Quality: tag.BadDecoding, Sent: sent, Err: fmt.Errorf("%s: %w", doing, err)}
	_, isUnreachable := errors.AsType[*link.Unreachable](err)
	switch {
	case errors.Is(err, link.ErrNoAnswer), errors.Is(err, context.DeadlineExceeded):
		f.Quality = tag.BadTimeout
	case errors.Is(err, context.Canceled):
		f.Quality = tag.BadShutdown
	case isUnreachable:
		f.Quality = tag.BadNoCommunication
	case errors.Is(err, link.ErrClosed):
		f.Scope, f.Quality = protocols.ScopeSession, tag.BadConnectionClosed
	}
	return f
}

// advice is what an error code means, and what a person can do about it.
type advice struct {
	code    uint64
	quality tag.Quality
	hint    string
}

// advices are of the codes that have one.
func advices() []advice {
	return []advice{
		{wire.UnknownObject, tag.BadAddressUnknown, "it has no such object: correct the tag's address; holdfast browse lists what it has"},
		{wire.UnsupportedObjectType, tag.BadAddressUnknown, "it has no objects of this type: correct the tag's address"},
		{wire.UnknownProperty, tag.BadAddressUnknown, "the object has no such property: correct the tag's address"},
		{wire.InvalidArrayIndex, tag.BadAddressUnknown, "the array has no such element: correct the number in brackets"},
		{wire.PropertyIsNoArray, tag.BadAddressInvalid, "the property is no array: remove the brackets"},
		{wire.WriteAccessDenied, tag.BadNotWritable, "the property is read-only, or not while the object is in service: write to another object, or have its configuration changed"},
		{wire.ReadAccessDenied, tag.BadNotReadable, "it does not let the property be read"},
		{wire.ValueOutOfRange, tag.BadOutOfRange, "it does not take this value: give the tag min and max"},
		{wire.InvalidDataType, tag.BadTypeMismatch, "the property is of another type: correct the tag's type"},
		{wire.InvalidParameterDatatype, tag.BadTypeMismatch, "the property is of another type: correct the tag's type"},
		{wire.DatatypeNotSupported, tag.BadTypeMismatch, "it does not take this type: correct the tag's type"},
		{wire.NoSpaceToWrite, tag.BadResource, "it has no room for it"},
		{wire.NoSpaceForListElement, tag.BadTooManyOperations, "it has no room for another subscription"},
		{wire.ValueNotInitialized, tag.BadWaiting, "it has no value yet"},
		{wire.ConfigurationInProgress, tag.BadInvalidState, "it is being configured"},
		{wire.DeviceBusy, tag.BadTooManyOperations, "it is busy: ask it less often"},
		{wire.CommunicationDisabled, tag.BadInvalidState, "somebody has silenced it (DeviceCommunicationControl)"},
		{wire.ValueNotInThisState, tag.BadInvalidState, "it does not take this value as things are"},
	}
}

// refusalOf returns what a refusal of the device means.
func refusalOf(doing string, r *wire.Refusal) *protocols.Refusal {
	q, hint := tag.BadNotSupported, ""
	switch {
	case r.IsTooLong():
		q, hint = tag.BadResponseTooLarge, ": the answer is too long for it: read elements of the property one by one, as [1]"
	case r.Kind == wire.AbortPDU:
		q = tag.BadInvalidState
	case r.Kind == wire.ErrorPDU:
		q = tag.BadInvalidState
		for _, a := range advices() {
			if a.code == r.Code {
				q, hint = a.quality, ": "+a.hint
			}
		}
	case r.IsUnknownService():
		hint = ": it does not have the service"
	}
	return &protocols.Refusal{Quality: q, Err: fmt.Errorf("%s: %w%s", doing, r, hint)}
}

// isRefusal returns the device's own refusal in an error.
func isRefusal(err error) (*wire.Refusal, bool) { return errors.AsType[*wire.Refusal](err) }
