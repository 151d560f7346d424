package mqtt

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/tag"
)

// Template is a topic with placeholders: {site}, {stream}, and {name} for what
// the row's field of that name holds.
type Template struct {
	text  string
	parts []part
}

// part is a piece of a template: literal text, or the name of a placeholder.
type part struct {
	literal string
	name    string
}

const (
	// longestTopic is what the two length bytes of a string count (MQTT 5.0 §1.5.4).
	longestTopic = 65535
	// longestTemplate leaves most of it to what the placeholders become.
	longestTemplate = 4096
)

// ParseTemplate reads a topic such as "plant/{stream}/{machine}". The text
// around the placeholders has to make a topic to publish on: not empty, no
// wildcards (MQTT 5.0 §4.7.1).
func ParseTemplate(text string) (Template, error) {
	t := Template{text: text}
	for rest := text; rest != ""; {
		literal, after, opens := strings.Cut(rest, "{")
		if strings.Contains(literal, "}") {
			return Template{}, unreadable(text, "has } without {")
		}
		if literal != "" {
			t.parts = append(t.parts, part{literal: literal})
		}
		if !opens {
			break
		}
		name, remains, closes := strings.Cut(after, "}")
		if !closes || name == "" || strings.Contains(name, "{") {
			return Template{}, unreadable(text, "has { without a name and }")
		}
		t.parts = append(t.parts, part{name: name})
		rest = remains
	}
	return t, t.check()
}

// check holds the text around the placeholders against the rules of topics.
func (t Template) check() error {
	switch {
	case t.text == "" || len(t.text) > longestTemplate:
		return &config.Problem{What: fmt.Sprintf("a topic of %d bytes", len(t.text)), Fix: fmt.Sprintf("want 1 to %d", longestTemplate)}
	case !utf8.ValidString(t.text) || strings.ContainsRune(t.text, 0):
		return unreadable(t.text, "is not UTF-8 or has a NUL")
	}
	for _, p := range t.parts {
		if strings.ContainsAny(p.literal, "+#") {
			return &config.Problem{What: fmt.Sprintf("%.60q has a wildcard", t.text), Fix: "publish on one topic, without + and #"}
		}
	}
	return nil
}

func unreadable(text, what string) error {
	return &config.Problem{
		What: fmt.Sprintf("topic %.60q %s", text, what),
		Fix:  "write {site}, {stream} or the {name} of a field, and no other braces",
	}
}

// String returns the template as it was written.
func (t Template) String() string { return t.text }

// UnmarshalText is ParseTemplate.
func (t *Template) UnmarshalText(text []byte) (err error) {
	*t, err = ParseTemplate(string(text))
	return err
}

// MarshalText returns the template as it was written.
func (t Template) MarshalText() ([]byte, error) { return []byte(t.text), nil }

// IsZero reports whether there is no template.
func (t Template) IsZero() bool { return t.text == "" }

// DescribeText names the type for reference, schema and forms.
func (Template) DescribeText() (name, pattern string, secret bool) {
	return "topic with placeholders", `^[^+#]+$`, false
}

// bind fills in what is the same for every row of a stream and finds the slots
// of the rest. A field that the schema lacks is a level "_", as a missing value.
func (t Template) bind(site, stream string, schema *tag.Schema) topic {
	var bound topic
	for _, p := range t.parts {
		slot, literal := -1, p.literal
		switch {
		case p.literal != "":
		case p.name == "site":
			literal = string(appendLevel(nil, site))
		case p.name == "stream":
			literal = string(appendLevel(nil, stream))
		default:
			slot, literal = slotOf(schema, p.name), emptyLevel
		}
		bound.add(piece{literal: literal, slot: slot})
	}
	return bound
}

func slotOf(schema *tag.Schema, name string) int {
	if schema == nil {
		return -1
	}
	if slot, ok := schema.Slot(name); ok {
		return slot
	}
	return -1
}

// topic is a template bound to a stream.
type topic struct {
	pieces []piece
}

// piece is literal text where slot is negative.
type piece struct {
	literal string
	slot    int
}

// add joins neighbouring literals.
func (t *topic) add(p piece) {
	if last := len(t.pieces) - 1; last >= 0 && p.slot < 0 && t.pieces[last].slot < 0 {
		t.pieces[last].literal += p.literal
		return
	}
	t.pieces = append(t.pieces, p)
}

// appendTo appends the topic of one row; row may be nil for a gap.
func (t topic) appendTo(dst []byte, row []tag.Value) []byte {
	for _, p := range t.pieces {
		if p.slot < 0 {
			dst = append(dst, p.literal...)
			continue
		}
		dst = appendValue(dst, row[p.slot])
	}
	return dst
}

// emptyLevel stands where there is nothing to write: an empty level is legal,
// but subscribers trip over it.
const emptyLevel = "_"

// appendValue appends a value as part of a topic.
func appendValue(dst []byte, v tag.Value) []byte {
	switch {
	case v.IsNull():
		return append(dst, emptyLevel...)
	case v.Kind() == tag.String:
		return appendLevel(dst, v.Str())
	default:
		from := len(dst)
		dst = tag.AppendJSON(dst, v)
		for i := from; i < len(dst); i++ {
			dst[i] = levelByte(dst[i])
		}
		return dst
	}
}

// appendLevel appends text as part of one level: what would split it or match
// others becomes "_".
func appendLevel(dst []byte, text string) []byte {
	if text == "" {
		return append(dst, emptyLevel...)
	}
	for _, r := range text { // an octet that is not UTF-8 arrives as U+FFFD
		if r < utf8.RuneSelf {
			dst = append(dst, levelByte(byte(r)))
			continue
		}
		dst = utf8.AppendRune(dst, r)
	}
	return dst
}

func levelByte(c byte) byte {
	switch c {
	case '/', '+', '#', 0:
		return '_'
	default:
		return c
	}
}
