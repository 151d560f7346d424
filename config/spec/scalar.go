package spec

import (
	"encoding"
	"errors"
	"fmt"
	"math"
	"reflect"
	"strconv"
	"strings"

	"github.com/holdfast-edge/holdfast/config/document"
)

// inQuotes is the fix for a word that YAML takes for something other than a text.
const inQuotes = "write it in quotes"

// wanted is the error of a value of the wrong kind.
func wanted(n *document.Node, want, fix string) error {
	if n.Kind == document.Null {
		return &document.Problem{What: "no value is given", Fix: "want " + want + ", or remove the key"}
	}
	if !n.Scalar() && fix == inQuotes {
		fix = ""
	}
	return &document.Problem{What: "want " + want + ", this is " + describe(n), Fix: fix}
}

// describe tells a value and its kind.
func describe(n *document.Node) string {
	switch n.Kind {
	case document.Text:
		return "the text " + shorten(n.Text)
	case document.Number:
		return "the number " + n.Text
	case document.Bool:
		return n.Text
	default:
		return n.Kind.String()
	}
}

// shorten quotes a text for a message, cut where it is long.
func shorten(text string) string {
	const longest = 60
	if runes := []rune(text); len(runes) > longest {
		text = string(runes[:longest]) + "…"
	}
	return strconv.Quote(text)
}

// readScalar reads one word into a Go value that is no pointer.
func readScalar(into reflect.Value, n *document.Node, t *Type) error {
	switch {
	case into.Type() == durationType:
		return readDuration(into, n)
	case reflect.PointerTo(into.Type()).Implements(unmarshalerType):
		return readText(into, n, t)
	}
	switch t.Shape {
	case Flag:
		return readFlag(into, n)
	case Integer:
		return readInteger(into, n)
	case Float:
		return readFloat(into, n)
	default:
		return readString(into, n)
	}
}

// readText lets a type read itself; a number is a text too, so that address: 40001 needs no quotes.
func readText(into reflect.Value, n *document.Node, t *Type) error {
	if n.Kind != document.Text && n.Kind != document.Number {
		return wanted(n, "a "+t.Name, inQuotes)
	}
	if err := into.Addr().Interface().(encoding.TextUnmarshaler).UnmarshalText([]byte(n.Text)); err != nil {
		return err
	}
	return nil
}

func readFlag(into reflect.Value, n *document.Node) error {
	if n.Kind != document.Bool {
		return wanted(n, "true or false", "write true or false without quotes")
	}
	into.SetBool(strings.EqualFold(n.Text, "true"))
	return nil
}

// readInteger reads decimal digits, or hexadecimal after 0x. A leading zero is refused, since YAML 1.1 took it for
// octal.
func readInteger(into reflect.Value, n *document.Node) error {
	if n.Kind != document.Number {
		return wanted(n, "a whole number", quotedNumber(n))
	}
	text := n.Text
	if digits := strings.TrimLeft(text, "+-"); len(digits) > 1 && digits[0] == '0' && digits[1] >= '0' && digits[1] <= '9' {
		return &document.Problem{What: text + " begins with a zero", Fix: "write it without the zero"}
	}
	if into.CanInt() {
		v, err := strconv.ParseInt(strings.TrimPrefix(text, "+"), 0, into.Type().Bits())
		into.SetInt(v)
		return outOfRange(err, n)
	}
	v, err := strconv.ParseUint(strings.TrimPrefix(text, "+"), 0, into.Type().Bits())
	into.SetUint(v)
	if err != nil && strings.HasPrefix(text, "-") {
		return &document.Problem{What: text + " is negative", Fix: "want a whole number from 0"}
	}
	return outOfRange(err, n)
}

// tooLarge is the error of a number that the Go type of its field cannot hold.
type tooLarge string

func (number tooLarge) Error() string { return string(number) + " is too large for this key" }

// explain adds the field's bounds to the error of a number beyond what its Go type holds.
func (f *Field) explain(err error) error {
	number, ok := errors.AsType[tooLarge](err)
	if !ok {
		return err
	}
	fix := "write a smaller number"
	if bounds := f.Bounds(); bounds != "" {
		fix = "want " + bounds
	} else if most := f.Type.most(); most != "" {
		fix = "want at most " + most
	}
	return &document.Problem{What: number.Error(), Fix: fix}
}

// most is the largest number that the Go type of an integer holds; empty where that says nothing to a person.
func (t *Type) most() string {
	kind := t.goType
	if t.pointer {
		kind = kind.Elem()
	}
	switch kind.Kind() {
	case reflect.Uint8, reflect.Uint16, reflect.Uint32:
		return strconv.FormatUint(1<<kind.Bits()-1, 10)
	case reflect.Int8, reflect.Int16, reflect.Int32:
		return strconv.FormatInt(1<<(kind.Bits()-1)-1, 10)
	}
	return ""
}

// outOfRange words what strconv found.
func outOfRange(err error, n *document.Node) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, strconv.ErrRange):
		return tooLarge(n.Text)
	default:
		return &document.Problem{What: n.Text + " is not a whole number", Fix: "write it without a fraction or exponent"}
	}
}

// quotedNumber is the fix for a number written as a text.
func quotedNumber(n *document.Node) string {
	if n.Kind != document.Text {
		return ""
	}
	if _, err := strconv.ParseFloat(n.Text, 64); err == nil {
		return "remove the quotes"
	}
	if pointed := strings.Replace(n.Text, ",", ".", 1); pointed != n.Text {
		if _, err := strconv.ParseFloat(pointed, 64); err == nil {
			return "write a point for the comma: " + pointed
		}
	}
	return "write digits"
}

func readFloat(into reflect.Value, n *document.Node) error {
	if n.Kind != document.Number {
		return wanted(n, "a number", quotedNumber(n))
	}
	v, err := parseNumber(n.Text, into.Type().Bits())
	if err != nil {
		return err
	}
	into.SetFloat(v)
	return nil
}

// parseNumber reads any finite number that YAML or JSON can write.
func parseNumber(text string, bits int) (float64, error) {
	v, err := strconv.ParseFloat(text, bits)
	if err == nil && !math.IsInf(v, 0) && !math.IsNaN(v) {
		return v, nil
	}
	if whole, err := strconv.ParseInt(text, 0, 64); err == nil {
		return float64(whole), nil
	}
	return 0, &document.Problem{What: text + " is not a finite number", Fix: "write a number such as 0.1"}
}

// readString takes a text, or a number as it is written.
func readString(into reflect.Value, n *document.Node) error {
	if n.Kind != document.Text && n.Kind != document.Number {
		return wanted(n, "a text", inQuotes)
	}
	into.SetString(n.Text)
	return nil
}

// readDuration reads a number with its unit.
func readDuration(into reflect.Value, n *document.Node) error {
	if n.Kind != document.Text && n.Kind != document.Number {
		return wanted(n, "a duration", "write it with its unit, as 100ms, 5s or 30d")
	}
	d, err := ParseDuration(n.Text)
	if err != nil {
		return err
	}
	into.SetInt(int64(d))
	return nil
}

// plain makes the node that a tag's text, or a part of a URL, would be in a file.
func plain(text string) *document.Node {
	n := &document.Node{Kind: document.Text, Text: text}
	if text == "true" || text == "false" {
		n.Kind = document.Bool
	} else if _, err := parseNumber(text, 64); err == nil {
		n.Kind = document.Number
	}
	return n
}

// read decodes a scalar of the field's own type, and checks it.
func (f *Field) read(into reflect.Value, n *document.Node) error {
	t := *f.Type
	if t.pointer {
		into.Set(reflect.New(into.Type().Elem()))
		into = into.Elem()
	}
	if !t.Shape.scalar() {
		return fmt.Errorf("only a field of one value has a default")
	}
	if err := readScalar(into, n, &t); err != nil {
		return err
	}
	return f.check(into, n)
}
