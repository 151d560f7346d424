package fn

import (
	"strings"

	"github.com/holdfast-edge/holdfast/streamsql/value"
	"github.com/holdfast-edge/holdfast/tag"
)

// dateOf returns the time of arguments: a time and its modifiers.
func dateOf(c *Context, args []tag.Value) (d date, ok bool) {
	if len(args) == 0 {
		args = []tag.Value{tag.StringOf("now")}
	}
	if d, ok = readDate(c, args[0]); !ok {
		return d, false
	}
	for i, v := range args[1:] {
		if v.IsNull() || !d.modify(value.Text(v), i == 0) {
			return d, false
		}
	}
	d.toInstant()
	if d.bad || !inCalendar(d.instant) {
		return d, false
	}
	if len(args) == 1 && d.isDay && d.day > 28 {
		d.only() // so that 30 February becomes a day of March
	}
	d.toDayAndClock()
	return d, true
}

func readDate(c *Context, v tag.Value) (d date, ok bool) {
	switch v.Kind() {
	case tag.Time:
		ns, _ := v.Nanos()
		return ofUnixNanos(ns), true
	case tag.Bool, tag.Int, tag.Uint, tag.Float:
		return ofNumber(value.Float(v)), true
	}
	text := value.Text(v)
	if d, ok = parseDay(text); !ok {
		d, ok = parseClock(text)
	}
	if ok {
		if d.hour == 24 {
			d.toInstant()
			d.only() // the day after
		}
		return d, true
	}
	if f, isNumber := value.ParseNumber(text); isNumber {
		return ofNumber(f), true
	}
	switch strings.ToLower(text) {
	case "subsec", "subsecond":
		d = ofUnixNanos(c.Now)
		d.subsecond = true
		return d, true
	case "now":
		return ofUnixNanos(c.Now), true
	default:
		return d, false
	}
}

// ofUnixNanos returns the date of nanoseconds since 1970.
func ofUnixNanos(ns int64) date {
	millis := ns / 1_000_000
	if ns%1_000_000 < 0 {
		millis--
	}
	return date{instant: millis + epochMillis, isInstant: true}
}

// ofNumber returns the date of a number: of days, unless a modifier says otherwise.
func ofNumber(f float64) date {
	d := date{number: f, isNumber: true}
	if f >= 0 && f < afterLastDays {
		d.instant, d.isInstant = int64(f*dayMillis+0.5), true
	}
	return d
}

// parseDay reads [-]YYYY-MM-DD, and a time of day behind it.
func parseDay(s string) (d date, ok bool) {
	sign := 1
	if rest, isNegative := strings.CutPrefix(s, "-"); isNegative {
		s, sign = rest, -1
	}
	n, ok := places(s, "dddd-dd-dd")
	if !ok || n[1] < 1 || n[1] > 12 || n[2] < 1 || n[2] > 31 {
		return d, false
	}
	if s = strings.TrimLeft(s[len("dddd-dd-dd"):], space+"T"); s != "" {
		if d, ok = parseClock(s); !ok {
			return d, false
		}
	}
	d.year, d.month, d.day, d.isDay = sign*n[0], n[1], n[2], true
	d.noteOver()
	if d.zone != 0 {
		d.toInstant()
	}
	return d, true
}

// space is what SQLite takes for white space.
const space = " \t\n\v\f\r"

// parseClock reads HH:MM[:SS[.FFF]], and a zone behind it.
func parseClock(s string) (d date, ok bool) {
	n, ok := places(s, "dd:dd")
	if !ok || n[0] > 24 || n[1] > 59 {
		return d, false
	}
	d = date{hour: n[0], minute: n[1], isClock: true}
	s = s[len("dd:dd"):]
	if strings.HasPrefix(s, ":") {
		if n, ok = places(s[1:], "dd"); !ok || n[0] > 59 {
			return d, false
		}
		var fraction float64
		fraction, s = parseFraction(s[len(":dd"):])
		d.second = float64(n[0]) + fraction
	}
	d.zone, ok = parseZone(s)
	return d, ok && (d.hour < 24 || d.minute == 0 && d.second == 0)
}

// parseFraction reads a point and digits. What is less than a millisecond does
// not make a second of it.
func parseFraction(s string) (fraction float64, rest string) {
	if len(s) < 2 || s[0] != '.' || !isDecimal(s[1]) {
		return 0, s
	}
	scale := 1.0
	for s = s[1:]; s != "" && isDecimal(s[0]); s = s[1:] {
		fraction, scale = fraction*10+float64(s[0]-'0'), scale*10
	}
	return min(fraction/scale, 0.999), s
}

func isDecimal(c byte) bool { return '0' <= c && c <= '9' }

// parseZone reads Z, ±HH:MM or nothing, as minutes east of UTC.
func parseZone(s string) (minutes int, ok bool) {
	s = strings.Trim(s, space)
	if s == "" || s == "Z" || s == "z" {
		return 0, true
	}
	n, ok := places(s[1:], "dd:dd")
	if !ok || len(s) != len("+dd:dd") || n[0] > 14 || n[1] > 59 {
		return 0, false
	}
	switch s[0] {
	case '+':
		return n[0]*60 + n[1], true
	case '-':
		return -n[0]*60 - n[1], true
	default:
		return 0, false
	}
}

// places reads numbers of fixed places, a d for each digit, that a text begins with.
func places(s, form string) (list []int, ok bool) {
	if len(s) < len(form) {
		return nil, false
	}
	list = []int{0}
	for i := range len(form) {
		switch {
		case form[i] == 'd' && isDecimal(s[i]):
			list[len(list)-1] = list[len(list)-1]*10 + int(s[i]-'0')
		case form[i] != 'd' && form[i] == s[i]:
			list = append(list, 0)
		default:
			return nil, false
		}
	}
	return list, true
}
