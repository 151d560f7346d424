package gen

import (
	"slices"
	"strings"
)

// document returns a JSON text. None has a minus zero, which SQLite keeps as it is
// written, and none a whole number beyond 64 bits with sign, which is a float there.
func (g *Gen) document() string {
	return pick(g, `{"a":1,"b":{"c":"x","d":null},"e":[1,2.5,"three",true],"f g":-0.5,"h":"it's"}`,
		`[1,[2,[3]],{"a":[]},null,false,"\u00e9\ud83d\ude00\n\"q\""]`, `{"a":1e3,"b":-1,"c":1.0,"d":12345678901234567890.0,"e":[9223372036854775807]}`,
		`{"a":{"b":{"c":[{"d":7}]}},"":0,"a.b":1,"x":"1"}`, ` [ 1 , 2 ] `, `"text"`, `17`, `null`, `{}`, `[]`, `[[],{}]`)
}

func (g *Gen) path() string {
	return pick(g, "$", "$.a", "$.b", "$.b.c", "$.b.d", "$.e", "$.e[0]", "$.e[1]", "$.e[#-1]", "$.e[9]", `$."f g"`, "$.h", "$.none", "$.b.none.x",
		"$[0]", "$[1]", "$[1][1]", "$[1][1][0]", "$[2].a", "$[5]", "$[#-1]", "$[#]", "$[#-9]", "$.a.b.c[0].d", `$."a.b"`, `$.""`, "$.c", "$.d", `$."a"`)
}

// json returns what a JSON text holds at a path, where that is no array and no
// object: those are values here and texts in SQLite.
func (e exprs) json() string {
	text, path := e.documentOf(), quote(e.path())
	switch e.between(0, 6) {
	case 0:
		return "json_type(" + text + ", " + path + ")"
	case 1:
		return "json_type(" + text + ")"
	case 2:
		return "json_array_length(" + text + pick(e.Gen, "", ", "+path) + ")"
	case 3:
		return "json_valid(" + pick(e.Gen, text, quote(e.text())) + ")"
	case 4:
		key := pick(e.Gen, "a", "b", "f g", "h", "none", "a.b", "", "x")
		return "CASE WHEN " + isDeep(text, quote(`$."`+key+`"`)) + " THEN 'deep' ELSE " + text + " ->> " + quote(key) + " END"
	case 5:
		at := pick(e.Gen, "0", "1", "2", "9")
		return "CASE WHEN " + isDeep(text, quote("$["+at+"]")) + " THEN 'deep' ELSE " + text + " ->> " + at + " END"
	default:
		return "CASE WHEN " + isDeep(text, path) + " THEN 'deep' ELSE " + pick(e.Gen, text+" ->> "+path, "json_extract("+text+", "+path+")") + " END"
	}
}

// deep returns the array or object that a JSON text holds at a path, or that a change
// of it gives, or NULL.
func (e exprs) deep() string {
	if e.chance(2) {
		return e.edited()
	}
	text, path := e.documentOf(), quote(e.path())
	return "CASE WHEN " + isDeep(text, path) + " THEN " + pick(e.Gen, text+" -> "+path, text+" ->> "+path, "json_extract("+text+", "+path+")") + " END"
}

// edited returns an array or object with changes at places in it.
func (e exprs) edited() string {
	text, list := e.documentOf(), ""
	name := pick(e.Gen, "json_set", "json_insert", "json_replace", "json_array_insert", "json_remove", "json_patch")
	switch name {
	case "json_patch":
		list = ", " + quote(pick(e.Gen, `{"a":null,"b":{"d":null,"e":7},"n":[null]}`, `{}`, `{"e":{"x":1},"":null}`, `{"a":{"b":{"c":2}},"f g":"y"}`))
	case "json_remove":
		for range e.between(0, 2) {
			list += ", " + quote(e.path()+pick(e.Gen, "", ".a", "[0]"))
		}
	default:
		for range e.between(1, 2) {
			list += ", " + quote(e.path()+pick(e.Gen, "", ".a", ".new", "[0]", "[#]", "[#-1]", ".x.y", "[0].z")) + ", " + pick(e.Gen, "1", "-2.5", "'text'", "NULL", "'[1]'")
		}
	}
	changed := name + "(" + text + list + ")"
	return "CASE WHEN json_type(" + text + ") IN ('array', 'object') AND json_type(" + changed + ") IN ('array', 'object') THEN " + changed + " END"
}

// documentOf returns a literal of a JSON text, or the column of such.
func (e exprs) documentOf() string {
	if i := slices.IndexFunc(e.columns, func(c Column) bool { return strings.HasSuffix(c.Name, "json") }); i >= 0 && e.chance(2) {
		return e.columns[i].Name
	}
	return quote(e.document())
}

func isDeep(text, path string) string {
	return "json_type(" + text + ", " + path + ") IN ('array', 'object')"
}
