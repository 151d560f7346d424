package fn

import (
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/holdfast-edge/holdfast/streamsql/value"
	"github.com/holdfast-edge/holdfast/tag"
)

// sqliteTimeFunctions are SQLite's date and time functions
// (https://sqlite.org/lang_datefunc.html). A node has no zone of its own, so
// that localtime and utc change nothing; a day that its month has not is no time.
func sqliteTimeFunctions() []*Func {
	return []*Func{
		dating("date", Text, "The day of a time, as yyyy-MM-dd", func(d date) tag.Value { return tag.StringOf(d.time.Format(time.DateOnly)) },
			Example{"date('2026-01-31', '+1 month', 'floor')", `"2026-02-28"`}, Example{"date('2026-11-22', 'start of year', '-1 day')", `"2025-12-31"`}),
		dating("time", Text, "The time of day of a time, as HH:mm:ss", func(d date) tag.Value { return tag.StringOf(d.time.Format("15:04:05" + d.fraction())) },
			Example{"time('2026-11-22T17:04:05+01:00')", `"16:04:05"`}),
		dating("datetime", Text, "A time as yyyy-MM-dd HH:mm:ss", func(d date) tag.Value { return tag.StringOf(d.time.Format("2006-01-02 15:04:05" + d.fraction())) },
			Example{"datetime(1763830800, 'unixepoch')", `"2025-11-22 17:00:00"`}, Example{"datetime('2026-11-22', 'weekday 1')", `"2026-11-23 00:00:00"`}),
		dating("julianday", Float, "The days of a time since noon of 24 November 4714 BC", func(d date) tag.Value { return tag.FloatOf(d.julian()) },
			Example{"julianday('2000-01-01 12:00')", "2451545"}),
		dating("unixepoch", Number, "The seconds of a time since 1970, with the modifier subsec as a Float", unixSeconds,
			Example{"unixepoch('2026-11-22')", "1795305600"}),
		{
			Name: "strftime", Family: "date and time", Returns: Text, Fixed: PerRow,
			Params: append([]Param{{Name: "format", Type: Text}}, datingParams()...),
			Scalar: func(c *Context, args []tag.Value) (tag.Value, error) {
				d, ok := dateOf(c, args[1:])
				if !ok {
					return tag.NullOf(tag.Good), nil
				}
				return formatted(value.Text(args[0]), d)
			},
			Doc: "A time as SQLite's date functions take it, in a format: %d %e %f %F %G %g %H %I %j %J %k %l %m %M %p %P %R %s %S %T %u %U %V %w %W %Y %%. " +
				"NULL for what is no time, and for another letter.",
			Examples: []Example{{"strftime('%Y week %V', '2026-11-22')", `"2026 week 47"`}, {"strftime('%s', '1970-01-02')", `"86400"`}},
		},
	}
}

func datingParams() []Param {
	return []Param{{Name: "time", Type: Any, Optional: true}, {Name: "modifier", Type: Text, Rest: true}}
}

// dating makes a function of a time and its modifiers.
func dating(name string, returns Type, doc string, show func(date) tag.Value, examples ...Example) *Func {
	return &Func{
		Name: name, Family: "date and time", Returns: returns, Fixed: PerRow, Params: datingParams(), Examples: examples,
		Scalar: func(c *Context, args []tag.Value) (tag.Value, error) {
			d, ok := dateOf(c, args)
			if !ok {
				return tag.NullOf(tag.Good), nil
			}
			return show(d), nil
		},
		Doc: doc + ". The time is text, 'now', a Time, or a number of days as julianday gives it; without one it is now. Modifiers are applied from the left: " +
			"'±N days' (hours, minutes, seconds, months, years), '±HH:MM', '±YYYY-MM-DD', 'start of day' (month, year), 'weekday N', 'floor', 'unixepoch', 'subsec'. " +
			"NULL for what is no time and no modifier.",
	}
}

// date is a time on its way through the modifiers.
type date struct {
	time   time.Time
	number float64 // what was given, where isNumber
	over   int     // days by which adding months went beyond the end of a month

	isNumber, subsecond bool
	modified            bool // by a modifier before
}

const (
	julianOfEpoch = 2440587.5
	dayMillis     = 86400000
)

func (d date) julian() float64 { return float64(d.time.UnixMilli())/dayMillis + julianOfEpoch }

// fraction is the layout of what stands behind the second.
func (d date) fraction() string {
	if d.subsecond {
		return ".000"
	}
	return ""
}

func unixSeconds(d date) tag.Value {
	if d.subsecond {
		return tag.FloatOf(float64(d.time.UnixMilli()) / 1000)
	}
	return tag.IntOf(d.time.Unix())
}

// dateOf returns the time of arguments: a time and its modifiers.
func dateOf(c *Context, args []tag.Value) (d date, ok bool) {
	if len(args) == 0 {
		args = []tag.Value{tag.StringOf("now")}
	}
	if d, ok = readDate(c, args[0]); !ok {
		return d, false
	}
	for _, v := range args[1:] {
		if !d.modify(strings.ToLower(strings.TrimSpace(value.Text(v)))) || !d.inCalendar() {
			return d, false
		}
		d.isNumber, d.modified = false, true
	}
	d.time = d.time.Round(time.Millisecond)
	ok = d.inCalendar()
	return d, ok
}

// inCalendar reports whether SQLite knows the year.
func (d *date) inCalendar() bool { return d.time.Year() > -4714 && d.time.Year() <= 9999 }

func readDate(c *Context, v tag.Value) (d date, ok bool) {
	if v.Kind() == tag.Time {
		ns, _ := v.Nanos()
		return date{time: time.Unix(0, ns).UTC()}, true
	}
	text := strings.TrimSpace(value.Text(v))
	if strings.EqualFold(text, "now") {
		return date{time: time.Unix(0, c.Now).UTC()}, true
	}
	if f, err := strconv.ParseFloat(text, 64); err == nil {
		return date{time: ofUnix((f - julianOfEpoch) * 86400), number: f, isNumber: true}, true
	}
	for _, layout := range dateLayouts() {
		if t, err := time.Parse(layout, text); err == nil {
			if !strings.HasPrefix(layout, "2006") {
				t = t.AddDate(2000, 0, 0)
			}
			return date{time: t.UTC()}, true
		}
	}
	return date{}, false
}

// dateLayouts are the forms of time that SQLite reads, seconds with a fraction
// or without. A time of day alone is one of 2000-01-01.
func dateLayouts() []string {
	return []string{
		"2006-01-02", "2006-01-02 15:04:05", "2006-01-02T15:04:05", "2006-01-02 15:04:05Z07:00", "2006-01-02T15:04:05Z07:00",
		"2006-01-02 15:04", "2006-01-02T15:04", "2006-01-02 15:04Z07:00", "2006-01-02T15:04Z07:00", "15:04:05", "15:04",
	}
}

// ofUnix returns the time of seconds since 1970, and one in a year beyond those
// that are allowed for seconds that are.
func ofUnix(seconds float64) time.Time {
	if math.IsNaN(seconds) || math.Abs(seconds) > 1e12 {
		seconds = 1e12
	}
	return time.UnixMilli(int64(math.Round(seconds * 1000))).UTC()
}
