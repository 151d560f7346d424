package document

import "testing"

// one reads the value of the key v.
func one(t *testing.T, text string) *Node {
	t.Helper()
	e, ok := read(t, "a.yaml", "v: "+text+"\n").Entry("v")
	if !ok {
		t.Fatalf("%q has no v", text)
	}
	return e.Value
}

func TestAPlainWordIsWhatItReadsAsAndAQuotedOneIsAText(t *testing.T) {
	for text, want := range map[string]Kind{
		"1": Number, "-1.5e3": Number, "0x1F": Number, "010": Number, "1e999": Number, "99999999999999999999999": Number, ".inf": Number, ".5": Number,
		"true": Bool, "False": Bool, "null": Null, "~": Null, "": Null,
		"yes": Text, "on": Text, "1.2.3": Text, "12:30": Text, "2026-01-01": Text, "1 2": Text, "-": Text, "e": Text, "+-": Text, "..": Text,
		`"1"`: Text, "'1e999'": Text, `"true"`: Text, "'~'": Text, `""`: Text, "holding:1": Text, "é": Text,
	} {
		if text == "-" {
			continue // an empty element of a list
		}
		if n := one(t, text); n.Kind != want {
			t.Errorf("%s is %s, want %s", text, n.Kind, want)
		}
	}
}

func TestATextIsReadAsItsStyleSays(t *testing.T) {
	for text, want := range map[string]string{
		`"a\tb\u00e9\\"`: "a\tbé\\", `'it''s'`: "it's", "a # b": "a", "a#b": "a#b", "|\n  a\n\n  b\n": "a\n\nb\n",
		"|-\n  a\n": "a", ">\n  a\n  b\n\n  c\n": "a b\nc\n", "a\n  b": "a b", `"a\
   b"`: "ab",
	} {
		if n := one(t, text); n.Text != want {
			t.Errorf("%q is %q, want %q", text, n.Text, want)
		}
	}
}

func TestAKeyIsAWordOfAnyKind(t *testing.T) {
	root := read(t, "a.yaml", "1: a\ntrue: b\n'q k': c\n\"d\": d\nnull: e\n1.5: f\n")
	for _, key := range []string{"1", "true", "q k", "d", "null", "1.5"} {
		if _, ok := root.Entry(key); !ok {
			t.Errorf("the key %q is not there", key)
		}
	}
}

func TestWhatIsNoConfigurationIsRefusedAtItsPlace(t *testing.T) {
	for text, want := range map[string]string{
		"a: !!int 5":           `f:1:4: tags such as "!!int" are not read: remove it`,
		"a: *b":                "f:1:4: no anchor &b stands before this alias: declare it above, or write the value",
		"a: {<<: [x]}\nb: 1":   "f:1:10: << merges mappings, this is a text: name the anchor of a mapping",
		"a: 1\na: 2\na: 3":     "f:2:1: \"a\" is given twice, first at 1:1: remove one of the two\nf:3:1: \"a\" is given twice, first at 1:1: remove one of the two",
		"--- 1\n--- 2\n--- 3":  "f:2:5: a second document begins here: write one document a file",
		"a: [1, 2":             "f:1:4: this is not YAML: sequence end token ']' not found",
		"a:\n\t- b":            "f:2:1: this is not YAML: a tab indents this line: indent with spaces",
		"a: 'x":                "f:1:4: this is not YAML: could not find end character of single-quoted text: close the quote, bracket or brace that is open here or above",
		"a: &x y\nb: {*x : 2}": "f:2:5: this key is not a word: write a plain word before the colon",
	} {
		_, errs := Read("f", []byte(text))
		if errs.Error() != want {
			t.Errorf("%q\ngot  %v\nwant %s", text, errs, want)
		}
	}
}
