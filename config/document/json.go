package document

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strings"
)

// readJSON reads one JSON value (RFC 8259). encoding/json checks the grammar; this follows its offsets to give each
// value a place, refuses keys given twice, and bounds the depth.
func readJSON(file string, data []byte) (*Node, Errors) {
	r := jsonReader{builder: builder{file: file}, data: data, cursor: newCursor(data)}
	r.tokens = json.NewDecoder(bytes.NewReader(data))
	r.tokens.UseNumber()
	if len(bytes.Trim(data, " \t\r\n")) == 0 {
		return &Node{Kind: Mapping, Place: Place{Line: 1, Column: 1}}, nil
	}
	root := r.value(0)
	if r.broken || !r.end() {
		return nil, r.errs
	}
	return root, r.errs
}

type jsonReader struct {
	builder
	data   []byte
	cursor *cursor
	tokens *json.Decoder
	broken bool // the grammar is violated: nothing after it can be read
}

// next reads a token and tells where it begins.
func (r *jsonReader) next() (json.Token, Place) {
	before := int(r.tokens.InputOffset())
	for before < len(r.data) && strings.IndexByte(" \t\r\n,:", r.data[before]) >= 0 {
		before++
	}
	place := r.cursor.at(before)
	token, err := r.tokens.Token()
	if err != nil {
		r.fail(place, err)
	}
	return token, place
}

// fail reports a violation of the grammar once; reading stops there.
func (r *jsonReader) fail(place Place, err error) {
	if r.broken {
		return
	}
	r.broken = true
	what := err.Error()
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		what = "the text ends within a value"
	}
	r.report(place, "this is not JSON: "+what, "")
}

// value reads one value; depth is how many lists and mappings it stands in.
func (r *jsonReader) value(depth int) *Node {
	token, place := r.next()
	n := &Node{Place: place}
	switch t := token.(type) {
	case nil:
		n.Kind = Null
	case bool:
		n.Kind, n.Text = Bool, "false"
		if t {
			n.Text = "true"
		}
	case json.Number:
		n.Kind, n.Text = Number, r.word(t.String())
	case string:
		n.Kind, n.Text = Text, r.word(t)
	case json.Delim:
		r.nested(n, t, depth+1)
	}
	return n
}

// nested reads a list or a mapping up to its end.
func (r *jsonReader) nested(n *Node, open json.Delim, depth int) {
	if depth > MaxDepth {
		r.broken = true
		r.errs = append(r.errs, tooDeep(r.file, n.Place))
		return
	}
	n.Kind = List
	if open == '{' {
		n.Kind = Mapping
	}
	var seen keys
	for !r.broken && r.tokens.More() {
		if open == '[' {
			n.Items = append(n.Items, r.value(depth))
			continue
		}
		key, place := r.next()
		name, _ := key.(string)
		if r.broken {
			return
		}
		r.add(n, &seen, Entry{Key: name, Place: place, Value: r.value(depth)})
	}
	if !r.broken {
		r.next()
	}
	n.Entries, n.Items = slices.Clone(n.Entries), slices.Clone(n.Items) // with no room to spare
}

// end refuses anything behind the value.
func (r *jsonReader) end() bool {
	behind := int(r.tokens.InputOffset())
	rest := bytes.TrimLeft(r.data[behind:], " \t\r\n")
	if len(rest) == 0 {
		return true
	}
	r.report(r.cursor.at(len(r.data)-len(rest)), "something stands behind the end of the document", "remove it")
	return false
}
