package enip

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/protocols/enip/cip"
)

// Address is a tag of a controller, as its programs name it:
//
//	Motor.Speed           a member of a structure
//	Program:Main.Counter  a tag of a program
//	Array[3], Grid[1,2]   an element of an array
//	Word.5                a bit of a whole number, 0 being the lowest
//
// Upper and lower case are the same to a controller.
type Address struct {
	text string
	path []part
	bit  int8 // of the number; noBit where the address is not of one
}

// part is a name and the element of it, if it is an array.
type part struct {
	name  string
	index []uint32
}

const noBit int8 = -1

const (
	program       = "Program:"
	maxName       = 80 // a controller's are of 40; those of modules are longer
	maxDimensions = 3
	addressForms  = "want a tag as TAG, TAG.MEMBER, TAG[3], TAG[1,2], TAG.5 for a bit, or Program:NAME.TAG"
)

// UnmarshalText reads an address.
func (a *Address) UnmarshalText(text []byte) error {
	read := Address{text: strings.TrimSpace(string(text)), bit: noBit}
	parts := strings.Split(read.text, ".")
	if last := len(parts) - 1; last > 0 && isDigits(parts[last]) {
		bit, err := strconv.ParseUint(parts[last], 10, 8)
		if err != nil || bit > 63 {
			return read.flaw("%q is no bit: want 0 to 63", parts[last])
		}
		read.bit, parts = int8(bit), parts[:last]
	}
	for _, one := range parts {
		p, err := parsePart(one)
		if err != nil {
			return read.flaw("%w", err)
		}
		read.path = append(read.path, p)
	}
	if isProgram(read.path[0].name) && len(read.path) == 1 {
		return read.flaw("a program is no tag")
	}
	*a = read
	return nil
}

func (a *Address) flaw(format string, args ...any) error {
	return &config.Problem{What: fmt.Sprintf("%.80q is not an address: %v", a.text, fmt.Errorf(format, args...)), Fix: addressForms}
}

func isProgram(name string) bool {
	return len(name) > len(program) && strings.EqualFold(name[:len(program)], program)
}

func isDigits(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }

// parsePart reads a name and what is in brackets behind it.
func parsePart(text string) (p part, err error) {
	name, rest, isElement := strings.Cut(text, "[")
	if p.name = name; !isName(name) {
		return p, fmt.Errorf("%.80q is no name", name)
	}
	if !isElement {
		return p, nil
	}
	list, closed := strings.CutSuffix(rest, "]")
	indices := strings.Split(list, ",")
	if !closed || len(indices) > maxDimensions {
		return p, fmt.Errorf("%.80q is no element", text)
	}
	for _, one := range indices {
		n, err := strconv.ParseUint(strings.TrimSpace(one), 10, 32)
		if err != nil {
			return p, fmt.Errorf("%.80q is no element", text)
		}
		p.index = append(p.index, uint32(n))
	}
	return p, nil
}

// isName reports whether a controller could have a name; those of modules and programs have colons.
func isName(name string) bool {
	if name == "" || len(name) > maxName || name[0] >= '0' && name[0] <= '9' || name[0] == ':' {
		return false
	}
	for _, c := range []byte(name) {
		if c != '_' && c != ':' && (c < '0' || c > '9') && (c < 'A' || c > 'Z') && (c < 'a' || c > 'z') {
			return false
		}
	}
	return true
}

// appendPath appends the way to the tag, with another element at its end where the last one has an index.
func (a *Address) appendPath(dst []byte, last []uint32) []byte {
	for i, p := range a.path {
		dst = cip.AppendSymbol(dst, p.name)
		index := p.index
		if i == len(a.path)-1 {
			index = last
		}
		for _, n := range index {
			dst = cip.AppendElement(dst, n)
		}
	}
	return dst
}

// last returns the element that the address ends with; none where it ends with a name.
func (a *Address) last() []uint32 {
	if len(a.path) == 0 {
		return nil
	}
	return a.path[len(a.path)-1].index
}

// String returns the address as it was written.
func (a Address) String() string { return a.text }

// MarshalText writes the address as it was written.
func (a Address) MarshalText() ([]byte, error) { return []byte(a.text), nil }

// DescribeText names the type for reference, schema and forms.
func (Address) DescribeText() (name, pattern string, secret bool) {
	return "Logix tag", `^[A-Za-z_][A-Za-z0-9_:]*(\[[0-9, ]+\])?(\.([A-Za-z_][A-Za-z0-9_:]*(\[[0-9, ]+\])?|[0-9]+))*$`, false
}
