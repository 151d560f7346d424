package modbus

import "math"

// form is how registers or bits are read: a type as the configuration names it.
type form uint8

const (
	boolForm form = iota + 1
	int16Form
	uint16Form
	int32Form
	uint32Form
	int64Form
	uint64Form
	float32Form
	float64Form
	bcd16Form
	bcd32Form
	bcd64Form
	stringForm
	bytesForm
)

// forms are the properties of the types. Registers is 0 where the length tells.
var forms = [...]struct {
	form      form
	name      string
	registers int
	whole     bool // a whole number between low and high
	low       int64
	high      uint64
}{
	{form: boolForm, name: "bool"},
	{int16Form, "int16", 1, true, math.MinInt16, math.MaxInt16},
	{uint16Form, "uint16", 1, true, 0, math.MaxUint16},
	{int32Form, "int32", 2, true, math.MinInt32, math.MaxInt32},
	{uint32Form, "uint32", 2, true, 0, math.MaxUint32},
	{int64Form, "int64", 4, true, math.MinInt64, math.MaxInt64},
	{uint64Form, "uint64", 4, true, 0, math.MaxUint64},
	{form: float32Form, name: "float32", registers: 2},
	{form: float64Form, name: "float64", registers: 4},
	{bcd16Form, "bcd16", 1, true, 0, 9999},
	{bcd32Form, "bcd32", 2, true, 0, 9999_9999},
	{bcd64Form, "bcd64", 4, true, 0, 9999_9999_9999_9999},
	{form: stringForm, name: "string"},
	{form: bytesForm, name: "bytes"},
}

// formOf returns the type of a name; 0 for a name that is none.
func formOf(name string) form {
	for i := range forms {
		if forms[i].name == name {
			return forms[i].form
		}
	}
	return 0
}

func (f form) String() string { return forms[f-1].name }

// registers returns how many registers one value takes; 0 where its length tells.
func (f form) registers() int { return forms[f-1].registers }

// isWhole reports whether values are whole numbers, and between which.
func (f form) isWhole() (low int64, high uint64, whole bool) {
	p := forms[f-1]
	return p.low, p.high, p.whole
}

// isNumber reports whether values can be scaled.
func (f form) isNumber() bool { return f > boolForm && f < stringForm }
