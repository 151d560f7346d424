package iec61850

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/holdfast-edge/holdfast/protocols"
	"github.com/holdfast-edge/holdfast/protocols/iec61850/assoc"
	"github.com/holdfast-edge/holdfast/protocols/iec61850/mms"
	"github.com/holdfast-edge/holdfast/protocols/iec61850/osi"
	"github.com/holdfast-edge/holdfast/tag"
)

// judge returns what an error of the association makes of a call: a refusal, or a fault with its scope.
func (s *session) judge(doing string, err error) error {
	if refusal, ok := errors.AsType[*mms.ServiceError](err); ok {
		return &protocols.Refusal{Quality: serviceQuality(refusal), Err: fmt.Errorf("%s: the device refuses: %w", doing, err)}
	}
	f := &protocols.Fault{Scope: protocols.ScopeUnit, Quality: tag.BadDecoding, Sent: true, Err: fmt.Errorf("%s: %w", doing, err)}
	if failure, ok := errors.AsType[*assoc.Failure](err); ok {
		f.Sent, f.Quality = failure.Sent, failureQuality(err)
		if s.conn.Err() != nil {
			f.Scope = protocols.ScopeSession
		}
	}
	return f
}

// failureQuality returns what a request without a response makes of the values.
func failureQuality(err error) tag.Quality {
	var ended *osi.Ended
	switch {
	case errors.Is(err, assoc.ErrTimeout), errors.Is(err, assoc.ErrBusy), errors.Is(err, context.DeadlineExceeded):
		return tag.BadTimeout
	case errors.Is(err, context.Canceled):
		return tag.BadShutdown
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, assoc.ErrClosed), errors.As(err, &ended):
		return tag.BadConnectionClosed
	default:
		return tag.BadCommunication
	}
}

// serviceQuality returns what a request that was refused as a whole makes of the values.
func serviceQuality(e *mms.ServiceError) tag.Quality {
	switch {
	case e.Rejected:
		return tag.BadNotSupported
	case e.IsAbsent():
		return tag.BadAddressUnknown
	case e.Class == mms.ClassAccess:
		return tag.BadAccessDenied
	case e.Class == mms.ClassResource:
		return tag.BadResponseTooLarge
	default:
		return tag.BadInvalidState
	}
}

// refusedQuality returns what a variable that was refused makes of its value.
func refusedQuality(e mms.AccessError) tag.Quality {
	switch e {
	case mms.ObjectUndefined, mms.NonExistent:
		return tag.BadAddressUnknown
	case mms.HardwareFault:
		return tag.BadDeviceFailure
	case mms.AccessDenied:
		return tag.BadAccessDenied
	case mms.TypeUnsupported, mms.TypeInconsistent:
		return tag.BadTypeMismatch
	case mms.AccessUnsupported:
		return tag.BadNotSupported
	case mms.ValueInvalid:
		return tag.BadOutOfRange
	default:
		return tag.BadInvalidState
	}
}

// refusal returns a variable that was refused, with what a person can do about it.
func refusal(doing string, e mms.AccessError, cause string) *protocols.Refusal {
	hint := ""
	switch {
	case cause != "":
		hint = ": " + cause
	case e == mms.AccessDenied:
		hint = ": it may be in local operation, or take this from another client only"
	case e == mms.TypeInconsistent:
		hint = ": compare the tag's type with what holdfast browse tells"
	case e == mms.NonExistent, e == mms.ObjectUndefined:
		hint = ": correct the tag's address; holdfast browse tells what there is"
	}
	return &protocols.Refusal{Quality: refusedQuality(e), Err: fmt.Errorf("%s: the device refuses: %v%s", doing, e, hint)}
}
