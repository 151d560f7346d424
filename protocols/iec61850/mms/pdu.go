package mms

import (
	"fmt"
	"math"

	"github.com/holdfast-edge/holdfast/protocols/iec61850/ber"
)

// Form is what a PDU is: its tag (§7.1).
type Form uint8

// The forms.
const (
	ConfirmedRequest  Form = 0xA0
	ConfirmedResponse Form = 0xA1
	ConfirmedError    Form = 0xA2
	Unconfirmed       Form = 0xA3
	Reject            Form = 0xA4
	InitiateRequest   Form = 0xA8
	InitiateResponse  Form = 0xA9
	InitiateError     Form = 0xAA
	ConcludeRequest   Form = 0x8B
	ConcludeResponse  Form = 0x8C
	ConcludeError     Form = 0xAD
)

// PDU is one.
type PDU struct {
	Form   Form
	Invoke uint32 // of what is confirmed, and of a Reject: which request it belongs to
	Tag    uint32 // of the service
	Body   []byte // what the service says
}

// Parse reads a PDU. What a service says is read by the functions of the service.
func Parse(b []byte) (p PDU, err error) {
	e, rest, err := ber.Parse(b)
	if err != nil {
		return p, err
	}
	if len(rest) > 0 || e.Tag > 0xFF {
		return p, fmt.Errorf("%w: tag %X, and %d octets behind it", ErrPDU, e.Tag, len(rest))
	}
	p.Form = Form(e.Tag)
	switch p.Form {
	case ConfirmedRequest, ConfirmedResponse:
		err = p.confirmed(e.Content, 0x02)
		return p, err
	case ConfirmedError, Reject:
		err = p.confirmed(e.Content, 0x80)
		return p, err
	case Unconfirmed:
		e, _, err = ber.Parse(e.Content)
		p.Tag, p.Body = e.Tag, e.Content
		return p, err
	case InitiateRequest, InitiateResponse, InitiateError, ConcludeRequest, ConcludeResponse, ConcludeError:
		p.Body = e.Content
		return p, nil
	default:
		return p, fmt.Errorf("%w: tag %X", ErrPDU, e.Tag)
	}
}

// confirmed reads the number, and the service after it. A Reject may have no number, and modifiers stand between.
func (p *PDU) confirmed(b []byte, tag uint32) error {
	elements, err := ber.All(b)
	if err != nil {
		return err
	}
	if len(elements) > 0 && elements[0].Tag == tag {
		n, err := ber.ParseInt(elements[0].Content)
		if err != nil || n < 0 || n > math.MaxUint32 {
			return fmt.Errorf("%w: %d is no number of a request", ErrPDU, n)
		}
		p.Invoke, elements = uint32(n), elements[1:]
	} else if p.Form != Reject {
		return fmt.Errorf("%w: no number of a request", ErrPDU)
	}
	if len(elements) == 0 {
		return fmt.Errorf("%w: no service", ErrPDU)
	}
	last := elements[len(elements)-1]
	p.Tag, p.Body = last.Tag, last.Content
	return nil
}

// Request returns a request of a service, which is an element of its own.
func Request(invoke uint32, service []byte) []byte {
	return ber.Wrap(uint32(ConfirmedRequest), ber.Int(0x02, int64(invoke)), service)
}

// Response returns the response to a request.
func Response(invoke uint32, service []byte) []byte {
	return ber.Wrap(uint32(ConfirmedResponse), ber.Int(0x02, int64(invoke)), service)
}

// Refuse returns an error in the place of a response.
func Refuse(invoke uint32, e *ServiceError) []byte {
	return ber.Wrap(uint32(ConfirmedError), ber.Int(0x80, int64(invoke)), ber.Wrap(0xA2, ber.Wrap(0xA0, ber.Int(primitive|uint32(e.Class), int64(e.Code)))))
}

// Renumbered returns a PDU with another number, where it has one.
func Renumbered(pdu []byte, invoke uint32) []byte {
	p, err := Parse(pdu)
	if err != nil || p.Form != ConfirmedRequest && p.Form != ConfirmedResponse && p.Form != ConfirmedError && p.Form != Reject {
		return pdu
	}
	e, _, _ := ber.Parse(pdu) // it was parsed before
	number, rest, err := ber.Parse(e.Content)
	if err != nil || number.Tag != 0x02 && number.Tag != 0x80 {
		return pdu
	}
	return ber.Wrap(e.Tag, ber.Int(number.Tag, int64(invoke)), rest)
}

// Conclude and Concluded end an association in good order.
func Conclude() []byte { return ber.Wrap(uint32(ConcludeRequest)) }

// Concluded answers Conclude.
func Concluded() []byte { return ber.Wrap(uint32(ConcludeResponse)) }

// ServiceError is why a request was refused as a whole (§7.4.3).
type ServiceError struct {
	Class, Code uint8
	Rejected    bool // the device did not understand the request: class and code are those of a Reject (§7.3.6)
}

// The classes that are told apart.
const (
	ClassDefinition = 2
	ClassResource   = 3
	ClassService    = 4
	ClassAccess     = 7
)

// IsAbsent reports whether the error says that there is no such object.
func (e *ServiceError) IsAbsent() bool {
	const undefined, nonExistent = 1, 2
	return !e.Rejected && (e.Class == ClassDefinition && e.Code == undefined || e.Class == ClassAccess && e.Code == nonExistent)
}

// Error tells class and code, in words where they are usual ones.
func (e *ServiceError) Error() string {
	if e.Rejected {
		return fmt.Sprintf("it rejects the request: reason %d of kind %d", e.Code, e.Class)
	}
	classes := [...]string{
		"vmd state", "application reference", "definition", "resource", "service", "service preempt", "time resolution", "access",
		"initiate", "conclude", "cancel", "file", "others",
	}
	words := map[[2]uint8]string{
		{ClassDefinition, 1}: "object undefined", {ClassDefinition, 3}: "type unsupported", {ClassDefinition, 4}: "type inconsistent",
		{ClassResource, 0}: "other", {ClassResource, 1}: "memory unavailable", {ClassResource, 4}: "capability unavailable",
		{ClassService, 3}: "object constraint conflict", {ClassService, 5}: "continuation invalid",
		{ClassAccess, 1}: "object access unsupported", {ClassAccess, 2}: "object non-existent", {ClassAccess, 3}: "object access denied",
	}
	class := fmt.Sprintf("class %d", e.Class)
	if int(e.Class) < len(classes) {
		class = classes[e.Class]
	}
	if word, ok := words[[2]uint8{e.Class, e.Code}]; ok {
		return class + ": " + word
	}
	return fmt.Sprintf("%s: code %d", class, e.Code)
}

// Err returns the error that a ConfirmedError or a Reject is; nil for what is none.
func (p *PDU) Err() error {
	var choice []byte
	switch p.Form {
	case ConfirmedError:
		choice = ber.Find(p.Body, 0xA0)
	case Reject:
		choice = ber.Wrap(p.Tag, p.Body)
	default:
		return nil
	}
	e, _, err := ber.Parse(choice)
	if err != nil {
		return fmt.Errorf("%w: an error that cannot be read", ErrPDU)
	}
	code, err := ber.ParseInt(e.Content)
	if err != nil {
		return fmt.Errorf("%w: an error that cannot be read", ErrPDU)
	}
	return &ServiceError{Class: uint8(e.Tag & 0x1F), Code: uint8(code), Rejected: p.Form == Reject}
}
