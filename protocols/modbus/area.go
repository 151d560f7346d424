package modbus

import "github.com/holdfast-edge/holdfast/protocols/modbus/wire"

// Area is one of the four tables of a device (AP §4.3).
type Area uint8

// The areas.
const (
	Coil     Area = iota + 1 // bits that can be written
	Discrete                 // bits that cannot
	Input                    // registers that cannot be written
	Holding                  // registers that can
)

// areas are the names of the areas, as addresses begin, and their digit in the notation of Modicon.
var areas = [...]struct {
	area  Area
	name  string
	digit byte
}{
	{Coil, "coil", '0'}, {Discrete, "discrete", '1'}, {Input, "input", '3'}, {Holding, "holding", '4'},
}

// String returns the name as in an address.
func (a Area) String() string {
	for _, known := range areas {
		if known.area == a {
			return known.name
		}
	}
	return "no area"
}

// hasBits reports whether the area is of single bits.
func (a Area) hasBits() bool { return a == Coil || a == Discrete }

// writable reports whether a device lets the area be written.
func (a Area) writable() bool { return a == Coil || a == Holding }

// read returns the function that reads the area.
func (a Area) read() wire.Function {
	switch a {
	case Coil:
		return wire.ReadCoils
	case Discrete:
		return wire.ReadDiscreteInputs
	case Input:
		return wire.ReadInput
	default:
		return wire.ReadHolding
	}
}
