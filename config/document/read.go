package document

import (
	"bytes"
	"path/filepath"
	"strconv"
	"strings"
)

// Read turns one file's text into a tree. The name decides the format: .json is JSON, anything else YAML. An empty
// file is an empty mapping. All that was found wrong is reported, in order; the document is nil where the text could
// not be understood, and otherwise there in spite of errors, so that more of them can be found in it.
func Read(file string, data []byte) (*Document, Errors) {
	if err := checkText(file, data); err != nil {
		return nil, Errors{err}
	}
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	read := readYAML
	if strings.EqualFold(filepath.Ext(file), ".json") {
		read = readJSON
	}
	root, errs := read(file, data)
	if root == nil {
		return nil, errs.Sort()
	}
	return &Document{File: file, Root: root}, errs.Sort()
}

// builder checks what both formats have in common while their trees are built.
type builder struct {
	file  string
	errs  Errors
	words map[string]string
}

// word returns a word of the file, one string for all the places where it stands: a plant has few words and uses them
// a hundred thousand times.
func (b *builder) word(text string) string {
	if known, ok := b.words[text]; ok {
		return known
	}
	if b.words == nil {
		b.words = map[string]string{}
	}
	b.words[text] = text
	return text
}

// wordOf is word for a text that is not a string yet, which it becomes only where it is new.
func (b *builder) wordOf(text []byte) string {
	if known, ok := b.words[string(text)]; ok {
		return known
	}
	return b.word(string(text))
}

// report notes an error at a place of the file.
func (b *builder) report(place Place, what, fix string) {
	b.errs = append(b.errs, At(b.file, place, "", &Problem{What: what, Fix: fix}))
}

// keys remembers where each key of one mapping was first written, where they are so many that looking through the
// entries takes long.
type keys map[string]Place

// fewEntries are looked through faster than a map is made: a plant has a hundred thousand mappings of a few keys.
const fewEntries = 16

// add appends the entry, or reports that its key was there before.
func (b *builder) add(n *Node, seen *keys, e Entry) {
	if first, twice := seen.first(n, e.Key); twice {
		b.report(e.Place, quote(e.Key)+" is given twice, first at "+first.String(), "remove one of the two")
		return
	}
	e.Key = b.word(e.Key)
	if *seen != nil {
		(*seen)[e.Key] = e.Place
	}
	n.Entries = append(n.Entries, e)
}

// first tells where a key was written before.
func (k *keys) first(n *Node, key string) (first Place, twice bool) {
	if *k == nil && len(n.Entries) < fewEntries {
		e, ok := n.Entry(key)
		return e.Place, ok
	}
	if *k == nil {
		*k = make(keys, 2*fewEntries)
		for _, e := range n.Entries {
			(*k)[e.Key] = e.Place
		}
	}
	first, twice = (*k)[key]
	return first, twice
}

// quote prints a word from the file within a message, cut where it is long.
func quote(word string) string {
	const longest = 60
	if runes := []rune(word); len(runes) > longest {
		word = string(runes[:longest]) + "…"
	}
	return strconv.Quote(word)
}
