package document

import "testing"

func TestWhatIsNoJSONIsRefusedAtItsPlace(t *testing.T) {
	for text, want := range map[string]string{
		"{\"a\": 1,}":           "f.json:1:9: this is not JSON: invalid character '}' looking for beginning of object key string",
		"{\"a\" 1}":             "f.json:1:6: this is not JSON: invalid character '1' after object key",
		"{\n \"a\": tru\n}":     "f.json:2:7: this is not JSON: invalid character '\\n' in literal true (expecting 'e')",
		"[1, 2":                 "f.json:1:6: this is not JSON: the text ends within a value",
		"{\"a\": \"x\ny\"}":     "f.json:1:7: this is not JSON: invalid character '\\n' in string literal",
		"{} x":                  "f.json:1:4: something stands behind the end of the document: remove it",
		"{'a': 1}":              "f.json:1:2: this is not JSON: invalid character '\\''",
		"{\"a\": 1, \"a\": 2}":  "f.json:1:10: \"a\" is given twice, first at 1:2: remove one of the two",
		"// comment\n{}":        "f.json:1:1: this is not JSON: invalid character '/' looking for beginning of value",
		"{\"é\": 1, \"é\": [}]": "f.json:1:16: this is not JSON: invalid character '}' looking for beginning of value",
	} {
		_, errs := Read("f.json", []byte(text))
		if len(errs) == 0 || errs[len(errs)-1].Error() != want {
			t.Errorf("%q\ngot  %v\nwant %s", text, errs, want)
		}
	}
}

func TestKeysKeepTheOrderTheyAreWrittenIn(t *testing.T) {
	root := read(t, "a.json", `{"b": 1, "a": 2}`)
	if root.Entries[0].Key != "b" || root.Entries[1].Key != "a" {
		t.Errorf("entries %+v are not in the order written", root.Entries)
	}
}
