package document

import (
	"encoding/json"
	"strings"
	"testing"
)

// seeds have every construct that the readers know.
var seeds = []string{
	"", "a: 1\nb: [1, {c: d}]\n", "- name: x\n  sql: |\n    a\n    b\n", "&a b: *a\n<<: *a\n", "a: &x {b: 1}\nc: *x\nd: {<<: *x}\n",
	"---\na: 'x'\n...\n", "a:\n- b\n- !!str c\n", "? a\n: b\n", "a: >-\n  x\n\n  y\n", "a: \"x\\\n  y\"", "a: 010\nb: 1e999\nc: .inf\n", "\t", "a: b: c", "%YAML 1.2\n---\na\n",
	`{"a": [true, null, -1.5e3, "\u00e9\ud83d\ude00"], "a": {}}`, `[[[[]]]]`, `{"a":`, `{} {}`, `{"a" 1}`, `nul`, "\"\x7f\"",
}

func FuzzReadingYAMLGivesATreeWithPlacesOrErrors(f *testing.F) {
	for _, seed := range seeds {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) { checkRead(t, "f.yaml", text) })
}

func FuzzReadingJSONAgreesWithTheStandardLibrary(f *testing.F) {
	for _, seed := range seeds {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		doc := checkRead(t, "f.json", text)
		if doc != nil && strings.Trim(text, " \t\r\n\ufeff") != "" && !json.Valid([]byte(strings.TrimPrefix(text, "\ufeff"))) {
			t.Errorf("%q is read and is no JSON", text)
		}
	})
}

// checkRead wants a tree or an error, and both with places within the text.
func checkRead(t *testing.T, file, text string) *Document {
	t.Helper()
	doc, errs := Read(file, []byte(text))
	if doc == nil && len(errs) == 0 {
		t.Fatalf("%q is neither read nor refused", text)
	}
	lines := strings.Count(text, "\n") + strings.Count(text, "\r") + 1
	for _, err := range errs {
		if err.Problem == "" || err.Line < 0 || err.Line > lines+1 {
			t.Errorf("%q: error %+v", text, err)
		}
	}
	if doc != nil {
		checkPlaces(t, doc.Root, lines, 0)
	}
	return doc
}

// checkPlaces walks a tree.
func checkPlaces(t *testing.T, n *Node, lines, depth int) {
	t.Helper()
	if n.Place.Line < 1 || n.Place.Line > lines || n.Place.Column < 1 || depth > MaxDepth {
		t.Errorf("node %+v of %d lines, %d deep", n, lines, depth)
	}
	for _, item := range n.Items() {
		checkPlaces(t, item, lines, depth+1)
	}
	for _, e := range n.Entries {
		checkPlaces(t, e.Value, lines, depth+1)
	}
}
