package mms

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/holdfast-edge/holdfast/protocols/iec61850/ber"
)

// ErrPDU says that octets are nothing of MMS, or not what is due.
var ErrPDU = errors.New("octets that are no MMS as it is due")

// Kind is what a value or a type is: its tag's number (§14.4.2).
type Kind uint8

// The kinds.
const (
	Failure    Kind = 0 // in the place of a value: why there is none
	Array      Kind = 1
	Structure  Kind = 2
	Boolean    Kind = 3
	BitString  Kind = 4
	Integer    Kind = 5
	Unsigned   Kind = 6
	Float      Kind = 7
	Octets     Kind = 9
	Visible    Kind = 10
	BinaryTime Kind = 12
	Text       Kind = 16
	UTCTime    Kind = 17
)

// String returns the kind in words.
func (k Kind) String() string {
	names := map[Kind]string{
		Failure: "failure", Array: "array", Structure: "structure", Boolean: "boolean", BitString: "bit string", Integer: "integer",
		Unsigned: "unsigned", Float: "floating point", Octets: "octet string", Visible: "visible string", BinaryTime: "binary time",
		Text: "MMS string", UTCTime: "UTC time",
	}
	if name, ok := names[k]; ok {
		return name
	}
	return fmt.Sprintf("kind %d", uint8(k))
}

// Data is a value. Its memory may be shared with the octets that it was parsed from.
type Data struct {
	Kind   Kind
	Int    int64   // of Boolean (0, 1), Integer, Unsigned, and an AccessError of Failure
	Float  float64 // of Float
	Size   int     // of BitString: bits; of Float: 32 or 64
	Octets []byte  // of BitString (the first bit is the highest of the first octet), Octets, Visible, Text, BinaryTime, UTCTime
	Items  []Data  // of Array and Structure
}

// AccessError is why a variable was not read or written (§14.3.1.1).
type AccessError uint8

// Those that are told apart.
const (
	HardwareFault          AccessError = 1
	TemporarilyUnavailable AccessError = 2
	AccessDenied           AccessError = 3
	ObjectUndefined        AccessError = 4
	TypeUnsupported        AccessError = 6
	TypeInconsistent       AccessError = 7
	AccessUnsupported      AccessError = 9
	NonExistent            AccessError = 10
	ValueInvalid           AccessError = 11
)

// String returns the error in words.
func (e AccessError) String() string {
	names := [...]string{
		"object invalidated", "hardware fault", "temporarily unavailable", "object access denied", "object undefined", "invalid address",
		"type unsupported", "type inconsistent", "object attribute inconsistent", "object access unsupported", "object non-existent",
		"object value invalid",
	}
	if int(e) < len(names) {
		return names[e]
	}
	return fmt.Sprintf("access error %d", uint8(e))
}

// BoolOf, IntOf and so on return values.
func BoolOf(b bool) Data {
	if b {
		return Data{Kind: Boolean, Int: 1}
	}
	return Data{Kind: Boolean}
}

// IntOf returns an Integer.
func IntOf(n int64) Data { return Data{Kind: Integer, Int: n} }

// UintOf returns an Unsigned of up to 63 bits.
func UintOf(n int64) Data { return Data{Kind: Unsigned, Int: n} }

// FloatOf returns a Float of 32 bits.
func FloatOf(f float32) Data { return Data{Kind: Float, Float: float64(f), Size: 32} }

// VisibleOf returns a visible string.
func VisibleOf(text string) Data { return Data{Kind: Visible, Octets: []byte(text)} }

// OctetsOf returns an octet string.
func OctetsOf(octets []byte) Data { return Data{Kind: Octets, Octets: octets} }

// StructOf returns a structure.
func StructOf(items ...Data) Data { return Data{Kind: Structure, Items: items} }

// FailureOf returns what stands in the place of a value that was not read.
func FailureOf(e AccessError) Data { return Data{Kind: Failure, Int: int64(e)} }

// BitsOf returns a bit string of a size in which the bits with these numbers are set, the first being 0.
func BitsOf(size int, set ...int) Data {
	d := Data{Kind: BitString, Size: size, Octets: make([]byte, (size+7)/8)}
	for _, n := range set {
		d.Octets[n/8] |= 0x80 >> (n % 8)
	}
	return d
}

// Bit reports whether a bit of a BitString is set; those beyond its end are not.
func (d Data) Bit(n int) bool {
	return d.Kind == BitString && n >= 0 && n < d.Size && d.Octets[n/8]&(0x80>>(n%8)) != 0
}

// Clone returns a value whose memory is its own.
func Clone(d Data) Data {
	d.Octets, d.Items = bytes.Clone(d.Octets), slices.Clone(d.Items)
	for i := range d.Items {
		d.Items[i] = Clone(d.Items[i])
	}
	return d
}

// The parts of a second that UTCTime counts, and the bits of its quality (IEC 61850-8-1 §8.1.3.6).
const (
	fractions = 1 << 24

	LeapSecondKnown  = 0x80
	ClockFailure     = 0x40
	NotSynchronized  = 0x20
	AccuracyUnstated = 0x1F
)

// UTCOf returns a time, with the quality of its clock.
func UTCOf(at time.Time, quality uint8) Data {
	b := binary.BigEndian.AppendUint32(nil, uint32(at.Unix()))
	fraction := uint32(uint64(at.Nanosecond()) * fractions / uint64(time.Second))
	return Data{Kind: UTCTime, Octets: append(b, byte(fraction>>16), byte(fraction>>8), byte(fraction), quality)}
}

// binaryEpoch is when BinaryTime begins to count days.
func binaryEpoch() time.Time { return time.Date(1984, 1, 1, 0, 0, 0, 0, time.UTC) }

// BinaryTimeOf returns a time in milliseconds of a day, with the day.
func BinaryTimeOf(at time.Time) Data {
	since := at.Sub(binaryEpoch())
	b := binary.BigEndian.AppendUint32(nil, uint32(since%(24*time.Hour)/time.Millisecond))
	return Data{Kind: BinaryTime, Octets: binary.BigEndian.AppendUint16(b, uint16(since/(24*time.Hour)))}
}

// Time returns the instant of a UTCTime or a BinaryTime with a day, and the quality of a UTCTime's clock; ok is false for
// what is none.
func (d Data) Time() (at time.Time, quality uint8, ok bool) {
	switch {
	case d.Kind == UTCTime && len(d.Octets) == 8:
		fraction := uint64(d.Octets[4])<<16 | uint64(d.Octets[5])<<8 | uint64(d.Octets[6])
		nanos := (fraction*uint64(time.Second) + fractions/2) / fractions
		return time.Unix(int64(binary.BigEndian.Uint32(d.Octets)), int64(nanos)).UTC(), d.Octets[7], true
	case d.Kind == BinaryTime && len(d.Octets) == 6:
		days := time.Duration(binary.BigEndian.Uint16(d.Octets[4:])) * 24 * time.Hour
		return binaryEpoch().Add(days + time.Duration(binary.BigEndian.Uint32(d.Octets))*time.Millisecond), 0, true
	default:
		return at, 0, false
	}
}

// The first octet of a floating point: how many bits its exponent has.
const (
	exponent32 = 8
	exponent64 = 11
)

const (
	primitive   = 0x80
	constructed = 0xA0
)

// AppendData appends a value, or an access result where it is a Failure.
func AppendData(dst []byte, d Data) []byte {
	tag := primitive | uint32(d.Kind)
	switch d.Kind {
	case Array, Structure:
		var inner []byte
		for _, item := range d.Items {
			inner = AppendData(inner, item)
		}
		return ber.Append(dst, constructed|uint32(d.Kind), inner)
	case Boolean:
		return ber.Append(dst, tag, []byte{byte(-(d.Int & 1))})
	case Failure, Integer, Unsigned:
		return append(dst, ber.Int(tag, d.Int)...)
	case Float:
		if d.Size == 64 {
			return ber.Append(dst, tag, binary.BigEndian.AppendUint64([]byte{exponent64}, math.Float64bits(d.Float)))
		}
		return ber.Append(dst, tag, binary.BigEndian.AppendUint32([]byte{exponent32}, math.Float32bits(float32(d.Float))))
	case BitString:
		return ber.Append(dst, tag, []byte{byte(-d.Size & 7)}, d.Octets)
	default:
		return ber.Append(dst, tag, d.Octets)
	}
}

// maxDepth is how deep values and types may lie in each other.
const maxDepth = 16

// parseAll reads values until the end.
func parseAll(b []byte, depth int) (values []Data, err error) {
	if depth > maxDepth {
		return nil, fmt.Errorf("%w: values more than %d deep", ErrPDU, maxDepth)
	}
	for len(b) > 0 {
		var e ber.Element
		if e, b, err = ber.Parse(b); err != nil {
			return nil, err
		}
		d, err := dataOf(e, depth)
		if err != nil {
			return nil, err
		}
		values = append(values, d)
	}
	return values, nil
}

// ParseData reads values one after the other, until the end.
func ParseData(b []byte) ([]Data, error) { return parseAll(b, 0) }

func dataOf(e ber.Element, depth int) (d Data, err error) {
	d.Kind = Kind(e.Tag & 0x1F)
	composed := d.Kind == Array || d.Kind == Structure
	if e.Tag != primitive|uint32(d.Kind) && !composed || composed && e.Tag != constructed|uint32(d.Kind) {
		return d, fmt.Errorf("%w: tag %X is no value", ErrPDU, e.Tag)
	}
	switch d.Kind {
	case Array, Structure:
		d.Items, err = parseAll(e.Content, depth+1)
	case Boolean:
		if len(e.Content) != 1 {
			return d, fmt.Errorf("%w: a boolean of %d octets", ErrPDU, len(e.Content))
		}
		if e.Content[0] != 0 {
			d.Int = 1
		}
	case Failure, Integer, Unsigned:
		d.Int, err = ber.ParseInt(e.Content)
	case Float:
		d.Float, d.Size, err = floatOf(e.Content)
	case BitString:
		if len(e.Content) == 0 || e.Content[0] > 7 || len(e.Content) == 1 && e.Content[0] != 0 {
			return d, fmt.Errorf("%w: % x is no bit string", ErrPDU, e.Content)
		}
		d.Size, d.Octets = 8*(len(e.Content)-1)-int(e.Content[0]), e.Content[1:]
	default:
		d.Octets = e.Content
	}
	return d, err
}

func floatOf(b []byte) (f float64, size int, err error) {
	switch {
	case len(b) == 5 && b[0] == exponent32:
		return float64(math.Float32frombits(binary.BigEndian.Uint32(b[1:]))), 32, nil
	case len(b) == 9 && b[0] == exponent64:
		return math.Float64frombits(binary.BigEndian.Uint64(b[1:])), 64, nil
	default:
		return 0, 0, fmt.Errorf("%w: % x is no floating point", ErrPDU, b)
	}
}
