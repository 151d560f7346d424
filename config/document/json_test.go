package document

import (
	"strings"
	"testing"
)

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

func TestResourcesAreReadWhenTheyAreAskedForAndAreWhereTheyWere(t *testing.T) {
	const json = "{\"devices\": [\n\t{\"ü\": 1},\n\t{\"a\\u00e9\": [\"x\\\"y\", -2e3]}, true,\n [[1]], \"\"]}"
	const want = `root 1:1 5 ""
root.devices@1:2 1:13 4 ""
root.devices@1:2[0] 2:2 5 ""
root.devices@1:2[0].ü@2:3 2:8 2 "1"
root.devices@1:2[1] 3:2 5 ""
root.devices@1:2[1].aé@3:3 3:14 4 ""
root.devices@1:2[1].aé@3:3[0] 3:15 3 "x\"y"
root.devices@1:2[1].aé@3:3[1] 3:23 2 "-2e3"
root.devices@1:2[2] 3:31 1 "true"
root.devices@1:2[3] 4:2 4 ""
root.devices@1:2[3][0] 4:3 4 ""
root.devices@1:2[3][0][0] 4:4 2 "1"
root.devices@1:2[4] 4:9 3 ""
`
	root := read(t, "a.json", json)
	for _, again := range []string{"first", "once more"} {
		var got strings.Builder
		if dump(&got, "root", root); got.String() != want {
			t.Errorf("%s, got\n%s\nwant\n%s", again, got.String(), want)
		}
	}
}

func TestWhatIsWrongInAResourceIsToldWithoutAskingForIt(t *testing.T) {
	doc, errs := Read("f.json", []byte(`{"rules": [{"a": 1}, {"b": 2, "b": 3}, {"c": 4}]}`))
	if len(errs) != 1 || errs[0].Column != 31 {
		t.Fatal(errs)
	}
	if got := shape(doc.Root); got != `5""{rules:4""[5""{a:2"1"}][5""{b:2"2"}][5""{c:2"4"}]}` {
		t.Error(got)
	}
}
