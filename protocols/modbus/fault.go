package modbus

import (
	"errors"
	"fmt"
	"io"

	"github.com/holdfast-edge/holdfast/protocols"
	"github.com/holdfast-edge/holdfast/protocols/modbus/link"
	"github.com/holdfast-edge/holdfast/protocols/modbus/wire"
	"github.com/holdfast-edge/holdfast/tag"
)

// qualityOf returns what an exception makes of the values that were asked for.
func qualityOf(e wire.Exception) tag.Quality {
	switch e {
	case wire.IllegalFunction, wire.NegativeAck:
		return tag.BadNotSupported
	case wire.IllegalAddress:
		return tag.BadAddressUnknown
	case wire.IllegalValue:
		return tag.BadOutOfRange
	case wire.DeviceBusy, wire.Acknowledge:
		return tag.BadTooManyOperations
	case wire.GatewayNoPath:
		return tag.BadNoCommunication
	case wire.GatewayNoResponse:
		return tag.BadTimeout
	default:
		return tag.BadDeviceFailure
	}
}

// refusal is an answer that says no.
type refusal struct {
	quality tag.Quality
	here    bool // it is about the address or the count: another read may succeed
	open    bool // what the device makes of the request is not decided
}

// refusalOf returns the refusal in the error of a call; ok is false where the device gave no usable answer.
func refusalOf(err error) (r refusal, ok bool) {
	if errors.Is(err, wire.ErrShort) {
		return refusal{quality: tag.BadAddressUnknown, here: true}, true
	}
	e, ok := errors.AsType[wire.Exception](err)
	if !ok || isGateways(e) {
		return r, false
	}
	return refusal{
		quality: qualityOf(e), open: e == wire.Acknowledge,
		here: e == wire.IllegalAddress || e == wire.IllegalValue,
	}, true
}

// isGateways reports whether an exception comes from a gateway, which speaks for a unit that did not answer.
func isGateways(e wire.Exception) bool { return e == wire.GatewayNoPath || e == wire.GatewayNoResponse }

// fault returns the fault of a call that got no usable answer; it reaches as far as the unit.
func (d *device) fault(doing string, c *link.Call) error {
	f := &protocols.Fault{
		Scope: protocols.ScopeUnit, Quality: tag.BadTimeout, Sent: true,
		Err: fmt.Errorf("unit %d: %s: %w", d.unit, doing, c.Err),
	}
	exception, refused := errors.AsType[wire.Exception](c.Err)
	switch {
	case refused:
		f.Quality = qualityOf(exception)
		f.Sent = exception != wire.GatewayNoPath
	case errors.Is(c.Err, link.ErrOwed):
		f.Sent = false
	case errors.Is(c.Err, wire.ErrMismatch):
		f.Quality = tag.BadUnknownResponse
	default:
		d.estimate.missed()
	}
	return f
}

// broken returns the fault of a link that cannot be used any more.
func broken(err error) error {
	f := &protocols.Fault{Scope: protocols.ScopeSession, Quality: tag.BadCommunication, Sent: true, Err: err}
	if b, ok := errors.AsType[*link.Broken](err); ok {
		f.Sent = b.Sent
	}
	if errors.Is(err, io.EOF) {
		f.Quality = tag.BadConnectionClosed
	}
	return f
}
