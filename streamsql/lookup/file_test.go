package lookup_test

import (
	"strings"
	"testing"

	"github.com/holdfast-edge/holdfast/streamsql/lookup"
	"github.com/holdfast-edge/holdfast/tag"
)

func all(b *tag.Batch) string {
	var rows []string
	for i := 0; b != nil && i < b.Len(); i++ {
		rows = append(rows, string(tag.AppendRowJSON(nil, b, i)))
	}
	return strings.Join(rows, " ")
}

func TestACSVFileIsReadWithNumbersAndTexts(t *testing.T) {
	table, err := lookup.ParseCSV("t", []byte("\ufeffdevice, upper,article,on\r\na,90.5,0012,true\n\"b,\"\"c\"\"\",-3,0,\nnan,1e3,infinity,0.5\n"), 7)
	if err != nil {
		t.Fatal(err)
	}
	want := `{"device":"a","upper":90.5,"article":"0012","on":true} ` +
		`{"device":"b,\"c\"","upper":-3,"article":0,"on":null} ` +
		`{"device":"nan","upper":1000,"article":"infinity","on":0.5}`
	if got := all(table.Rows()); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if table.Len() != 3 || table.Rows().Time(0) != 7 {
		t.Errorf("%d rows, time %d", table.Len(), table.Rows().Time(0))
	}
}

func TestAJSONFileIsAnArrayOrALineForEachRow(t *testing.T) {
	for _, text := range []string{
		`[{"a":1,"b":"x}"},{"c":{"d":[1]},"a":2}]`, "{\"a\":1,\"b\":\"x}\"}\n {\"c\":{\"d\":[1]},\"a\":2}\n",
	} {
		table, err := lookup.ParseJSON("t", []byte(text), 0)
		if err != nil {
			t.Fatal(err)
		}
		if got := all(table.Rows()); got != `{"a":1,"b":"x}"} {"a":2,"c":{"d":[1]}}` {
			t.Error(got)
		}
	}
	if table, err := lookup.ParseJSON("t", []byte(" [ ] "), 0); err != nil || table.Len() != 0 {
		t.Error(table, err)
	}
}

func TestAFileThatIsNoTableIsRefused(t *testing.T) {
	for text, want := range map[string]string{
		"":         "read table t: want a first line that names the columns",
		"a,a\n1,2": "read table t: two columns are called a",
		"a,\n1,2":  "read table t: column 2 has no name",
		"a,b\n1":   "read table t: record on line 2: wrong number of fields",
		strings.Repeat("a,", lookup.MaxColumns) + "a\n": "read table t: a table has at most",
	} {
		if _, err := lookup.ParseCSV("t", []byte(text), 0); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%.20q: got %v, want %s", text, err, want)
		}
	}
	for text, want := range map[string]string{
		`[1]`:           `read table t: row 1: want an object`,
		`{"a":1} 2`:     `read table t: row 2: want an object`,
		`{"a":1} {"a":`: `read table t: row 2: the object does not end`,
		`[{"a":1}`:      `read table t: parse JSON`,
		`{"":1}`:        `read table t: column 1 has no name`,
	} {
		if _, err := lookup.ParseJSON("t", []byte(text), 0); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%s: got %v, want %s", text, err, want)
		}
	}
}

// FuzzParse reads anything as a table: no panic, and every row can be found by
// what stands in it.
func FuzzParse(f *testing.F) {
	f.Add([]byte("a,b\n1,x\n"), true)
	f.Add([]byte(`[{"a":1},{"b":"x"}]`), false)
	f.Add([]byte(`{"a":1} {"a":"\\""}`), false)
	f.Fuzz(func(t *testing.T, data []byte, csv bool) {
		parse := lookup.ParseJSON
		if csv {
			parse = lookup.ParseCSV
		}
		table, err := parse("t", data, 0)
		if err != nil || table.Len() == 0 || table.Rows().Schema().Len() == 0 {
			return
		}
		row := table.Rows().Row(table.Len() - 1)
		column := table.Rows().Schema().Field(0).Name
		if row[0].IsNull() {
			return
		}
		found, err := table.Lookup(0, []string{column}, row[:1])
		if err != nil || found == nil {
			t.Errorf("%q: %v is not found: %v", data, row[0], err)
		}
	})
}
