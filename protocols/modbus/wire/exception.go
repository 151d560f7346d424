package wire

import "fmt"

// Exception is the code by which a device refuses a request (AP §7). It is an error.
type Exception byte

// The exceptions.
const (
	IllegalFunction   Exception = 0x01 // the device does not know the function
	IllegalAddress    Exception = 0x02 // some address asked for is not there
	IllegalValue      Exception = 0x03 // a value or a count is not allowed
	DeviceFailure     Exception = 0x04 // the device failed while doing it
	Acknowledge       Exception = 0x05 // the device has begun and is not done yet
	DeviceBusy        Exception = 0x06 // the device is busy with a long command
	NegativeAck       Exception = 0x07 // the device cannot do it; of older devices
	MemoryParity      Exception = 0x08 // the device's memory is damaged
	GatewayNoPath     Exception = 0x0A // the gateway has no line to the unit
	GatewayNoResponse Exception = 0x0B // the gateway got no answer from the unit
)

const exceptionPDULength = 2

// Error returns the exception in words, with its code.
func (e Exception) Error() string { return fmt.Sprintf("%s (exception %d)", e.words(), byte(e)) }

func (e Exception) words() string {
	switch e {
	case IllegalFunction:
		return "the device does not know this function"
	case IllegalAddress:
		return "the device does not have this address"
	case IllegalValue:
		return "the device does not allow this value or count"
	case DeviceFailure:
		return "the device failed while doing it"
	case Acknowledge:
		return "the device has begun and is not done yet"
	case DeviceBusy:
		return "the device is busy"
	case NegativeAck:
		return "the device cannot do it"
	case MemoryParity:
		return "the device found its memory damaged"
	case GatewayNoPath:
		return "the gateway has no path to the unit"
	case GatewayNoResponse:
		return "the gateway got no answer from the unit"
	default:
		return "the device refused for a reason of its own"
	}
}

// AppendException appends the PDU that refuses a request of function f.
func AppendException(dst []byte, f Function, e Exception) []byte {
	return append(dst, byte(f)|refused, byte(e))
}
