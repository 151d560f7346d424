package neuron

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/holdfast-edge/holdfast/internal/migrate/plant"
)

// address is where a tag of a Modbus node is: SLAVE!ADDRESS[.BIT][#ENDIAN][.LEN[H|L|D|E]].
type address struct {
	unit   int
	point  plant.Point
	suffix string // after the dot
	endian string // after #
}

// readAddress reads an address; base is the number of the first of each table, 0 or 1.
func readAddress(text string, base int) (a address, err error) {
	unit, rest, ok := strings.Cut(strings.TrimSpace(text), "!")
	a.unit, err = strconv.Atoi(unit)
	if !ok || err != nil || a.unit < 0 || a.unit > 255 {
		return a, fmt.Errorf("%.40q is no Modbus address: want UNIT!NUMBER, as 1!400001", text)
	}
	rest, a.endian, _ = strings.Cut(rest, "#")
	rest, a.suffix, _ = strings.Cut(rest, ".")
	if a.endian == "" { // 1!400001.10H#… is written either way round
		a.suffix, a.endian, _ = strings.Cut(a.suffix, "#")
	}
	if len(rest) < 2 || !strings.ContainsRune("0134", rune(rest[0])) {
		return a, fmt.Errorf("%.40q is in no table of Modbus: want a number that begins with 0, 1, 3 or 4", text)
	}
	number, err := strconv.Atoi(rest[1:])
	if err != nil || number < base || number-base > 65535 {
		return a, fmt.Errorf("%.40q is outside of its table, which begins at %d", text, base)
	}
	a.point = plant.Point{Table: rest[0], Number: number - base, Bit: -1}
	return a, nil
}

// apply reads what stands behind the number as the type wants it, and returns the type and the order of the bytes here.
func (a *address) apply(code int) (typ, order string, err error) {
	typ, ok := types()[code]
	switch {
	case !ok:
		return "", "", fmt.Errorf("type %d has no equivalent", code)
	case a.point.IsBits():
		if typ != "bool" {
			return "", "", fmt.Errorf("type %d is none of single bits", code)
		}
		return "", "", a.noSuffix()
	case typ == "bool":
		a.point.Bit, err = strconv.Atoi(a.suffix)
		if err != nil || a.point.Bit < 0 || a.point.Bit > 15 {
			return "", "", fmt.Errorf("a bit of a register is .0 to .15, this is %.10q", "."+a.suffix)
		}
		return "", "", nil
	case typ == "string", typ == "bytes":
		order, err = a.text(typ)
		return typ, order, err
	}
	order, err = a.order(typ)
	if err == nil {
		err = a.noSuffix()
	}
	return typ, order, err
}

func (a *address) noSuffix() error {
	if a.suffix != "" {
		return fmt.Errorf(".%s has no meaning for this type", a.suffix)
	}
	return nil
}

// text reads the length of a text, and the way its characters stand in the registers. Without a letter Neuron takes H.
func (a *address) text(typ string) (order string, err error) {
	digits := strings.TrimRight(a.suffix, "HLDE")
	a.point.Length, err = strconv.Atoi(digits)
	letter := a.suffix[len(digits):]
	switch {
	case err != nil || a.point.Length <= 0:
		return "", fmt.Errorf("a %s has its length behind a dot, as 1!400001.10", typ)
	case letter == "" || letter == "H":
		return "", nil
	case letter == "L":
		return "BA", nil
	default:
		return "", fmt.Errorf("%s, one character a register, has no equivalent", letter)
	}
}

// order reads #ENDIAN.
func (a *address) order(typ string) (string, error) {
	orders := map[string]string{}
	switch typ {
	case "int16", "uint16":
		orders = map[string]string{"L": "AB", "B": "BA"}
	case "int32", "uint32", "float32":
		orders = map[string]string{"LL": "ABCD", "LB": "BADC", "BL": "CDAB", "BB": "DCBA"}
	case "int64", "uint64", "float64":
		orders = map[string]string{"L": "ABCDEFGH", "B": "HGFEDCBA"}
	}
	if a.endian == "" {
		return "", nil
	}
	order, ok := orders[a.endian]
	if !ok {
		return "", fmt.Errorf("#%.4s is no order of the bytes of %s", a.endian, typ)
	}
	return order, nil
}

// types are the driver's types by Neuron's numbers. There are no single bytes in Modbus, and no arrays in its driver.
func types() map[int]string {
	return map[int]string{
		3: "int16", 4: "uint16", 5: "int32", 6: "uint32", 7: "int64", 8: "uint64", 9: "float32", 10: "float64",
		11: "bool", 12: "bool", 13: "string", 14: "bytes", 16: "uint16", 17: "uint32", 18: "uint64",
	}
}
