package wire

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"unicode/utf16"
	"unicode/utf8"
)

// Type is the type of a value: an application tag (clause 20.2.1.4), or one of those below.
type Type uint8

// The application tags.
const (
	Null Type = iota
	Boolean
	Unsigned
	Signed
	Real
	Double
	Octets
	Characters
	Bits
	Enumerated
	Date
	Time
	Object

	Context     Type = 0xFE // a primitive with a tag of its context: only its context knows its type
	Constructed Type = 0xFF // a list of values between an opening and a closing tag
)

// Value is one value. Which fields count depends on its type.
type Value struct {
	Type   Type
	Tag    uint8   // of Context and Constructed
	Number uint64  // Boolean, Unsigned, Enumerated, Object; Signed as an int64; of Bits how many there are
	Float  float64 // Real, Double
	Text   string  // Characters, as UTF-8
	Raw    []byte  // the contents of the others
	List   []Value
}

// tag is one tag (clause 20.2.1).
type tag struct {
	number  uint8
	context bool
	open    bool
	close   bool
	length  uint32 // of its contents; for an application's Boolean, its value
}

// parseTag takes a tag off.
func parseTag(b []byte) (t tag, rest []byte, err error) {
	if len(b) == 0 {
		return t, nil, errShort
	}
	first, b := b[0], b[1:]
	t.number, t.context = first>>4, first&0x08 != 0
	if t.number == 15 {
		if len(b) == 0 {
			return t, nil, errShort
		}
		t.number, b = b[0], b[1:]
	}
	switch t.length = uint32(first & 7); {
	case t.length == 5:
		if t.length, b, err = parseLength(b); err != nil {
			return t, nil, err
		}
	case t.length == 6 && t.context:
		t.open, t.length = true, 0
	case t.length == 7 && t.context:
		t.close, t.length = true, 0
	case t.length > 5:
		return t, nil, errors.New("a tag of no length")
	}
	if !t.isBoolean() && uint64(t.length) > uint64(len(b)) {
		return t, nil, errShort
	}
	return t, b, nil
}

// isBoolean reports whether the tag holds its value itself.
func (t tag) isBoolean() bool { return !t.context && t.number == uint8(Boolean) }

// parseLength takes a length of more than four off (clause 20.2.1.3.1).
func parseLength(b []byte) (n uint32, rest []byte, err error) {
	switch {
	case len(b) < 1:
		return 0, nil, errShort
	case b[0] < 254:
		return uint32(b[0]), b[1:], nil
	case b[0] == 254 && len(b) >= 3:
		return uint32(binary.BigEndian.Uint16(b[1:])), b[3:], nil
	case b[0] == 255 && len(b) >= 5:
		return binary.BigEndian.Uint32(b[1:]), b[5:], nil
	default:
		return 0, nil, errShort
	}
}

// depth is how deep lists may lie within each other.
const depth = 8

// ParseValues takes octets apart that are values.
func ParseValues(b []byte) ([]Value, error) {
	values, rest, err := parseList(b, depth)
	if err == nil && len(rest) > 0 {
		err = errors.New("a closing tag that nothing opened")
	}
	return values, err
}

// parseList takes values off until the octets, or the list, end; then the closing tag is the first of the rest.
func parseList(b []byte, deep int) (values []Value, rest []byte, err error) {
	for len(b) > 0 {
		t, contents, err := parseTag(b)
		if err != nil {
			return values, nil, err
		}
		if t.close {
			return values, b, nil
		}
		var v Value
		switch {
		case t.open && deep == 0:
			return values, nil, errors.New("lists lie too deep within each other")
		case t.open:
			if v, b, err = parseConstructed(t, contents, deep-1); err != nil {
				return values, nil, err
			}
		case t.isBoolean():
			v, b = Value{Type: Boolean, Number: uint64(t.length & 1)}, contents
		default:
			if v, err = parsePrimitive(t, contents[:t.length]); err != nil {
				return values, nil, err
			}
			b = contents[t.length:]
		}
		values = append(values, v)
	}
	return values, nil, nil
}

func parseConstructed(t tag, b []byte, deep int) (v Value, rest []byte, err error) {
	list, rest, err := parseList(b, deep)
	if err != nil {
		return v, nil, err
	}
	closing, rest, err := parseTag(rest)
	if err != nil || closing.number != t.number {
		return v, nil, errShort
	}
	return Value{Type: Constructed, Tag: t.number, List: list}, rest, nil
}

// parsePrimitive returns the value of a tag's contents.
func parsePrimitive(t tag, b []byte) (v Value, err error) {
	v.Type, v.Raw = Type(t.number), b
	if t.context {
		v.Type, v.Tag = Context, t.number
		return v, nil
	}
	wrong := false
	switch v.Type {
	case Null:
		wrong = len(b) != 0
	case Unsigned, Enumerated:
		wrong = len(b) == 0 || len(b) > 8
		v.Number = unsigned(b)
	case Signed:
		wrong = len(b) == 0 || len(b) > 8
		v.Number = uint64(signed(b))
	case Real:
		if wrong = len(b) != 4; !wrong {
			v.Float = float64(math.Float32frombits(binary.BigEndian.Uint32(b)))
		}
	case Double:
		if wrong = len(b) != 8; !wrong {
			v.Float = math.Float64frombits(binary.BigEndian.Uint64(b))
		}
	case Octets:
	case Characters:
		v.Text, err = text(b)
	case Bits:
		if wrong = len(b) == 0 || b[0] > 7 || len(b) == 1 && b[0] > 0; !wrong {
			v.Number, v.Raw = uint64(8*(len(b)-1)-int(b[0])), b[1:]
		}
	case Date, Time, Object:
		wrong = len(b) != 4
		v.Number = unsigned(b)
	default:
		err = fmt.Errorf("there is no type %d", t.number)
	}
	if wrong {
		err = fmt.Errorf("a value of type %d with %d octets", t.number, len(b))
	}
	return v, err
}

func unsigned(b []byte) (n uint64) {
	for _, octet := range b {
		n = n<<8 | uint64(octet)
	}
	return n
}

func signed(b []byte) int64 {
	if len(b) == 0 {
		return 0
	}
	n := int64(int8(b[0]))
	for _, octet := range b[1:] {
		n = n<<8 | int64(octet)
	}
	return n
}

// text returns characters as UTF-8 (clause 20.2.9): of UTF-8, UCS-2, UCS-4 and ISO 8859-1.
func text(b []byte) (string, error) {
	if len(b) == 0 {
		return "", errShort
	}
	set, b := b[0], b[1:]
	switch set {
	case 0:
		if utf8.Valid(b) {
			return string(b), nil
		}
		return latin(b), nil // of devices from before UTF-8 took the place of ASCII
	case 4:
		units := make([]uint16, len(b)/2)
		for i := range units {
			units[i] = binary.BigEndian.Uint16(b[2*i:])
		}
		return string(utf16.Decode(units)), nil
	case 3:
		runes := make([]rune, len(b)/4)
		for i := range runes {
			runes[i] = rune(binary.BigEndian.Uint32(b[4*i:]))
		}
		return string(runes), nil
	case 5:
		return latin(b), nil
	default:
		return "", fmt.Errorf("character set %d is not supported", set)
	}
}

func latin(b []byte) string {
	runes := make([]rune, len(b))
	for i, octet := range b {
		runes[i] = rune(octet)
	}
	return string(runes)
}

// Bit returns one of Bits; false for one that there is not.
func (v Value) Bit(i int) bool {
	return v.Type == Bits && i >= 0 && uint64(i) < v.Number && v.Raw[i/8]&(0x80>>(i%8)) != 0
}
