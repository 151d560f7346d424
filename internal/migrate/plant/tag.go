package plant

import (
	"fmt"
	"math/big"

	"github.com/holdfast-edge/holdfast/internal/migrate"
)

// Tag is one value of a Modbus device.
type Tag struct {
	From   migrate.Origin
	Name   string // as the source has it
	Prefix string // what stands in front of it where another tag of the device has the name
	Point

	Type        string // of the driver; empty: what the address implies
	Order       string // of the bytes; empty: that of the device
	Scale       string // a decimal number; empty: 1
	Offset      string // empty: 0
	Scaling     *migrate.Node
	Unit        string
	Access      string // r, w or rw
	OnChange    bool   // only changes are reported
	Description string

	Static bool   // a constant: nothing is asked
	Value  string // of it

	ambiguous bool
}

// write adds the tag to its group.
func (t *Tag) write(group *migrate.Node, names *migrate.Names, r *migrate.Report) {
	wanted := t.Name
	if t.ambiguous && t.Prefix != "" {
		wanted = t.Prefix + "_" + t.Name
	}
	name := names.Give(wanted)
	if name != t.Name {
		r.Changed(t.From.Under("name"), t.Name, name, "a name has letters, digits, _ and -, and stands once in its device")
	}
	node := migrate.Map(&t.From).Text("name", name)
	node.Flow = true
	key := "tags"
	if t.Static {
		key = "static"
		node.Put("value", migrate.Text(t.Value))
	} else {
		t.read(node)
	}
	node.Text("unit", t.Unit).Text("description", t.describe(name))
	group.ListAt(key).Add(node)
	r.Taken(t.From)
}

// describe keeps what the source calls the tag where its name could not be kept.
func (t *Tag) describe(name string) string {
	switch {
	case migrate.Name(t.Name) == t.Name || name == t.Name:
		return t.Description
	case t.Description == "":
		return t.Name
	default:
		return t.Name + ": " + t.Description
	}
}

// read writes what is for a tag that the device is asked for.
func (t *Tag) read(node *migrate.Node) {
	node.Text("address", t.Address()).Text("type", t.Type).Text("order", t.Order)
	for _, n := range []struct {
		key   string
		value int
	}{{"length", t.Length}, {"count", t.Count}} {
		if n.value > 0 {
			node.Int(n.key, n.value)
		}
	}
	if t.Scaling != nil {
		node.Put("scaling", t.Scaling)
	}
	if t.Scale != "" && t.Scale != "1" {
		node.Put("scale", migrate.Plain(t.Scale))
	}
	if t.Offset != "" && t.Offset != "0" {
		node.Put("offset", migrate.Plain(t.Offset))
	}
	if t.Access != "r" {
		node.Text("access", t.Access)
	}
	if t.OnChange {
		node.Int("deadband", 0)
	}
}

// Decimal is a number without an exponent, as it is meant: 0.1 of a float64 that is nearest to it.
func Decimal(f float64) string { return migrate.Number(f).Value() }

// Minus is a decimal number with its sign turned.
func Minus(decimal string) string {
	r, ok := new(big.Rat).SetString(decimal)
	if !ok || r.Sign() == 0 {
		return decimal
	}
	if decimal[0] == '-' {
		return decimal[1:]
	}
	return "-" + decimal
}

// Point is where a Modbus device keeps a value.
type Point struct {
	Table  byte // as Modicon counts: 0 coils, 1 discrete inputs, 3 input and 4 holding registers
	Number int  // in the table, from 0
	Bit    int  // of a register, 0 the lowest; -1: the whole
	Length int  // bytes of a text; 0: none
	Count  int  // values of an array; 0: none
}

// Address is the point as the modbus driver reads it.
func (p Point) Address() string {
	tables := map[byte]string{'0': "coil", '1': "discrete", '3': "input", '4': "holding"}
	text := fmt.Sprintf("%s:%d", tables[p.Table], p.Number)
	if p.Bit >= 0 {
		text += fmt.Sprintf(".%d", p.Bit)
	}
	return text
}

// IsBits tells whether the table holds single bits.
func (p Point) IsBits() bool { return p.Table == '0' || p.Table == '1' }

// IsReadOnly tells whether nothing in the table can be written.
func (p Point) IsReadOnly() bool { return p.Table == '1' || p.Table == '3' }
