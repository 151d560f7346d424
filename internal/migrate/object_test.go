package migrate_test

import (
	"strings"
	"testing"

	"github.com/holdfast-edge/holdfast/internal/migrate"
)

func TestAnObjectTellsWhatNobodyAskedForAndWhatIsOfAnotherKind(t *testing.T) {
	var r migrate.Report
	o, err := migrate.NewObject("a.json", []byte(`{
  "text": "a", "Number": "1.5", "flag": 1, "list": ["a", 2], "one": "b", "nothing": null,
  "inner": "{\"x\": 1, \"y\": {\"z\": []}}", "known": 1, "moot": 1, "new": 1,
  "badNumber": "many", "badFlag": [], "badList": [[]], "badInner": "{"
}`), "export", &r)
	if err != nil {
		t.Fatal(err)
	}
	if o.Text("text") != "a" || o.Number("number", 0) != 1.5 || !o.Flag("flag", false) || strings.Join(o.Texts("list"), "") != "a2" ||
		len(o.Texts("one")) != 1 || o.Text("nothing") != "" || o.Int("absent", 7) != 7 || o.Has("nothing") {
		t.Error("what is there is not read")
	}
	if o.Number("badNumber", 3) != 3 || !o.Flag("badFlag", true) || o.Texts("badList") != nil || o.Object("badInner") != nil {
		t.Error("what is of another kind is read")
	}
	inner := o.Object("inner")
	if inner.Int("x", 0) != 1 {
		t.Error("a text with JSON is not read")
	}
	inner.Rest(migrate.Unknown)
	o.Rest(func(key string) (string, bool) {
		return map[string]string{"known": "it has no equivalent", "moot": "it is done"}[key], key == "moot"
	})
	var got []string
	for _, i := range r.Items {
		got = append(got, string(i.Kind)+" "+i.String())
	}
	want := []string{
		"left_out a.json:4:16: export: badNumber: want a number, this is a text",
		"left_out a.json:4:35: export: badFlag: want true or false, this is a list",
		"left_out a.json:4:50: export: badList: want a list of texts, this is a list",
		"left_out a.json:4:68: export: badInner: the text is no JSON: ",
		"left_out a.json:3:12: export: inner.y: this program does not know the key",
		"left_out a.json:3:55: export: known: it has no equivalent",
		"moot a.json:3:66: export: moot: it is done",
		"left_out a.json:3:76: export: new: this program does not know the key",
	}
	for i := range want {
		if i >= len(got) || !strings.HasPrefix(got[i], want[i]) {
			t.Fatalf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
	}
}
