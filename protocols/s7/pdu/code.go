package pdu

import "fmt"

// Return is what became of one item.
type Return uint8

// The codes of items.
const (
	HardwareFault   Return = 0x01
	AccessDenied    Return = 0x03
	OutOfRange      Return = 0x05
	TypeUnsupported Return = 0x06
	TypeMismatch    Return = 0x07
	NotThere        Return = 0x0A
	OK              Return = 0xFF
)

// String returns the code in words.
func (r Return) String() string {
	switch r {
	case OK:
		return "done"
	case HardwareFault:
		return "hardware fault"
	case AccessDenied:
		return "access denied"
	case OutOfRange:
		return "address out of range"
	case TypeUnsupported:
		return "data type not supported"
	case TypeMismatch:
		return "data type or length does not fit"
	case NotThere:
		return "no such object"
	default:
		return fmt.Sprintf("code 0x%02X", uint8(r))
	}
}

// Error is why a whole job was refused: error class and code.
type Error uint16

// The errors that say what to do.
const (
	NoService    Error = 0x8104 // Siemens: not implemented, or not permitted
	PDUTooLarge  Error = 0x8500
	Protected    Error = 0xD241
	NoSuchBlock  Error = 0xD209
	NoSuchSZL    Error = 0xD401
	NoSuchIndex  Error = 0xD402
	NoSuchInfo   Error = 0xD404
	WrongRequest Error = 0x8304
)

// Error describes it.
func (e Error) Error() string {
	const form = "%s (error 0x%04X)"
	switch e {
	case NoService:
		return fmt.Sprintf(form, "the service is not there, or not permitted", uint16(e))
	case PDUTooLarge:
		return fmt.Sprintf(form, "the PDU is larger than agreed", uint16(e))
	case Protected:
		return fmt.Sprintf(form, "the protection level forbids it", uint16(e))
	case NoSuchBlock:
		return fmt.Sprintf(form, "no such block", uint16(e))
	case NoSuchSZL, NoSuchIndex, NoSuchInfo:
		return fmt.Sprintf(form, "no such part of the system status list", uint16(e))
	default:
		return fmt.Sprintf(form, "the PLC refuses the job", uint16(e))
	}
}
