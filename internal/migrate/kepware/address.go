package kepware

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/holdfast-edge/holdfast/internal/migrate/plant"
)

// options are the settings of a device that say what its addresses mean.
type options struct {
	base     int // the number of the first of each table
	firstBit int // the number of the lowest bit of a register
	reversed bool
}

// readAddress reads [H]TNNNNN[.BIT|.LENGTH[H|L]][ [ROWS][COLUMNS]], T being the table as Modicon counts. Text tells that
// the tag is a text, so that what stands behind the dot is its length; low that the low byte comes first.
func readAddress(written string, o options, text bool) (p plant.Point, low bool, err error) {
	rest, p, err := arrayOf(strings.ToUpper(strings.TrimSpace(written)))
	if err != nil {
		return p, false, err
	}
	radix := 10
	if hex, ok := strings.CutPrefix(rest, "H"); ok {
		rest, radix = hex, 16
	}
	rest, suffix, dotted := strings.Cut(rest, ".")
	if len(rest) < 2 || !strings.ContainsRune("0134", rune(rest[0])) {
		return p, false, fmt.Errorf("%.40q is in no table of Modbus: want a number that begins with 0, 1, 3 or 4", written)
	}
	number, err := strconv.ParseUint(rest[1:], radix, 32)
	if err != nil || int(number) < o.base || int(number)-o.base > 65535 {
		return p, false, fmt.Errorf("%.40q is outside of its table, which begins at %d", written, o.base)
	}
	p.Table, p.Number, p.Bit = rest[0], int(number)-o.base, -1
	switch {
	case text:
		low, err = textOf(&p, suffix)
	case dotted:
		err = bitOf(&p, suffix, o)
	}
	return p, low, err
}

// arrayOf takes the size of an array from the end of an address.
func arrayOf(written string) (rest string, p plant.Point, err error) {
	rest, sizes, ok := strings.Cut(written, "[")
	if !ok {
		return written, p, nil
	}
	p.Count = 1
	for size := range strings.SplitSeq(strings.ReplaceAll(sizes, "]", ""), "[") {
		n, err := strconv.Atoi(strings.TrimSpace(size))
		if err != nil || n < 1 || n > 2000 {
			return rest, p, fmt.Errorf("%.40q is no array: want its size in brackets, as 400001[10]", written)
		}
		p.Count *= n
	}
	if p.Count > 2000 {
		return rest, p, fmt.Errorf("an array of %d values is more than a reply holds", p.Count)
	}
	return strings.TrimSpace(rest), p, nil
}

// textOf reads LENGTH[H|L], H being what is meant without a letter.
func textOf(p *plant.Point, suffix string) (low bool, err error) {
	digits, low := strings.CutSuffix(suffix, "L")
	digits = strings.TrimSuffix(digits, "H")
	p.Length, err = strconv.Atoi(digits)
	if err != nil || p.Length < 1 {
		return low, fmt.Errorf("a text has its length behind a dot, as 400001.10, this is %.10q", "."+suffix)
	}
	return low, nil
}

func bitOf(p *plant.Point, suffix string, o options) error {
	bit, err := strconv.Atoi(suffix)
	bit -= o.firstBit
	switch {
	case err != nil || bit < 0 || bit > 15:
		return fmt.Errorf("a bit of a register is .%d to .%d, this is %.10q", o.firstBit, 15+o.firstBit, "."+suffix)
	case p.IsBits():
		return fmt.Errorf(".%s: the table has single bits", suffix)
	case o.reversed:
		bit = 15 - bit
	}
	p.Bit = bit
	return nil
}

// types are the driver's types by Kepware's numbers; an array's is 20 more than that of its elements.
func types() map[int]string {
	return map[int]string{
		1: "bool", 4: "int16", 5: "uint16", 6: "int32", 7: "uint32", 8: "float32", 9: "float64", 10: "bcd16", 11: "bcd32", 13: "int64", 14: "uint64",
	}
}

// Kepware's numbers of types with ways of their own.
const (
	standard = -1 // what the address implies
	text     = 0
	arrays   = 20
)

// typeOf returns the driver's type of a tag.
func typeOf(code int, p plant.Point) (string, error) {
	switch {
	case code == text:
		return "string", nil
	case code == standard && !p.IsBits() && p.Bit < 0:
		return "uint16", nil
	case code == standard:
		return "", nil
	case code >= arrays && p.Count > 0:
		code -= arrays
	case code >= arrays:
		return "", fmt.Errorf("type %d is an array, and its address has no size", code)
	}
	typ, ok := types()[code]
	if !ok {
		return "", fmt.Errorf("type %d (a single byte, or a date) has no equivalent", code)
	}
	if typ == "bool" {
		if !p.IsBits() && p.Bit < 0 {
			return "", fmt.Errorf("a Boolean of a whole register: give the bit, as 400001.0")
		}
		typ = ""
	}
	return typ, nil
}
