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
	if e.chance(8) {
		return "timediff(" + e.time() + ", " + e.time() + ")"
	}
	list := e.time()
	if len(e.columns) > 0 && e.chance(6) {
		list = pick(e.Gen, e.columns...).Name
	}
	for range e.between(0, 3) {
		list += ", " + e.modifier()
	}
	name := pick(e.Gen, "date", "time", "datetime", "unixepoch", "julianday", "strftime")
	if name == "strftime" {
		list = pick(e.Gen, "'%Y-%m-%d'", "'%H:%M:%S'", "'%f|%j|%w'", "'%s %J'", "'%u %W %%'", "'%e %k %l %p %I %P'", "'%F %T %R %G %V %U %g'", "'%d %q'", "'%'", "''") + ", " + list
	}
	return name + "(" + list + ")"
}

// time returns a literal of a time, or of what is almost one.
func (e exprs) time() string {
	return pick(e.Gen,
		"'2024-02-29'", "'2023-12-31 23:59:59.5'", "'2024-01-31T12:34:56Z'", "'1969-07-20 20:17:40+02:00'", "'23:05'", "'2451545'",
		"2451545", "2451544.75", "'0000-01-01'", "'9999-12-31'", "'nonsense'", "NULL",
		"'2024-12-30'", "'2021-01-03'", "'2020-12-31 24:00'", "'2024-02-30'", "'2024-13-01'", "'2024-1-1'", "' 2024-01-01'", "'2024-01-01 '", "'2024-01-01 1:02'",
		"'12:00:60'", "'24:00:00.5'", "'24:01'", "'2024-02-28 24:00:00 -01:00'", "'12:34:56.789012345'", "'2024-03-31 02:30:00.9996'", "'-4713-11-24'", "'-0001-06-01'", "'10000-01-01'", "0", "-1", "5373484.5", "5373485", "1721059.5", "1721059", "1700000000",
		"-62167219200", "253402300799", "253402300800", "'1e3'", "1e18", "'2024-01-01 00:00:00 +14:00'", "'2024-01-01 00:00:00-14:01'", "'2024-01-01 00:00 z'")
}

// modifier returns a literal of a modifier of a time, or of what is almost one.
func (e exprs) modifier() string {
	return pick(e.Gen,
		"'+1 month'", "'-1 months'", "'+1.5 days'", "'-3 hours'", "'+90 minutes'", "'+0.25 seconds'", "'+1 year'", "'start of month'",
		"'start of year'", "'start of day'", "'weekday 0'", "'weekday 4'", "'+01:30'", "'unixepoch'", "'julianday'", "'auto'", "'floor'", "'ceiling'",
		"'+13 months'", "'-1.5 months'", "'+0.5 year'", "'-2024 years'", "'+10000 years'", "'1 day'", "'+1day'", "' +1 day'", "'+1 DAYS'", "'START OF MONTH'", "'-00:00:01.5'",
		"'+0001-01-01'", "'-0000-01-31'", "'+0000-00-01 12:30'", "'+0000-11-00 23:59:59.999'", "'subsec'", "'subsecond'", "'weekday 7'", "'weekday 1.0'", "'+1e3 seconds'",
		"'+1000000000000 seconds'", "'+ 1 day'", "NULL", "''")
}

// formatted returns a text by a format. None has a conversion that is not known: at
// such a one SQLite stops writing, and here it is an error. Widths and precisions
// of texts have the !, since without it SQLite counts their octets; those of
// floats have no 0, with which it writes infinity as a thousand digits. None has a
// *, which takes a width from the list: here one may not be of millions.
func (e exprs) formatted(depth int) string {
	format := pick(e.Gen,
		"%d", "%5d|%-5d|%05d", "%+d % d", "%,d", "%x %X %o", "%f", "%.2f", "%8.3f|%-8.1f|", "%e", "%g %G", "%s", "%!10s|%!-10s|", "%!.2s",
		"%q", "%Q", "%%", "%i", "%!.15g", "%.0f", "%w", "%u", "%#x %#o %#X", "%,.2f", "%+.3e|% .3e", "%!.15f", "%#.0f", "%#g",
		"%-05d|%08.3d", "%.3d", "%,015d", "%+s", "%5%", "%ld %lld", "%.30g", "%!s", "%!10.3q", "%!.3Q", "%-+5d|", "%!5s|", "%.0e", "%20.10g|", "%#.1f|%#+.2f", "%.400f")
	call := pick(e.Gen, "printf", "format") + "('" + format + "'"
	if list := e.list(0, 3, depth); list != "" {
		call += ", " + list
	}
	return call + ")"
}

// pattern returns a literal of a pattern of LIKE or GLOB.
func (e exprs) pattern() string {
	return quote(strings.Repeat(pick(e.Gen, "", "", "%", "*", "_"), e.between(0, 2)) + pick(e.Gen,
		"a%", "_b%", "%c", "%b_", "a\\_c", "\\%b\\%", "%%", "a*", "?b*", "[a-c]*", "[^a]*", "*[a-]", "[]a]*", "[^]]*", "[", "[a", "[]", "[a-c", "*[0-9]", "[A-Z]*", "[ü-ÿ]", "%Ü%", "?", "*e[0-9]*", "[c-a]*", "[a-cx-z]*", "[-a]*", "\\"))
}
