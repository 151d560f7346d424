package s7

import "math"

// form is a type as the configuration names it.
type form uint8

const (
	boolForm form = iota + 1
	byteForm
	wordForm
	dwordForm
	lwordForm
	sintForm
	usintForm
	intForm
	uintForm
	dintForm
	udintForm
	lintForm
	ulintForm
	timeForm
	ltimeForm
	todForm
	ltodForm
	realForm
	lrealForm
	bcd16Form
	bcd32Form
	s5timeForm
	charForm
	wcharForm
	stringForm
	wstringForm
	bytesForm
	dateForm
	dateTimeForm
	ldtForm
	dtlForm
)

const (
	dayMillis = 24 * 60 * 60 * 1000
	dayNanos  = dayMillis * 1_000_000
)

// forms are the properties of the types. Octets is 0 where the length tells. Numbers have a low and a high; where whole,
// the octets are the number itself, two's complement where it may be negative.
var forms = [...]struct {
	form   form
	name   string
	octets int
	whole  bool
	low    int64
	high   uint64
}{
	{form: boolForm, name: "bool", octets: 1},
	{byteForm, "byte", 1, true, 0, math.MaxUint8},
	{wordForm, "word", 2, true, 0, math.MaxUint16},
	{dwordForm, "dword", 4, true, 0, math.MaxUint32},
	{lwordForm, "lword", 8, true, 0, math.MaxUint64},
	{sintForm, "sint", 1, true, math.MinInt8, math.MaxInt8},
	{usintForm, "usint", 1, true, 0, math.MaxUint8},
	{intForm, "int", 2, true, math.MinInt16, math.MaxInt16},
	{uintForm, "uint", 2, true, 0, math.MaxUint16},
	{dintForm, "dint", 4, true, math.MinInt32, math.MaxInt32},
	{udintForm, "udint", 4, true, 0, math.MaxUint32},
	{lintForm, "lint", 8, true, math.MinInt64, math.MaxInt64},
	{ulintForm, "ulint", 8, true, 0, math.MaxUint64},
	{timeForm, "time", 4, true, math.MinInt32, math.MaxInt32},
	{ltimeForm, "ltime", 8, true, math.MinInt64, math.MaxInt64},
	{todForm, "time_of_day", 4, true, 0, dayMillis - 1},
	{ltodForm, "ltod", 8, true, 0, dayNanos - 1},
	{form: realForm, name: "real", octets: 4},
	{form: lrealForm, name: "lreal", octets: 8},
	{bcd16Form, "bcd16", 2, false, -999, 9999},
	{bcd32Form, "bcd32", 4, false, -9_999_999, 9999_9999},
	{s5timeForm, "s5time", 2, false, 0, 9_990_000},
	{form: charForm, name: "char", octets: 1},
	{form: wcharForm, name: "wchar", octets: 2},
	{form: stringForm, name: "string"},
	{form: wstringForm, name: "wstring"},
	{form: bytesForm, name: "bytes"},
	{form: dateForm, name: "date", octets: 2},
	{form: dateTimeForm, name: "date_and_time", octets: 8},
	{form: ldtForm, name: "ldt", octets: 8},
	{form: dtlForm, name: "dtl", octets: 12},
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

// octets returns how many octets one value takes; 0 where its length tells.
func (f form) octets() int { return forms[f-1].octets }

// isNumber reports whether values can be scaled.
func (f form) isNumber() bool { return f > boolForm && f <= s5timeForm }

// isFloat reports whether raw numbers need not be whole.
func (f form) isFloat() bool { return f == realForm || f == lrealForm }

// isText reports whether values are texts with a head that tells their length.
func (f form) isText() bool { return f == stringForm || f == wstringForm }

// hasLength reports whether the length of values is configured.
func (f form) hasLength() bool { return f.octets() == 0 }

// isInstant reports whether values are instants.
func (f form) isInstant() bool { return f >= dateForm }
