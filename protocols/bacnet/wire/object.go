package wire

import (
	"fmt"
	"strconv"
	"strings"
)

// ObjectType is what an object is (clause 12, BACnetObjectType).
type ObjectType uint16

// The types that are treated in a way of their own.
const (
	AnalogInput      ObjectType = 0
	AnalogOutput     ObjectType = 1
	AnalogValue      ObjectType = 2
	BinaryInput      ObjectType = 3
	BinaryOutput     ObjectType = 4
	BinaryValue      ObjectType = 5
	Device           ObjectType = 8
	MultiStateInput  ObjectType = 13
	MultiStateOutput ObjectType = 14
	MultiStateValue  ObjectType = 19
	CharacterString  ObjectType = 40
	IntegerValue     ObjectType = 45
	LargeAnalogValue ObjectType = 46
	PositiveInteger  ObjectType = 48
)

// MaxInstance is the largest instance of an object. As the instance of a device it stands for whichever the device has
// (clause 15.5.2).
const MaxInstance = 1<<22 - 1

// ObjectID is an object of a device: type and instance (clause 20.2.14).
type ObjectID uint32

// NewObjectID returns the identifier.
func NewObjectID(t ObjectType, instance uint32) ObjectID {
	return ObjectID(uint32(t)<<22 | instance&MaxInstance)
}

// Type returns the type.
func (o ObjectID) Type() ObjectType { return ObjectType(o >> 22) }

// Instance returns the instance.
func (o ObjectID) Instance() uint32 { return uint32(o) & MaxInstance }

// String returns the identifier as analog-input:3.
func (o ObjectID) String() string { return fmt.Sprintf("%v:%d", o.Type(), o.Instance()) }

// String returns the name of the standard, or the number.
func (t ObjectType) String() string { return nameOf(objectTypeNames, int(t)) }

// ParseObjectType returns the type of a name, or of a number; ok is false where there is none.
func ParseObjectType(name string) (ObjectType, bool) {
	n, ok := numberOf(objectTypeNames, name, 1<<10-1)
	return ObjectType(n), ok
}

// Property is what an object has (clause 12, BACnetPropertyIdentifier).
type Property uint32

// The properties that are treated in a way of their own.
const (
	CovIncrement      Property = 22
	Description       Property = 28
	HighLimit         Property = 45
	LowLimit          Property = 59
	MaxAPDUAccepted   Property = 62
	ObjectIdentifier  Property = 75
	ObjectList        Property = 76
	ObjectName        Property = 77
	OutOfService      Property = 81
	PresentValue      Property = 85
	PriorityArray     Property = 87
	Reliability       Property = 103
	RelinquishDefault Property = 104
	SystemStatus      Property = 112
	StatusFlags       Property = 111
	Units             Property = 117
)

// String returns the name of the standard, or the number.
func (p Property) String() string { return nameOf(propertyNames, int(p)) }

// ParseProperty returns the property of a name, or of a number; ok is false where there is none.
func ParseProperty(name string) (Property, bool) {
	n, ok := numberOf(propertyNames, name, 1<<22-1)
	return Property(n), ok
}

// UnitName returns the name of an engineering unit (BACnetEngineeringUnits), or its number.
func UnitName(n uint64) string { return nameOf(unitNames, int(min(n, 1<<16))) }

// ReliabilityName returns the name of a reliability, or its number.
func ReliabilityName(n uint64) string { return nameOf(reliabilityNames, int(min(n, 1<<16))) }

// nameOf returns a name out of a list, or the number.
func nameOf(names string, n int) string {
	i := 0
	for name := range strings.FieldsSeq(names) {
		if i == n && name != "-" {
			return name
		}
		i++
	}
	return strconv.Itoa(n)
}

// numberOf returns the number of a name, or the number that it is.
func numberOf(names, name string, most uint64) (uint64, bool) {
	i := uint64(0)
	for known := range strings.FieldsSeq(names) {
		if known == name && name != "-" {
			return i, true
		}
		i++
	}
	n, err := strconv.ParseUint(name, 10, 32)
	return n, err == nil && n <= most
}
