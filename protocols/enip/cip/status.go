package cip

import "fmt"

// Status is what an object says of a request: a general status and, often, an extended one. General 0 is success.
type Status struct {
	General     uint8
	HasExtended bool
	Extended    uint16
	Further     []uint16 // what stands behind the extended one
}

// The general statuses that are told apart (Vol. 1 §B-1; LDA).
const (
	Success               = 0x00
	ConnectionFailure     = 0x01
	ResourceUnavailable   = 0x02
	PathSegmentError      = 0x04
	PathUnknown           = 0x05
	Partial               = 0x06 // more than the reply could carry
	NotSupported          = 0x08
	AttributeList         = 0x0A
	StateConflict         = 0x0C
	Privilege             = 0x0F
	DeviceState           = 0x10
	ReplyTooLarge         = 0x11
	NotEnoughData         = 0x13
	AttributeNotSupported = 0x14
	TooMuchData           = 0x15
	ObjectUnknown         = 0x16
	Embedded              = 0x1E // one of several was refused
	InvalidParameter      = 0x20
	PathSize              = 0x26
	General               = 0xFF // the extended status tells
)

// Of general status 0xFF (LDA).
const (
	BeyondEnd    = 0x2105
	TypeMismatch = 0x2107
)

// Of general status 0x01: what the Connection Manager says (Vol. 1, table 3-5.29).
const (
	InUse             = 0x0100
	InvalidParameters = 0x0108
	InvalidSize       = 0x0109
	OutOfConnections  = 0x0113
	NoConnectionLeft  = 0x011A
	ConnectionExpired = 0x0203
	RequestExpired    = 0x0204
	NoMemory          = 0x0301
	PortUnknown       = 0x0311
	LinkUnknown       = 0x0312
	SegmentInvalid    = 0x0315
)

// OK reports success.
func (s Status) OK() bool { return s.General == Success }

// Has reports whether the status is one with this extended one.
func (s Status) Has(general uint8, extended uint16) bool {
	return s.General == general && s.HasExtended && s.Extended == extended
}

// Error says in words what the status means, with its numbers.
func (s Status) Error() string {
	text := generalText(s.General)
	if s.HasExtended {
		if more := extendedText(s.General, s.Extended); more != "" {
			text = more
		}
		return fmt.Sprintf("%s (status 0x%02X, 0x%04X)", text, s.General, s.Extended)
	}
	return fmt.Sprintf("%s (status 0x%02X)", text, s.General)
}

func generalText(general uint8) string {
	for _, one := range generalTexts() {
		if one.status == general {
			return one.text
		}
	}
	return "refused"
}

// generalTexts are those of Vol. 1 §B-1 that controllers give.
func generalTexts() []struct {
	status uint8
	text   string
} {
	return []struct {
		status uint8
		text   string
	}{
		{Success, "success"},
		{ConnectionFailure, "the connection failed on the way to the controller"},
		{ResourceUnavailable, "the controller has no resources left for it"},
		{0x03, "a parameter value is invalid"},
		{PathSegmentError, "no tag of this name, or a name of wrong syntax"},
		{PathUnknown, "no such tag or element here"},
		{Partial, "more than one reply can carry"},
		{0x07, "the connection is lost"},
		{NotSupported, "the device does not support the service"},
		{0x09, "an attribute value is invalid"},
		{AttributeList, "an attribute of the list cannot be had"},
		{0x0B, "it is in that mode already"},
		{StateConflict, "the controller's state does not allow it"},
		{0x0D, "the object exists already"},
		{0x0E, "the attribute cannot be set"},
		{Privilege, "not permitted"},
		{DeviceState, "the controller's mode does not allow it"},
		{ReplyTooLarge, "the reply would be too large"},
		{0x12, "part of a value only"},
		{NotEnoughData, "the request has too few data"},
		{AttributeNotSupported, "the attribute is not supported"},
		{TooMuchData, "the request has too many data"},
		{ObjectUnknown, "the object does not exist"},
		{0x1A, "the request is too large for the way to the controller"},
		{0x1B, "the reply is too large for the way from the controller"},
		{0x1C, "an attribute is missing in the list"},
		{0x1D, "the list of attributes is invalid"},
		{Embedded, "one of several was refused"},
		{0x1F, "an error of the vendor's own"},
		{InvalidParameter, "a parameter is invalid"},
		{0x22, "the reply was not understood on the way"},
		{0x25, "a key in the path does not fit"},
		{PathSize, "the path has another size than was expected"},
		{General, "refused"},
	}
}

func extendedText(general uint8, extended uint16) string {
	for _, one := range extendedTexts() {
		if one.general == general && one.extended == extended {
			return one.text
		}
	}
	return ""
}

// extendedTexts are those of Vol. 1, table 3-5.29, and of LDA.
func extendedTexts() []struct {
	general  uint8
	extended uint16
	text     string
} {
	return []struct {
		general  uint8
		extended uint16
		text     string
	}{
		{ConnectionFailure, InUse, "connection in use, or opened twice"},
		{ConnectionFailure, 0x0103, "the transport class is not supported"},
		{ConnectionFailure, 0x0106, "owned by another originator"},
		{ConnectionFailure, 0x0107, "the connection is not known"},
		{ConnectionFailure, InvalidParameters, "a connection parameter is invalid"},
		{ConnectionFailure, InvalidSize, "the connection size is not supported"},
		{ConnectionFailure, 0x0110, "the target is not configured"},
		{ConnectionFailure, 0x0111, "the packet interval is not supported"},
		{ConnectionFailure, OutOfConnections, "out of connections: all that the module has are in use"},
		{ConnectionFailure, 0x0114, "vendor or product code do not fit"},
		{ConnectionFailure, 0x0115, "the product type does not fit"},
		{ConnectionFailure, 0x0116, "the revision does not fit"},
		{ConnectionFailure, NoConnectionLeft, "out of connections: all that the controller has are in use"},
		{ConnectionFailure, ConnectionExpired, "the connection timed out"},
		{ConnectionFailure, RequestExpired, "nobody answers at the end of the path: the slot may be empty, or its module starting"},
		{ConnectionFailure, 0x0205, "a parameter of the request to be passed on is invalid"},
		{ConnectionFailure, 0x0206, "the request is too large to be passed on without a connection"},
		{ConnectionFailure, NoMemory, "the module has no memory left"},
		{ConnectionFailure, 0x0302, "the network has no bandwidth left"},
		{ConnectionFailure, 0x0303, "the module has no filter left for a connection"},
		{ConnectionFailure, PortUnknown, "the path's port does not exist"},
		{ConnectionFailure, LinkUnknown, "the path's slot or address does not exist"},
		{ConnectionFailure, SegmentInvalid, "the path is not one of this device"},
		{ConnectionFailure, 0x0316, "the path is another than the connection's"},
		{ConnectionFailure, 0x0318, "the path leads back to where it begins"},
		{General, 0x2104, "the offset lies beyond the end"},
		{General, BeyondEnd, "the element lies beyond the end of the array"},
		{General, TypeMismatch, "the tag has another type"},
	}
}
