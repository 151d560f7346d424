package s7

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/holdfast-edge/holdfast/protocols"
	"github.com/holdfast-edge/holdfast/protocols/s7/link"
	"github.com/holdfast-edge/holdfast/protocols/s7/pdu"
	"github.com/holdfast-edge/holdfast/tag"
)

// qualityOf returns what the code of an item makes of its values.
func qualityOf(code pdu.Return) tag.Quality {
	switch code {
	case pdu.AccessDenied:
		return tag.BadAccessDenied
	case pdu.OutOfRange, pdu.NotThere:
		return tag.BadAddressUnknown
	case pdu.TypeUnsupported:
		return tag.BadNotSupported
	case pdu.TypeMismatch:
		return tag.BadTypeMismatch
	default:
		return tag.BadDeviceFailure
	}
}

// isAbsence reports whether a code is about the place, so that another read may succeed.
func isAbsence(code pdu.Return) bool { return code != pdu.AccessDenied && code != pdu.HardwareFault }

const permit = "on an S7-1200 or S7-1500 permit access with PUT/GET communication from remote partners (properties of the CPU, " +
	"protection & security), and give full access or choose a protection level without a password"

// causeOf says what is wrong with a place, and what to do about it: octets is where it ends.
func causeOf(code pdu.Return, area pdu.Area, db uint16, octets int) error {
	block := blockName(area, db)
	switch {
	case isAbsence(code) && area == pdu.DB:
		return fmt.Errorf("the PLC says %q: %s does not exist, is shorter than %d octets, or has \"optimized block access\" switched on", code, block, octets)
	case isAbsence(code) && area.IsNumbered():
		return fmt.Errorf("the PLC says %q: of %s there are fewer than %d, or none at all as on an S7-1200", code, block, octets/2)
	case isAbsence(code):
		return fmt.Errorf("the PLC says %q: %s are shorter than %d octets", code, block, octets)
	case code == pdu.AccessDenied && area == pdu.DB:
		return fmt.Errorf("the PLC says %q: %s may be write-protected or in protected memory; else %s", code, block, permit)
	case code == pdu.AccessDenied:
		return fmt.Errorf("the PLC says %q: %s", code, permit)
	default:
		return fmt.Errorf("the PLC says %q", code)
	}
}

// refusedJob returns what the error of a whole job means.
func refusedJob(e pdu.Error) (tag.Quality, error) {
	switch e {
	case pdu.NoService, pdu.Protected:
		return tag.BadAccessDenied, fmt.Errorf("%w: %s", e, permit)
	case pdu.PDUTooLarge:
		return tag.BadResponseTooLarge, fmt.Errorf("%w: give the endpoint a smaller pdu_size", e)
	default:
		return tag.BadDeviceFailure, e
	}
}

// refusal returns what the code of an item that was asked for by itself means.
func (p *point) refusal(doing string, code pdu.Return) error {
	a := p.address
	return &protocols.Refusal{
		Quality: qualityOf(code), Err: fmt.Errorf("%s %s: %w", doing, p.name, causeOf(code, a.Area, a.DB, p.first()+p.octets)),
	}
}

// fault returns the fault of a call that got no usable answer.
func (s *session) fault(doing string, sent bool, err error) *protocols.Fault {
	f := &protocols.Fault{Scope: protocols.ScopeUnit, Quality: tag.BadTimeout, Sent: sent, Err: fmt.Errorf("%s: %w", doing, err)}
	if s.conn.Err() != nil {
		f.Scope, f.Quality = protocols.ScopeSession, tag.BadCommunication
	}
	switch {
	case errors.Is(err, link.ErrTimeout), errors.Is(err, context.DeadlineExceeded):
		f.Quality = tag.BadTimeout
	case errors.Is(err, context.Canceled):
		f.Quality = tag.BadShutdown
	case errors.Is(err, io.EOF), errors.Is(err, link.ErrClosed):
		f.Quality = tag.BadConnectionClosed
	}
	return f
}

// mistrusted is the fault of a session whose PLC gives an answer that is none.
func mistrusted(doing string, err error) *protocols.Fault {
	return &protocols.Fault{
		Scope: protocols.ScopeSession, Quality: tag.BadUnknownResponse, Sent: true, Err: fmt.Errorf("%s: %w", doing, err),
	}
}
