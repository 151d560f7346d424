package document

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strings"
)

// readJSON reads one JSON value (RFC 8259). encoding/json checks the grammar, so that what follows can rely on it; this
// gives each value a place, refuses keys given twice, and bounds the depth.
func readJSON(file string, data []byte) (*Node, Errors) {
	r := jsonReader{builder: builder{file: file}, data: data, cursor: newCursor(data)}
	if len(bytes.Trim(data, jsonSpace)) == 0 {
		return &Node{Kind: Mapping, Place: Place{Line: 1, Column: 1}}, nil
	}
	if !json.Valid(data) {
		return nil, Errors{faultOf(file, data)}
	}
	root := r.value(0)
	if r.tooDeep {
		return nil, r.errs
	}
	return root, r.errs
}

// jsonSpace is what may stand between tokens.
const jsonSpace = " \t\r\n"

// jsonReader reads a text that is known to be JSON.
type jsonReader struct {
	builder
	data    []byte
	offset  int // what is read of it
	cursor  *cursor
	tooDeep bool // the bound of the depth is passed, which ends it all
}

// skip moves on to the next byte that is none of some.
func (r *jsonReader) skip(some string) {
	for r.offset < len(r.data) && strings.IndexByte(some, r.data[r.offset]) >= 0 {
		r.offset++
	}
}

// value reads one value; depth is how many lists and mappings it stands in.
func (r *jsonReader) value(depth int) *Node {
	r.skip(jsonSpace)
	n := &Node{Place: r.cursor.at(r.offset)}
	switch r.data[r.offset] {
	case '{', '[':
		r.nested(n, depth+1)
	case '"':
		n.Kind, n.Text = Text, r.text()
	case 'n':
		r.literal()
	case 't', 'f':
		n.Kind, n.Text = Bool, r.literal()
	default:
		n.Kind, n.Text = Number, r.literal()
	}
	return n
}

// literal reads a number or a word of JSON's own.
func (r *jsonReader) literal() string {
	begin := r.offset
	for r.offset < len(r.data) && strings.IndexByte(",]}"+jsonSpace, r.data[r.offset]) < 0 {
		r.offset++
	}
	return r.wordOf(r.data[begin:r.offset])
}

// text reads a string.
func (r *jsonReader) text() string {
	begin, plain := r.offset, true
	for r.offset++; r.data[r.offset] != '"'; r.offset++ {
		if r.data[r.offset] == '\\' {
			r.offset++
			plain = false
		}
	}
	r.offset++
	if plain {
		return r.wordOf(r.data[begin+1 : r.offset-1])
	}
	var text string
	_ = json.Unmarshal(r.data[begin:r.offset], &text) // the grammar is checked
	return r.word(text)
}

// nested reads a list or a mapping up to its end.
func (r *jsonReader) nested(n *Node, depth int) {
	if depth > MaxDepth {
		r.tooDeep = true
		r.errs = append(r.errs, tooDeep(r.file, n.Place))
		return
	}
	open := r.data[r.offset]
	r.offset++
	if open == '{' {
		r.mapping(n, depth)
		return
	}
	r.list(n, depth)
}

// more moves on to the next element or entry, or behind the end.
func (r *jsonReader) more(end byte) bool {
	if r.tooDeep {
		return false
	}
	r.skip("," + jsonSpace)
	if r.data[r.offset] == end {
		r.offset++
		return false
	}
	return true
}

func (r *jsonReader) mapping(n *Node, depth int) {
	n.Kind = Mapping
	var seen keys
	for r.more('}') {
		place := r.cursor.at(r.offset)
		key := r.text()
		r.skip(":" + jsonSpace)
		r.add(n, &seen, Entry{Key: key, Place: place, Value: r.value(depth)})
	}
}

// list reads a list. The elements of one that the root holds are not kept, but for what is wrong with one: they are read
// again when they are asked for.
func (r *jsonReader) list(n *Node, depth int) {
	n.Kind, n.list = List, &list{}
	begins := map[int]int{} // of the elements that are not kept
	for r.more(']') {
		at, errs := r.offset, len(r.errs)
		item := r.value(depth)
		if depth == resourceDepth && len(r.errs) == errs {
			begins[len(n.list.items)] = at
			item = &Node{Kind: item.Kind, Place: item.Place}
		}
		n.list.items = append(n.list.items, item)
	}
	if depth != resourceDepth {
		return
	}
	n.list.made = func(i int) *Node {
		item := n.list.items[i]
		if at, unread := begins[i]; unread {
			return r.again(at, item.Place, depth)
		}
		return item
	}
}

// resourceDepth is that of the lists in which a site's resources stand.
const resourceDepth = 2

// again reads a value once more, in which nothing was wrong.
func (r *jsonReader) again(offset int, place Place, depth int) *Node {
	once := jsonReader{
		builder: builder{file: r.file, words: r.words}, data: r.data, offset: offset,
		cursor: &cursor{data: r.data, offset: offset, place: place},
	}
	return once.value(depth)
}

// faultOf finds what is wrong with a text that is not JSON, and the place of the token that it is wrong with.
func faultOf(file string, data []byte) *Error {
	places, tokens := newCursor(data), json.NewDecoder(bytes.NewReader(data))
	for depth := 0; ; {
		before := int(tokens.InputOffset())
		for before < len(data) && strings.IndexByte(jsonSpace+",:", data[before]) >= 0 {
			before++
		}
		place := places.at(before)
		token, err := tokens.Token()
		switch {
		case errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF):
			return At(file, place, "", &Problem{What: "this is not JSON: the text ends within a value"})
		case err != nil:
			return At(file, place, "", &Problem{What: "this is not JSON: " + err.Error()})
		}
		if opened, ok := token.(json.Delim); ok {
			depth += map[json.Delim]int{'{': 1, '[': 1, '}': -1, ']': -1}[opened]
		}
		switch {
		case depth > MaxDepth:
			return tooDeep(file, place)
		case depth == 0:
			behind := len(data) - len(bytes.TrimLeft(data[tokens.InputOffset():], jsonSpace))
			return At(file, places.at(behind), "", &Problem{What: "something stands behind the end of the document", Fix: "remove it"})
		}
	}
}
