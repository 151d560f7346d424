package migrate

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/holdfast-edge/holdfast/config/document"
)

// Object is a mapping of a foreign document that remembers which of its keys were asked for. A key that is there and
// holds something else than is asked for is reported, and counts as not there. Keys are found whatever their case.
type Object struct {
	Origin
	node   *document.Node
	report *Report
	asked  map[string]bool
	inner  bool // it stands in a text of the document: all of it is at one place
}

// NewObject reads a document as a mapping. The name of the file tells the format, see document.Read.
func NewObject(file string, data []byte, of string, r *Report) (*Object, error) {
	doc, errs := document.Read(file, data)
	if err := errs.Sort().Err(); err != nil {
		return nil, err
	}
	if doc.Root.Kind != document.Mapping {
		return nil, document.Errors{document.At(file, doc.Root.Place, "", fmt.Errorf("want an object, this is %s", doc.Root.Kind))}
	}
	return MapObject(doc.Root, Origin{File: file, Of: of}.At(doc.Root.Place), r), nil
}

// MapObject makes an object of a mapping.
func MapObject(node *document.Node, o Origin, r *Report) *Object {
	return &Object{Origin: o, node: node, report: r, asked: map[string]bool{}}
}

// InnerObject makes an object of a text that holds JSON; the error is without places, since they are not those of the file.
func InnerObject(text string, o Origin, r *Report) (*Object, error) {
	doc, errs := document.Read("text.json", []byte(text))
	if len(errs) > 0 {
		return nil, fmt.Errorf("the text is no JSON: %s", errs[0].Problem)
	}
	if doc.Root.Kind != document.Mapping {
		return nil, fmt.Errorf("the text holds %s, want an object", doc.Root.Kind)
	}
	made := MapObject(doc.Root, o, r)
	made.inner = true
	return made, nil
}

// below is the origin of a value within the object.
func (o *Object) below(key string, value *document.Node) Origin {
	at := o.Under(key)
	if !o.inner {
		at = at.At(value.Place)
	}
	return at
}

// Place is the origin of a key's value, or of the object where the key is not there.
func (o *Object) Place(key string) Origin {
	if e, ok := o.find(key); ok {
		return o.below(e.Key, e.Value)
	}
	return o.Origin
}

func (o *Object) find(key string) (document.Entry, bool) {
	if e, ok := o.node.Entry(key); ok {
		return e, true
	}
	for _, e := range o.node.Entries {
		if strings.EqualFold(e.Key, key) {
			return e, true
		}
	}
	return document.Entry{}, false
}

// value returns what stands at a key, which is asked for now; nil where nothing does, or null.
func (o *Object) value(key string) *document.Node {
	e, ok := o.find(key)
	if !ok {
		return nil
	}
	o.asked[e.Key] = true
	if e.Value.Kind == document.Null {
		return nil
	}
	return e.Value
}

func (o *Object) wrong(key string, value *document.Node, want string) {
	o.report.LeftOut(o.below(key, value), fmt.Sprintf("want %s, this is %s", want, value.Kind))
}

// Has tells whether a key is there and not null. It does not ask for it.
func (o *Object) Has(key string) bool {
	e, ok := o.find(key)
	return ok && e.Value.Kind != document.Null
}

// Text returns a scalar as text.
func (o *Object) Text(key string) string {
	v := o.value(key)
	switch {
	case v == nil:
		return ""
	case !v.Scalar():
		o.wrong(key, v, "a text")
		return ""
	}
	return v.Text
}

// Number returns a number, which may stand as text; or otherwise where it is not there.
func (o *Object) Number(key string, otherwise float64) float64 {
	v := o.value(key)
	if v == nil || v.Scalar() && v.Text == "" {
		return otherwise
	}
	number, err := strconv.ParseFloat(v.Text, 64)
	if !v.Scalar() || err != nil || number-number != 0 {
		o.wrong(key, v, "a number")
		return otherwise
	}
	return number
}

// Int is Number without a fraction.
func (o *Object) Int(key string, otherwise int) int {
	number := o.Number(key, float64(otherwise))
	if number != float64(int(number)) {
		o.report.LeftOut(o.Place(key), "want a whole number")
		return otherwise
	}
	return int(number)
}

// Flag returns true or false, which may stand as text or as 1 and 0; or otherwise where it is not there.
func (o *Object) Flag(key string, otherwise bool) bool {
	v := o.value(key)
	if v == nil || v.Scalar() && v.Text == "" {
		return otherwise
	}
	flag, err := strconv.ParseBool(strings.ToLower(v.Text))
	if !v.Scalar() || err != nil {
		o.wrong(key, v, "true or false")
		return otherwise
	}
	return flag
}

// Object returns the mapping at a key; nil where there is none. A text that holds JSON is read, too.
func (o *Object) Object(key string) *Object {
	v := o.value(key)
	switch {
	case v == nil, v.Kind == document.Text && strings.TrimSpace(v.Text) == "":
		return nil
	case v.Kind == document.Mapping:
		below := MapObject(v, o.below(key, v), o.report)
		below.inner = o.inner
		return below
	case v.Kind == document.Text:
		below, err := InnerObject(v.Text, o.below(key, v), o.report)
		if err != nil {
			o.report.LeftOut(o.below(key, v), err.Error())
			return nil
		}
		return below
	}
	o.wrong(key, v, "an object")
	return nil
}

// Objects returns the mappings of the list at a key.
func (o *Object) Objects(key string) (all []*Object) {
	v := o.value(key)
	if v == nil {
		return nil
	}
	if v.Kind != document.List {
		o.wrong(key, v, "a list")
		return nil
	}
	for i, item := range v.Items() {
		at := fmt.Sprintf("%s[%d]", key, i)
		if item.Kind != document.Mapping {
			o.wrong(at, item, "an object")
			continue
		}
		below := MapObject(item, o.below(at, item), o.report)
		below.inner = o.inner
		all = append(all, below)
	}
	return all
}

// Texts returns the scalars of the list at a key, or one alone.
func (o *Object) Texts(key string) (all []string) {
	v := o.value(key)
	switch {
	case v == nil:
		return nil
	case v.Scalar() && v.Text != "":
		return []string{v.Text}
	case v.Kind != document.List:
		o.wrong(key, v, "a list of texts")
		return nil
	}
	for _, item := range v.Items() {
		if !item.Scalar() {
			o.wrong(key, v, "a list of texts")
			return nil
		}
		all = append(all, item.Text)
	}
	return all
}

// Keys are the keys in the order of the source. They are not asked for by that.
func (o *Object) Keys() (keys []string) {
	for _, e := range o.node.Entries {
		keys = append(keys, e.Key)
	}
	return keys
}

// Ask marks keys as dealt with.
func (o *Object) Ask(keys ...string) {
	for _, key := range keys {
		o.value(key)
	}
}

// Unasked are the keys that nobody has asked for, in the order of the source.
func (o *Object) Unasked() (keys []string) {
	for _, e := range o.node.Entries {
		if !o.asked[e.Key] {
			keys = append(keys, e.Key)
		}
	}
	return keys
}

// Why tells why a key is not taken, and whether it is not needed here. Without a reason, the key is one that this
// program does not know.
type Why func(key string) (reason string, moot bool)

// Unknown is a Why that knows no key.
func Unknown(string) (reason string, moot bool) { return "", false }

// Rest reports every key that nobody has asked for, and marks it.
func (o *Object) Rest(why Why) {
	for _, key := range o.Unasked() {
		reason, moot := why(key)
		switch {
		case moot:
			o.report.Moot(o.Place(key), reason)
		case reason == "":
			o.report.LeftOut(o.Place(key), "this program does not know the key")
		default:
			o.report.LeftOut(o.Place(key), reason)
		}
		o.Ask(key)
	}
}

// IsObject tells whether a mapping stands at a key, and not a text with one in it.
func (o *Object) IsObject(key string) bool {
	e, ok := o.find(key)
	return ok && e.Value.Kind == document.Mapping
}

// IsAsked tells whether any of the keys was asked for.
func (o *Object) IsAsked() bool { return len(o.asked) > 0 }

// Empty is an object without keys, where the source has none.
func Empty(o Origin) *Object {
	return MapObject(&document.Node{Kind: document.Mapping}, o, &Report{})
}

// Inner says that all of the object is at one place.
func (o *Object) Inner() { o.inner = true }
