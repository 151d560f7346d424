package jsonpath_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/holdfast-edge/holdfast/streamsql/jsonpath"
	"github.com/holdfast-edge/holdfast/tag"
)

// store is the example of RFC 9535 §1.5.
const store = `{"store": {"book": [
	{"category": "reference", "author": "Nigel Rees", "title": "Sayings of the Century", "price": 8.95},
	{"category": "fiction", "author": "Evelyn Waugh", "title": "Sword of Honour", "price": 12.99},
	{"category": "fiction", "author": "Herman Melville", "title": "Moby Dick", "isbn": "0-553-21311-3", "price": 8.99},
	{"category": "fiction", "author": "J. R. R. Tolkien", "title": "The Lord of the Rings", "isbn": "0-395-19395-8", "price": 22.99}
], "bicycle": {"color": "red", "price": 399}}}`

func TestPathsFindWhatTheStandardSays(t *testing.T) {
	for _, c := range []struct{ value, path, want string }{
		{store, "$.store.book[*].author", `["Nigel Rees","Evelyn Waugh","Herman Melville","J. R. R. Tolkien"]`},
		{store, "$..author", `["Nigel Rees","Evelyn Waugh","Herman Melville","J. R. R. Tolkien"]`},
		{store, "$.store..price", `[8.95,12.99,8.99,22.99,399]`},
		{store, "$..book[2].title", `["Moby Dick"]`},
		{store, "$..book[-1].title", `["The Lord of the Rings"]`},
		{store, "$..book[0,1].title", `["Sayings of the Century","Sword of Honour"]`},
		{store, "$..book[:2].price", `[8.95,12.99]`},
		{store, "$..book[?@.isbn].title", `["Moby Dick","The Lord of the Rings"]`},
		{store, "$..book[?@.price<10].title", `["Sayings of the Century","Moby Dick"]`},
		{store, "$.store.bicycle['color']", `["red"]`},
		{store, "$", "[" + compact(store) + "]"},

		{`["a","b","c","d","e","f","g"]`, "$[1:3]", `["b","c"]`},
		{`["a","b","c","d","e","f","g"]`, "$[5:]", `["f","g"]`},
		{`["a","b","c","d","e","f","g"]`, "$[1:5:2]", `["b","d"]`},
		{`["a","b","c","d","e","f","g"]`, "$[5:1:-2]", `["f","d"]`},
		{`["a","b","c","d","e","f","g"]`, "$[::-1]", `["g","f","e","d","c","b","a"]`},
		{`["a","b"]`, "$[::0]", `[]`},
		{`["a","b"]`, "$[-5:1]", `["a"]`},
		{`["a","b"]`, "$[7]", `[]`},
		{`{"a":{"b":1}}`, "$.a.c", `[]`},
		{`{"a.b":1}`, `$["a.b"]`, `[1]`},
		{`{"it's":1}`, `$['it\'s']`, `[1]`},
		{`{"ä\n":1}`, `$["ä\n"]`, `[1]`},
		{`{"größe":1}`, "$.größe", `[1]`},
		{`{"a":[1,[2,3]]}`, "$..*", `[[1,[2,3]],1,[2,3],2,3]`},
		{`{"a":[1,2]}`, "$..[0]", `[1]`},
		{`{"a":1,"b":2}`, "$[*]", `[1,2]`},
		{`{"a":1,"b":2}`, "$['b','a']", `[2,1]`},
		{`3`, "$.a", `[]`},
		{`null`, "$..a", `[]`},
	} {
		if got := find(t, c.value, c.path); got != c.want {
			t.Errorf("%s in %.40s gives %s, want %s", c.path, c.value, got, c.want)
		}
	}
}

func TestConditionsCompareAsTheStandardSays(t *testing.T) {
	const value = `{"limit":2,"list":[{"n":1,"s":"a","ok":true},{"n":2,"s":"b","nil":null},{"n":3,"s":"c","ok":false},{"s":4}]}`
	for condition, want := range map[string]string{
		"@.n == 2":                    `["b"]`,
		"@.n != 2":                    `["a","c",4]`,
		"@.n >= 2":                    `["b","c"]`,
		"@.n > $.limit":               `["c"]`,
		"@.n <= $.limit && @.s > 'a'": `["b"]`,
		`@.s == "a" || @.s == 'c'`:    `["a","c"]`,
		"!(@.n == 1)":                 `["b","c",4]`,
		"!@.n":                        `[4]`,
		"@.ok":                        `["a","c"]`,
		"@.ok == true":                `["a"]`,
		"@.ok == 1":                   `[]`,
		"@.nil":                       `["b"]`,
		"@.nil == null":               `["b"]`,
		"@.n == @.missing":            `[4]`,
		"@.s < 5":                     `[4]`,
		"@.s < 'b'":                   `["a"]`,
		"(@.n==1||@.n==2)&&@.s=='b'":  `["b"]`,
		" @.n==1 ":                    `["a"]`,
		"@.n == 1e0":                  `["a"]`,
	} {
		if got := find(t, value, "$.list[?"+condition+"].s"); got != want {
			t.Errorf("%s holds for %s, want %s", condition, got, want)
		}
		if got := find(t, value, "$.list[? ("+condition+")].s"); got != want {
			t.Errorf("(%s) holds for %s, want %s", condition, got, want)
		}
	}
}

func TestAPathOfNamesAndPlacesIsSingular(t *testing.T) {
	for path, want := range map[string]bool{
		"$": true, "$.a[0]['b']": true, "$.*": false, "$..a": false, "$[0,1]": false, "$[0:1]": false, "$[?@.a]": false,
	} {
		p, err := jsonpath.Parse(path)
		if err != nil {
			t.Fatal(err)
		}
		if p.Singular() != want || p.String() != path {
			t.Errorf("%s: singular is %v, want %v", p, p.Singular(), want)
		}
	}
}

func TestAWrongPathIsRefusedWhereItGoesWrong(t *testing.T) {
	for path, offset := range map[string]int{
		"":                                      0,
		"a":                                     0,
		"$x":                                    1,
		"$.":                                    2,
		"$[":                                    2,
		"$[1":                                   3,
		"$['a]":                                 2,
		"$[?]":                                  3,
		"$[?@.a==]":                             8,
		"$[?(@.a]":                              7,
		"$[?1]":                                 4,
		"$[99999999999]":                        2,
		"$..":                                   3,
		"$[?@.a=='x]":                           8,
		"$[?" + strings.Repeat("(", 70) + "@.a": 67,
	} {
		_, err := jsonpath.Parse(path)
		var wrong *jsonpath.SyntaxError
		if !errors.As(err, &wrong) || wrong.Offset != offset || !strings.Contains(err.Error(), "want") {
			t.Errorf("%q: got %v, want an error at %d", path, err, offset)
		}
	}
	if _, err := jsonpath.Parse("$." + strings.Repeat("a", 5000)); err == nil {
		t.Error("a path of 5000 characters is not refused")
	}
}

func TestAPathThatWouldFindTooMuchGivesUp(t *testing.T) {
	list := "[" + strings.Repeat("0,", 999) + "0]"
	many, err := tag.ParseJSON([]byte("[" + strings.Repeat(list+",", 99) + list + "]"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"$[*][*]", "$..*", "$[?$[*][?$[*][0]==1]]"} {
		p, err := jsonpath.Parse(path)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := p.Find(many); !errors.Is(err, jsonpath.ErrTooMany) {
			t.Errorf("%s: got %v, want %v", path, err, jsonpath.ErrTooMany)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, path := range []string{"$.a[0]['b']", "$..*", "$[1:5:-2]", `$[?(@.a == "x" && !@.b || $.c >= 1)].d`, "$[?@", "$['\\u0041']"} {
		f.Add(path)
	}
	value, err := tag.ParseJSON([]byte(store))
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, path string) {
		p, err := jsonpath.Parse(path)
		if err != nil {
			return
		}
		found, err := p.Find(value)
		if err == nil && p.Singular() && len(found) > 1 {
			t.Errorf("%s is singular and finds %d values", path, len(found))
		}
	})
}

func find(t *testing.T, value, path string) string {
	t.Helper()
	v, err := tag.ParseJSON([]byte(value))
	if err != nil {
		t.Fatal(err)
	}
	p, err := jsonpath.Parse(path)
	if err != nil {
		t.Fatal(err)
	}
	found, err := p.Find(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(tag.AppendJSON(nil, tag.ArrayOf(found)))
}

func compact(text string) string {
	v, err := tag.ParseJSON([]byte(text))
	if err != nil {
		panic(err)
	}
	return string(tag.AppendJSON(nil, v))
}
