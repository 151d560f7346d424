package bacnet

import (
	"fmt"
	"math"
	"strconv"

	"github.com/holdfast-edge/holdfast/protocols/bacnet/wire"
	"github.com/holdfast-edge/holdfast/protocols/scale"
	"github.com/holdfast-edge/holdfast/tag"
)

// valueOf returns what a property holds. Several values, of a list or of an array, are one array.
func valueOf(r wire.Reference, values []wire.Value) tag.Value {
	if len(values) == 1 {
		return single(r, values[0])
	}
	if r.Property == wire.PresentValue && isBinary(r.Object.Type()) {
		return tag.NullOf(tag.BadDecoding)
	}
	return arrayOf(r, values)
}

func arrayOf(r wire.Reference, values []wire.Value) tag.Value {
	items := make([]tag.Value, len(values))
	for i, v := range values {
		items[i] = single(r, v)
	}
	return tag.ArrayOf(items)
}

// single returns one value.
func single(r wire.Reference, v wire.Value) tag.Value {
	switch v.Type {
	case wire.Null:
		return tag.NullOf(tag.Good)
	case wire.Boolean:
		return tag.BoolOf(v.Number != 0)
	case wire.Unsigned:
		return tag.UintOf(v.Number)
	case wire.Signed:
		return tag.IntOf(int64(v.Number))
	case wire.Real:
		return scale.Checked(shortest(float32(v.Float)))
	case wire.Double:
		return scale.Checked(v.Float)
	case wire.Characters:
		return tag.StringOf(v.Text)
	case wire.Octets:
		return tag.BytesOf(append([]byte(nil), v.Raw...))
	case wire.Bits:
		return bits(v)
	case wire.Enumerated:
		return enumerated(r, v.Number)
	case wire.Object:
		return tag.StringOf(wire.ObjectID(v.Number).String())
	case wire.Date:
		return tag.StringOf(date(v.Raw))
	case wire.Time:
		return tag.StringOf(clock(v.Raw))
	case wire.Constructed:
		return arrayOf(r, v.List)
	default:
		return tag.NullOf(tag.BadNotSupported) // only who knows the property knows its type
	}
}

// enumerated returns a choice: of a binary object a bool, of units and reliability the standard's name, else its number.
func enumerated(r wire.Reference, n uint64) tag.Value {
	switch {
	case isBinary(r.Object.Type()) && n <= 1 && (r.Property == wire.PresentValue || r.Property == wire.PriorityArray || r.Property == wire.RelinquishDefault):
		return tag.BoolOf(n == 1)
	case r.Property == wire.Units:
		return tag.StringOf(wire.UnitName(n))
	case r.Property == wire.Reliability:
		return tag.StringOf(wire.ReliabilityName(n))
	default:
		return tag.UintOf(n)
	}
}

// bits returns a bit string as a number whose lowest bit is the first one.
func bits(v wire.Value) tag.Value {
	if v.Number > 64 {
		return tag.BytesOf(append([]byte(nil), v.Raw...))
	}
	var n uint64
	for i := range int(v.Number) {
		if v.Bit(i) {
			n |= 1 << i
		}
	}
	return tag.UintOf(n)
}

// date returns a date as 2026-11-28, with * for what is not specified (clause 20.2.12).
func date(raw []byte) string {
	year := "*"
	if raw[0] != 255 {
		year = strconv.Itoa(1900 + int(raw[0]))
	}
	return fmt.Sprintf("%s-%s-%s", year, part(raw[1]), part(raw[2]))
}

// clock returns a time as 23:05:10.05, with * for what is not specified (clause 20.2.13).
func clock(raw []byte) string {
	return fmt.Sprintf("%s:%s:%s.%s", part(raw[0]), part(raw[1]), part(raw[2]), part(raw[3]))
}

func part(n byte) string {
	if n == 255 {
		return "*"
	}
	return fmt.Sprintf("%02d", n)
}

func isBinary(t wire.ObjectType) bool {
	return t == wire.BinaryInput || t == wire.BinaryOutput || t == wire.BinaryValue
}

// shortest returns the shortest decimal that a float32 stands for: 21.7, and not 21.700000762939453.
func shortest(f float32) float64 {
	wide := float64(f)
	if wide == math.Trunc(wide) || math.IsInf(wide, 0) || f != f {
		return wide
	}
	var room [32]byte
	short, err := strconv.ParseFloat(string(strconv.AppendFloat(room[:0], wide, 'g', -1, 32)), 64)
	if err != nil {
		return wide
	}
	return short
}

// The bits of status flags (BACnetStatusFlags); in alarm says nothing of the value.
const (
	flagFault        = 1
	flagOverridden   = 2
	flagOutOfService = 3
)

// flagged returns what status flags make of a value: fault is Bad, with the reason that the reliability is; out of service,
// the value does not follow the plant, and overridden, somebody has set it: both are Uncertain.
func flagged(v tag.Value, flags wire.Value, reliability uint64) tag.Value {
	switch {
	case flags.Type != wire.Bits || v.Quality().IsBad():
		return v
	case flags.Bit(flagFault):
		return tag.NullOf(faulty(reliability))
	case flags.Bit(flagOutOfService):
		return v.WithQuality(tag.UncertainLastUsable)
	case flags.Bit(flagOverridden):
		return v.WithQuality(tag.UncertainSubstitute)
	default:
		return v
	}
}

// faulty returns the quality that a reliability is (BACnetReliability); 0 says that it is not known.
func faulty(reliability uint64) tag.Quality {
	switch reliability {
	case 1, 4, 5: // no sensor, open loop, shorted loop
		return tag.BadSensorFailure
	case 2, 3: // over range, under range
		return tag.BadOutOfRange
	case 10: // configuration error
		return tag.BadConfiguration
	case 12: // communication failure
		return tag.BadNoCommunication
	default:
		return tag.BadDeviceFailure
	}
}
