package document

import (
	"fmt"
	"strings"
	"testing"
)

// dump prints a tree on one line each value: place, kind, text.
func dump(b *strings.Builder, name string, n *Node) {
	fmt.Fprintf(b, "%s %s %d %q\n", name, n.Place, n.Kind, n.Text)
	for i, item := range n.Items() {
		dump(b, fmt.Sprintf("%s[%d]", name, i), item)
	}
	for _, e := range n.Entries {
		dump(b, fmt.Sprintf("%s.%s@%s", name, e.Key, e.Place), e.Value)
	}
}

// read reads a text that is known to be right.
func read(t testing.TB, file, text string) *Node {
	t.Helper()
	doc, errs := Read(file, []byte(text))
	if len(errs) > 0 || doc == nil {
		t.Fatalf("%s: %v", text, errs)
	}
	return doc.Root
}

func TestEveryValueKnowsWhereItWasWritten(t *testing.T) {
	yaml := "a: 1\nbé: {c: [x, \"y\"], d: }\nl:\n  - |\n    text\n    more\n  - 'q'\n  - e: true\n    f: ~\n  - - 0x1F\nm: >-\n  folded\n  text\n"
	want := `root 1:1 5 ""
root.a@1:1 1:4 2 "1"
root.bé@2:1 2:5 5 ""
root.bé@2:1.c@2:6 2:9 4 ""
root.bé@2:1.c@2:6[0] 2:10 3 "x"
root.bé@2:1.c@2:6[1] 2:13 3 "y"
root.bé@2:1.d@2:19 2:21 0 ""
root.l@3:1 4:3 4 ""
root.l@3:1[0] 4:5 3 "text\nmore\n"
root.l@3:1[1] 7:5 3 "q"
root.l@3:1[2] 8:5 5 ""
root.l@3:1[2].e@8:5 8:8 1 "true"
root.l@3:1[2].f@9:5 9:8 0 ""
root.l@3:1[3] 10:5 4 ""
root.l@3:1[3][0] 10:7 2 "0x1F"
root.m@11:1 11:4 3 "folded text"
`
	var got strings.Builder
	dump(&got, "root", read(t, "a.yaml", yaml))
	if got.String() != want {
		t.Errorf("got\n%s\nwant\n%s", got.String(), want)
	}
}

func TestJSONKnowsItsPlacesTheSameWay(t *testing.T) {
	json := "{\"a\" : 1.50,\r\n \"é\": [true,null , \"\\u00e9\\n\"],\n\t\"m\": {}, \"e\": -1e-7}\n"
	want := `root 1:1 5 ""
root.a@1:2 1:8 2 "1.50"
root.é@2:2 2:7 4 ""
root.é@2:2[0] 2:8 1 "true"
root.é@2:2[1] 2:13 0 ""
root.é@2:2[2] 2:20 3 "é\n"
root.m@3:2 3:7 5 ""
root.e@3:11 3:16 2 "-1e-7"
`
	var got strings.Builder
	dump(&got, "root", read(t, "a.JSON", json))
	if got.String() != want {
		t.Errorf("got\n%s\nwant\n%s", got.String(), want)
	}
}

// shape prints a tree without its places.
func shape(n *Node) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d%q", n.Kind, n.Text)
	for _, item := range n.Items() {
		b.WriteString("[" + shape(item) + "]")
	}
	for _, e := range n.Entries {
		b.WriteString("{" + e.Key + ":" + shape(e.Value) + "}")
	}
	return b.String()
}

func TestAJSONTextIsTheSameTreeReadAsYAML(t *testing.T) {
	for _, text := range []string{
		`{}`, `[]`, `{"a": [1, 2.5, -3, 1e3, true, false, null, "x", "", "a b: c # d"]}`, `{"a": {"b": {"c": [{}, []]}}}`,
		"{\n  \"a\": \"tab\\tquote\\\"\",\n  \"b\": [\n    1\n  ]\n}\n",
	} {
		asJSON, asYAML := shape(read(t, "a.json", text)), shape(read(t, "a.yaml", text))
		if asJSON != asYAML {
			t.Errorf("%s\nis as JSON %s\nand as YAML %s", text, asJSON, asYAML)
		}
	}
}

func TestWindowsLineEndsAndByteOrderMarksAreNoMatter(t *testing.T) {
	plain := "a: 1\nb:\n  - c: x y\n  - |\n    t\n"
	var want, got strings.Builder
	dump(&want, "root", read(t, "a.yaml", plain))
	dump(&got, "root", read(t, "a.yaml", "\ufeff"+strings.ReplaceAll(plain, "\n", "\r\n")))
	if got.String() != want.String() {
		t.Errorf("got\n%s\nwant\n%s", got.String(), want.String())
	}
}

func TestAnEmptyFileIsAnEmptyMapping(t *testing.T) {
	for _, name := range []string{"a.yaml", "a.json"} {
		for _, text := range []string{"", " \n", "\ufeff"} {
			if root := read(t, name, text); root.Kind != Mapping || len(root.Entries) != 0 {
				t.Errorf("%s %q: %+v", name, text, root)
			}
		}
	}
	if root := read(t, "a.yaml", "# only a comment\n---\n"); root.Kind != Mapping && root.Kind != Null {
		t.Errorf("a comment: %+v", root)
	}
}

func TestAnAliasIsTheNodeOfItsAnchorAndAMergeGivesWayToOwnKeys(t *testing.T) {
	root := read(t, "a.yaml", "base: &b {x: 1, y: 2}\nsame: *b\nmerged: {y: 3, <<: *b}\nblock:\n  <<: [*b, {z: 4}]\n  x: 5\n")
	base, _ := root.Entry("base")
	same, _ := root.Entry("same")
	if base.Value != same.Value {
		t.Error("the alias is another node than its anchor's")
	}
	merged, _ := root.Entry("merged")
	if got, want := shape(merged.Value), `5""{y:2"3"}{x:2"1"}`; got != want {
		t.Errorf("merged %s, want %s", got, want)
	}
	block, _ := root.Entry("block")
	if got, want := shape(block.Value), `5""{x:2"5"}{y:2"2"}{z:2"4"}`; got != want {
		t.Errorf("block %s, want %s", got, want)
	}
}

func TestAnEntryIsFoundOnlyWhereItIs(t *testing.T) {
	root := read(t, "a.yaml", "a: [1]")
	if e, ok := root.Entry("a"); !ok || e.Value.Kind != List {
		t.Errorf("a: %+v %v", e, ok)
	}
	if _, ok := root.Entry("b"); ok {
		t.Error("b is not there")
	}
	if root.Scalar() || !read(t, "a.yaml", "5").Scalar() {
		t.Error("a mapping is no scalar, 5 is")
	}
}

func TestEveryKindHasWordsOfItsOwn(t *testing.T) {
	seen := map[string]bool{}
	for kind := Null; kind <= Mapping; kind++ {
		seen[kind.String()] = true
	}
	if len(seen) != int(Mapping)+1 {
		t.Errorf("words %v", seen)
	}
}
