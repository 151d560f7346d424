package opcua

import (
	"reflect"
	"time"

	"github.com/gopcua/opcua/ua"
)

// builtin is a type that values have (OPC 10000-6 §5.1.2).
type builtin struct {
	name string // as a tag's type is configured
	id   ua.TypeID
	goes reflect.Type // what it is in the library

	whole   bool // an integer, from low to high
	low     int64
	high    uint64
	isFloat bool
}

// builtins are the types that tags may have.
var builtins = [...]builtin{
	{name: "bool", id: ua.TypeIDBoolean, goes: reflect.TypeFor[bool]()},
	{name: "int8", id: ua.TypeIDSByte, goes: reflect.TypeFor[int8](), whole: true, low: -1 << 7, high: 1<<7 - 1},
	{name: "uint8", id: ua.TypeIDByte, goes: reflect.TypeFor[uint8](), whole: true, high: 1<<8 - 1},
	{name: "int16", id: ua.TypeIDInt16, goes: reflect.TypeFor[int16](), whole: true, low: -1 << 15, high: 1<<15 - 1},
	{name: "uint16", id: ua.TypeIDUint16, goes: reflect.TypeFor[uint16](), whole: true, high: 1<<16 - 1},
	{name: "int32", id: ua.TypeIDInt32, goes: reflect.TypeFor[int32](), whole: true, low: -1 << 31, high: 1<<31 - 1},
	{name: "uint32", id: ua.TypeIDUint32, goes: reflect.TypeFor[uint32](), whole: true, high: 1<<32 - 1},
	{name: "int64", id: ua.TypeIDInt64, goes: reflect.TypeFor[int64](), whole: true, low: -1 << 63, high: 1<<63 - 1},
	{name: "uint64", id: ua.TypeIDUint64, goes: reflect.TypeFor[uint64](), whole: true, high: 1<<64 - 1},
	{name: "float32", id: ua.TypeIDFloat, goes: reflect.TypeFor[float32](), isFloat: true},
	{name: "float64", id: ua.TypeIDDouble, goes: reflect.TypeFor[float64](), isFloat: true},
	{name: "string", id: ua.TypeIDString, goes: reflect.TypeFor[string]()},
	{name: "time", id: ua.TypeIDDateTime, goes: reflect.TypeFor[time.Time]()},
	{name: "guid", id: ua.TypeIDGUID, goes: reflect.TypeFor[*ua.GUID]()},
	{name: "bytes", id: ua.TypeIDByteString, goes: reflect.TypeFor[[]byte]()},
	{name: "text", id: ua.TypeIDLocalizedText, goes: reflect.TypeFor[*ua.LocalizedText]()},
}

// builtinNamed returns the type of a name; nil where there is none.
func builtinNamed(name string) *builtin {
	for i := range builtins {
		if b := builtins[i]; b.name == name {
			return &b
		}
	}
	return nil
}

// builtinOf returns the type of an id; nil for one that tags cannot have.
func builtinOf(id ua.TypeID) *builtin {
	for i := range builtins {
		if b := builtins[i]; b.id == id {
			return &b
		}
	}
	return nil
}

// isBuiltin reports whether tags can have the type of an id.
func isBuiltin(id ua.TypeID) bool {
	for i := range builtins {
		if builtins[i].id == id {
			return true
		}
	}
	return false
}

// isNumber reports whether values of the type can be scaled.
func (b *builtin) isNumber() bool { return b.whole || b.isFloat }

// Data types of the standard that are another name of a built-in one (OPC 10000-5 §12, OPC 10000-3 §8).
var aliases = map[uint32]ua.TypeID{
	290:   ua.TypeIDDouble,     // Duration
	294:   ua.TypeIDDateTime,   // UtcTime
	295:   ua.TypeIDString,     // LocaleId
	12877: ua.TypeIDString,     // NormalizedString
	12878: ua.TypeIDString,     // DecimalString
	12879: ua.TypeIDString,     // DurationString
	12880: ua.TypeIDString,     // TimeString
	12881: ua.TypeIDString,     // DateString
	288:   ua.TypeIDUint32,     // IntegerId
	289:   ua.TypeIDUint32,     // Counter
	17588: ua.TypeIDUint32,     // Index
	20998: ua.TypeIDUint32,     // VersionTime
	29:    ua.TypeIDInt32,      // Enumeration
	30:    ua.TypeIDByteString, // Image
	15487: ua.TypeIDString,     // EncodedTicket
	23751: ua.TypeIDString,     // UriString
}

// builtinOfNode returns the built-in type behind a data type of the standard; nil for abstract and other ones.
func builtinOfNode(dataType *ua.NodeID) *builtin {
	if dataType == nil || dataType.Namespace() != 0 {
		return nil
	}
	if id, ok := aliases[dataType.IntID()]; ok {
		return builtinOf(id)
	}
	if n := dataType.IntID(); n > 0 && n <= uint32(ua.TypeIDLocalizedText) {
		return builtinOf(ua.TypeID(n))
	}
	return nil
}
