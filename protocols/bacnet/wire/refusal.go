package wire

import "fmt"

// Refusal is an answer that is no: an Error, a Reject or an Abort.
type Refusal struct {
	Kind  Kind
	Class uint64 // of an Error
	Code  uint64 // of an Error, or the reason
}

// The codes of an Error that are acted on (BACnetErrorCode).
const (
	ConfigurationInProgress  = 2
	DeviceBusy               = 3
	InvalidDataType          = 9
	ReadAccessDenied         = 27
	ServiceRequestDenied     = 29
	UnknownObject            = 31
	UnknownProperty          = 32
	UnsupportedObjectType    = 36
	ValueOutOfRange          = 37
	WriteAccessDenied        = 40
	InvalidArrayIndex        = 42
	CovSubscriptionFailed    = 43
	NotCovProperty           = 44
	OptionalNotSupported     = 45
	PropertyIsNoArray        = 50
	ValueNotInitialized      = 72
	UnknownSubscription      = 79
	CommunicationDisabled    = 83
	NoSpaceForListElement    = 19
	NoSpaceToWrite           = 20
	ValueNotInThisState      = 138
	DatatypeNotSupported     = 47
	InvalidParameterDatatype = 13
)

// The reasons that are acted on.
const (
	RejectBufferOverflow   = 1
	RejectTooManyArguments = 7
	RejectUnknownService   = 9

	AbortBufferOverflow = 1
	AbortNoSegmentation = 4
	AbortOutOfResources = 9
	AbortTooLong        = 11
)

// refusalOf returns the Error in values: class and code.
func refusalOf(values []Value) *Refusal {
	r := &Refusal{Kind: ErrorPDU}
	if len(values) > 0 && values[0].Type == Constructed { // some services put it into a list
		values = values[0].List
	}
	if len(values) >= 2 {
		r.Class, r.Code = values[0].Number, values[1].Number
	}
	return r
}

// ParseRefusal takes an ErrorPDU, a RejectPDU or an AbortPDU apart.
func ParseRefusal(a *APDU) *Refusal {
	if a.Kind != ErrorPDU {
		return &Refusal{Kind: a.Kind, Code: uint64(a.Service)}
	}
	values, err := ParseValues(a.Body)
	if err != nil {
		return &Refusal{Kind: ErrorPDU}
	}
	return refusalOf(values)
}

// Error says it in the words of the standard.
func (r *Refusal) Error() string {
	code := int(min(r.Code, 1<<16))
	switch r.Kind {
	case RejectPDU:
		return "the device rejects the request: " + nameOf(rejectNames, code)
	case AbortPDU:
		return "the device aborts: " + nameOf(abortNames, code)
	default:
		classes := [...]string{"device", "object", "property", "resources", "security", "services", "vt", "communication"}
		class := fmt.Sprint(r.Class)
		if r.Class < uint64(len(classes)) {
			class = classes[r.Class]
		}
		return fmt.Sprintf("the device refuses: %s (%s)", nameOf(errorNames, code), class)
	}
}

// IsTooLong reports whether the answer would have been too long, or was too much to ask for at once.
func (r *Refusal) IsTooLong() bool {
	switch r.Kind {
	case AbortPDU:
		return r.Code == AbortBufferOverflow || r.Code == AbortNoSegmentation || r.Code == AbortOutOfResources || r.Code == AbortTooLong
	case RejectPDU:
		return r.Code == RejectBufferOverflow || r.Code == RejectTooManyArguments
	default:
		return false
	}
}

// IsUnknownService reports whether the device does not have the service.
func (r *Refusal) IsUnknownService() bool {
	return r.Kind == RejectPDU && r.Code == RejectUnknownService ||
		r.Kind == ErrorPDU && (r.Code == ServiceRequestDenied || r.Code == OptionalNotSupported) && r.Class != 2
}
