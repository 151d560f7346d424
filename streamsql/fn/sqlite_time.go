package fn

import (
	"fmt"

	"github.com/holdfast-edge/holdfast/streamsql/value"
	"github.com/holdfast-edge/holdfast/tag"
)

// sqliteTimeFunctions are SQLite's date and time functions
// (https://sqlite.org/lang_datefunc.html). A node has no zone of its own, so
// that localtime and utc change nothing.
func sqliteTimeFunctions() []*Func {
	return []*Func{
		timeDiffFunction(),
		dating("date", Text, "The day of a time, as yyyy-MM-dd", func(d date) tag.Value { return tag.StringOf(d.dayText()) },
			Example{"date('2026-01-31', '+1 month', 'floor')", `"2026-02-28"`}, Example{"date('2026-11-22', 'start of year', '-1 day')", `"2025-12-31"`}),
		dating("time", Text, "The time of day of a time, as HH:mm:ss", func(d date) tag.Value { return tag.StringOf(d.clockText()) },
			Example{"time('2026-11-22T17:04:05+01:00')", `"16:04:05"`}),
		dating("datetime", Text, "A time as yyyy-MM-dd HH:mm:ss", func(d date) tag.Value { return tag.StringOf(d.dayText() + " " + d.clockText()) },
			Example{"datetime(1763830800, 'unixepoch')", `"2025-11-22 17:00:00"`}, Example{"datetime('2026-11-22', 'weekday 1')", `"2026-11-23 00:00:00"`}),
		dating("julianday", Float, "The days of a time since noon of 24 November 4714 BC", func(d date) tag.Value { return tag.FloatOf(d.julian()) },
			Example{"julianday('2000-01-01 12:00')", "2451545"}),
		dating("unixepoch", Number, "The seconds of a time since 1970, with the modifier subsec as a Float", date.unixSeconds,
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

// seconds are whole, or have their fraction.
func (d date) seconds() string {
	if !d.subsecond {
		return fmt.Sprintf("%02d", int(d.second))
	}
	millis := int(1000*d.second + 0.5)
	return fmt.Sprintf("%02d.%03d", millis/1000, millis%1000)
}

func (d date) dayText() string {
	if d.year < 0 {
		return fmt.Sprintf("-%04d-%02d-%02d", -d.year, d.month, d.day)
	}
	return fmt.Sprintf("%04d-%02d-%02d", d.year, d.month, d.day)
}

func (d date) clockText() string { return fmt.Sprintf("%02d:%02d:%s", d.hour, d.minute, d.seconds()) }

func (d date) unixSeconds() tag.Value {
	if d.subsecond {
		return tag.FloatOf(d.unixFraction())
	}
	return tag.IntOf(d.unix())
}
