package payload

import "errors"

// Payload is one message.
type Payload struct {
	Timestamp uint64 // ms since 1970
	Seq       int64  // 0 to 255; negative: there is none
	Metrics   []Metric
}

// Metric is one value. Exactly one of the fields of a value is meant, by its type, unless it is Null.
type Metric struct {
	Name       string
	Alias      int64 // negative: there is none
	Timestamp  uint64
	Type       Type
	Historical bool
	Null       bool
	Quality    int32 // NoQuality: it is not told
	Value      Value
}

// NoQuality is the quality of a metric that tells none.
const NoQuality int32 = -1

// The qualities (Sparkplug 3.0 §6.4.8, the property Quality).
const (
	Bad   int32 = 0
	Good  int32 = 192
	Stale int32 = 500
)

// Value is a value as it stands in the message.
type Value struct {
	Kind  Kind
	Bits  uint64 // of an integer, a float, a double, a boolean
	Bytes []byte // of a text or bytes; shares the memory that it was parsed from
}

// Kind is which of a metric's fields holds the value: its number in the schema.
type Kind uint8

// The kinds.
const (
	Int    Kind = 10 // 32 bit
	Long   Kind = 11
	Float  Kind = 12
	Double Kind = 13
	Bool   Kind = 14
	Text   Kind = 15
	Bytes  Kind = 16
)

// Type is a datatype (Sparkplug 3.0 §6.4.16).
type Type uint32

// The datatypes of single values.
const (
	Int8     Type = 1
	Int16    Type = 2
	Int32    Type = 3
	Int64    Type = 4
	UInt8    Type = 5
	UInt16   Type = 6
	UInt32   Type = 7
	UInt64   Type = 8
	Single   Type = 9 // Float in the standard
	Real     Type = 10
	Boolean  Type = 11
	String   Type = 12
	DateTime Type = 13
	TextType Type = 14
	UUID     Type = 15
	Raw      Type = 17 // Bytes in the standard
)

// ErrForm says that octets are no payload.
var ErrForm = errors.New("this is no Sparkplug payload")
