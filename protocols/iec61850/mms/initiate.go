package mms

import (
	"fmt"

	"github.com/holdfast-edge/holdfast/protocols/iec61850/ber"
)

// Initiate is what a side offers, or has agreed to, at the beginning of an association (§8.2).
type Initiate struct {
	MaxPDU      int // octets of a PDU
	Outstanding int // requests without a response that the called side takes
}

// maxNesting is how deep values may lie in each other.
const nesting = 10

// parameters are those of MMS that are needed: arrays and structures to any depth, named variables, alternate access is not.
func parameters() []byte { return ber.Wrap(0x81, []byte{5, 0xF1, 0x00}) }

// services are bit strings of the services that each side knows; the bits are the numbers of their tags.
func services(server bool) []byte {
	d := BitsOf(85, 79, 83) // information reports; conclude
	if server {
		d = BitsOf(85, 1, 2, 4, 5, 6, 12, 79, 83)
	}
	return ber.Wrap(0x82, []byte{byte(-d.Size & 7)}, d.Octets)
}

// Append appends what a side says: the one that calls, or the one that is called and agrees.
func (i Initiate) Append(dst []byte, form Form) []byte {
	detail := ber.Wrap(0xA4, ber.Int(0x80, 1), parameters(), services(form == InitiateResponse))
	return ber.Append(dst, uint32(form), ber.Int(0x80, int64(i.MaxPDU)), ber.Int(0x81, int64(i.Outstanding)),
		ber.Int(0x82, int64(i.Outstanding)), ber.Int(0x83, nesting), detail)
}

// minPDU is the least size of a PDU that anything fits into.
const minPDU = 256

// ParseInitiate reads what the other side says. offered is what this side had said, which holds where the other is silent.
func ParseInitiate(b []byte, form Form, offered Initiate) (agreed Initiate, err error) {
	p, err := Parse(b)
	if err != nil {
		return offered, err
	}
	if p.Form == InitiateError {
		return offered, fmt.Errorf("%w: the device refuses to initiate", ErrPDU)
	}
	if p.Form != form {
		return offered, fmt.Errorf("%w: tag %X where an initiate is due", ErrPDU, uint8(p.Form))
	}
	agreed = offered
	if n, err := ber.ParseInt(ber.Find(p.Body, 0x80)); err == nil && n > 0 {
		agreed.MaxPDU = int(min(n, int64(offered.MaxPDU)))
	}
	if n, err := ber.ParseInt(ber.Find(p.Body, 0x82)); err == nil && n > 0 {
		agreed.Outstanding = int(min(n, int64(offered.Outstanding)))
	}
	if agreed.MaxPDU < minPDU {
		return agreed, fmt.Errorf("%w: the device takes PDUs of %d octets only, which nothing fits into", ErrPDU, agreed.MaxPDU)
	}
	return agreed, nil
}
