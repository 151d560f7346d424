package gen

import "strings"

// special returns a call whose arguments must be of a form to give anything but
// NULL: of times, JSON texts and formats.
func (e exprs) special(depth int) string {
	switch e.between(0, 3) {
	case 0:
		return e.moment()
	case 1:
		return e.json()
	default:
		return e.formatted(depth)
	}
}

// moment returns a function of a time with modifiers.
func (e exprs) moment() string {
	args := []string{pick(e.Gen,
		"'2024-02-29'", "'2023-12-31 23:59:59.5'", "'2024-01-31T12:34:56Z'", "'1969-07-20 20:17:40+02:00'", "'23:05'", "'2451545'",
		"2451545", "2451544.75", "'0000-01-01'", "'9999-12-31'", "'nonsense'", "NULL")}
	for range e.between(0, 2) {
		args = append(args, pick(e.Gen,
			"'+1 month'", "'-1 months'", "'+1.5 days'", "'-3 hours'", "'+90 minutes'", "'+0.25 seconds'", "'+1 year'", "'start of month'",
			"'start of year'", "'start of day'", "'weekday 0'", "'weekday 4'", "'+01:30'", "'unixepoch'", "'julianday'", "'auto'", "'floor'", "'ceiling'"))
	}
	list := strings.Join(args, ", ")
	name := pick(e.Gen, "date", "time", "datetime", "unixepoch", "julianday", "strftime")
	if name == "strftime" {
		list = pick(e.Gen, "'%Y-%m-%d'", "'%H:%M:%S'", "'%f|%j|%w'", "'%s %J'", "'%u %W %%'", "'%e %k %l %p %I'", "'%F %T %R %G %V %U'") + ", " + list
	}
	return name + "(" + list + ")"
}

// json returns what a JSON text holds at a path, where that is no array and no
// object.
func (e exprs) json() string {
	const text = `'{"a":1,"b":{"c":"x","d":null},"e":[1,2.5,"three",true],"f g":-0.5,"h":"it''s"}'`
	path := pick(e.Gen, "$.a", "$.b.c", "$.b.d", "$.e[0]", "$.e[1]", "$.e[#-1]", "$.e[9]", `$."f g"`, "$.h", "$.none", "$.b.none.x")
	switch e.between(0, 5) {
	case 0:
		return "json_extract(" + text + ", '" + path + "')"
	case 1:
		return "(" + text + " ->> '" + path + "')"
	case 2:
		return "(" + text + " ->> " + pick(e.Gen, "'a'", "'f g'", "'h'", "'none'", "0") + ")"
	case 3:
		return "json_type(" + text + ", '" + pick(e.Gen, path, "$", "$.b", "$.e") + "')"
	case 4:
		return "json_array_length(" + text + ", '" + pick(e.Gen, path, "$", "$.b", "$.e") + "')"
	default:
		return "(" + text + " -> '$.e' ->> " + pick(e.Gen, "0", "1", "2", "3", "4", "'$[0]'", "'$[#-2]'") + ")"
	}
}

// formatted returns a text by a format.
func (e exprs) formatted(depth int) string {
	format := pick(e.Gen,
		"%d", "%5d|%-5d|%05d", "%+d % d", "%,d", "%x %X %o", "%f", "%.2f", "%8.3f|%-8.1f|", "%e", "%g %G", "%s", "%10s|%-10s|", "%.2s",
		"%q", "%Q", "%%", "%i", "%!.15g", "%.0f", "%w")
	call := pick(e.Gen, "printf", "format") + "('" + format + "'"
	if list := e.list(0, 3, depth); list != "" {
		call += ", " + list
	}
	return call + ")"
}
