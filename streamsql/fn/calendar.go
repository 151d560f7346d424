package fn

import (
	"fmt"
	"time"
	_ "time/tzdata" // gateways often have no zone files of their own

	"github.com/holdfast-edge/holdfast/streamsql/value"
	"github.com/holdfast-edge/holdfast/tag"
)

// calendarFunctions read times: a Time, milliseconds since the Unix epoch, or
// text. Text with a zone is read in that zone, all others in UTC.
func calendarFunctions() []*Func {
	at := Param{Name: "time", Type: Any}
	list := []*Func{
		{
			Name: "format_time", Family: "date and time", Params: []Param{at, {Name: "pattern", Type: Text, Constant: true}}, Returns: Text,
			Bind: formatTime,
			Doc: "The time in the form of a pattern: yyyy yy year, M MM MMM MMMM month, d dd day, EEE EEEE weekday, HH hour, h hh of 12, " +
				"a AM or PM, m mm minute, s ss second, S SS SSS fraction with its point, z Z X XX XXX zone; other characters and 'text' as they are.",
			Examples: []Example{
				{"format_time('2026-11-22T17:04:05.678Z', 'yyyy/MM/dd HH:mm:ssSSS')", `"2026/11/22 17:04:05.678"`},
				{"format_time(0, 'EEE d MMM')", `"Thu 1 Jan"`},
			},
		},
		{
			Name: "convert_tz", Family: "date and time", Params: []Param{at, {Name: "zone", Type: Text, Constant: true}}, Returns: Text,
			Bind:     convertZone,
			Doc:      "The time in a zone of the IANA database, as text with the zone's offset, which all functions here read.",
			Examples: []Example{{"convert_tz('2022-04-13T06:22:32Z', 'Asia/Shanghai')", `"2022-04-13T14:22:32+08:00"`}},
		},
		{
			Name: "to_seconds", Family: "date and time", Params: []Param{at}, Returns: Int,
			Scalar: ofTime(func(t time.Time) tag.Value { return tag.IntOf(t.Unix()) }),
			Doc:    "The whole seconds from the Unix epoch to a time.", Examples: []Example{{"to_seconds('1970-01-01T00:01:00Z')", "60"}},
		},
		{
			Name: "date_calc", Family: "date and time", Params: []Param{at, {Name: "duration", Type: Any, Constant: true}}, Returns: Text,
			Bind:     refusing(1, func(v tag.Value) error { _, err := duration("duration", v); return err }, dateCalc),
			Doc:      "The time a duration later, or earlier with a minus sign: 24h, -1h30m, 500ms. As yyyy-MM-dd HH:mm:ss.",
			Examples: []Example{{"date_calc('2019-01-01 00:00:00', '-24h')", `"2018-12-31 00:00:00"`}},
		},
		{
			Name: "date_diff", Family: "date and time", Params: []Param{{Name: "from", Type: Any}, {Name: "to", Type: Any}}, Returns: Int,
			Scalar:   dateDiff,
			Doc:      "The time between two times, in nanoseconds; below 0 where the second is earlier.",
			Examples: []Example{{"date_diff('2019-01-01', '2019-01-02') / 3600000000000", "24"}},
		},
		{
			Name: "from_unix_time", Family: "date and time", Params: []Param{{Name: "seconds", Type: Any}}, Returns: Text,
			Scalar:   fromCount(time.Second, 0, "2006-01-02 15:04:05"),
			Doc:      "The time so many seconds after the Unix epoch, as yyyy-MM-dd HH:mm:ss; NULL for 0.",
			Examples: []Example{{"from_unix_time(1)", `"1970-01-01 00:00:01"`}, {"from_unix_time(0)", "null"}},
		},
		{
			Name: "from_days", Family: "date and time", Params: []Param{{Name: "days", Type: Any}}, Returns: Text,
			Scalar:   fromCount(24*time.Hour, -1, "2006-01-02"),
			Doc:      "The date that is that many-th since 1970-01-01, which is day 1, as yyyy-MM-dd; NULL for 0.",
			Examples: []Example{{"from_days(100)", `"1970-04-10"`}, {"from_days(0)", "null"}},
		},
		{
			Name: "last_day", Family: "date and time", Params: []Param{at}, Returns: Text,
			Scalar: ofTime(func(t time.Time) tag.Value {
				return tag.StringOf(time.Date(t.Year(), t.Month()+1, 0, 0, 0, 0, 0, time.UTC).Format(time.DateOnly))
			}),
			Doc: "The last day of the month, as yyyy-MM-dd.", Examples: []Example{{"last_day('2024-02-03')", `"2024-02-29"`}},
		},
	}
	return append(list, datePartFunctions()...)
}

// ofTime makes a function of a time.
func ofTime(f func(time.Time) tag.Value) Scalar {
	return func(_ *Context, args []tag.Value) (tag.Value, error) {
		t, err := instant("time", args[0])
		if err != nil {
			return tag.Value{}, err
		}
		return f(t), nil
	}
}

// formatTime parses a pattern once that is known beforehand.
func formatTime(constants []tag.Value) (Scalar, error) {
	var known timePattern
	if v := constants[1]; !v.IsNull() {
		p, err := parsePattern(value.Text(v))
		if err != nil {
			return nil, err
		}
		known = p
	}
	return func(_ *Context, args []tag.Value) (tag.Value, error) {
		t, err := instant("time", args[0])
		if err != nil {
			return tag.Value{}, err
		}
		p := known
		if p == nil {
			if p, err = parsePattern(value.Text(args[1])); err != nil {
				return tag.Value{}, err
			}
		}
		return tag.StringOf(string(p.append(nil, t))), nil
	}, nil
}

// convertZone looks a zone up once where that is known beforehand: the database
// is read from files.
func convertZone(constants []tag.Value) (Scalar, error) {
	var known *time.Location
	if v := constants[1]; !v.IsNull() {
		var err error
		if known, err = zoneOf(v); err != nil {
			return nil, err
		}
	}
	return func(_ *Context, args []tag.Value) (tag.Value, error) {
		t, err := instant("time", args[0])
		if err != nil {
			return tag.Value{}, err
		}
		zone := known
		if zone == nil {
			if zone, err = zoneOf(args[1]); err != nil {
				return tag.Value{}, err
			}
		}
		return tag.StringOf(t.In(zone).Format(time.RFC3339Nano)), nil
	}, nil
}

// zoneOf returns the zone of the IANA database that a text names.
func zoneOf(v tag.Value) (*time.Location, error) {
	name, err := text("zone", v)
	if err != nil {
		return nil, err
	}
	zone, err := time.LoadLocation(name)
	if err != nil || name == "Local" { // which is another one on each machine
		return nil, fmt.Errorf("zone %.100q is not known: want one of the IANA database, such as Europe/Berlin", name)
	}
	return zone, nil
}

func dateCalc(_ *Context, args []tag.Value) (tag.Value, error) {
	t, err := instant("time", args[0])
	if err != nil {
		return tag.Value{}, err
	}
	d, err := duration("duration", args[1])
	if err != nil {
		return tag.Value{}, err
	}
	if t = t.Add(d); t.Year() < 0 || t.Year() > 9999 {
		return tag.Value{}, fmt.Errorf("the time is in the year %d: want 0 to 9999", t.Year())
	}
	return tag.StringOf(t.Format(time.DateTime)), nil
}

func dateDiff(_ *Context, args []tag.Value) (tag.Value, error) {
	from, err := instant("from", args[0])
	if err != nil {
		return tag.Value{}, err
	}
	to, err := instant("to", args[1])
	if err != nil {
		return tag.Value{}, err
	}
	d := to.Sub(from)
	if !from.Add(d).Equal(to) {
		return tag.Value{}, fmt.Errorf("the times are more than 292 years apart, which is more than 64 bits hold in nanoseconds")
	}
	return tag.IntOf(int64(d)), nil
}

// fromCount makes a function of a number of units since the Unix epoch.
func fromCount(unit time.Duration, offset int64, layout string) Scalar {
	return func(_ *Context, args []tag.Value) (tag.Value, error) {
		n, err := whole("x", args[0])
		if err != nil || n == 0 {
			return tag.NullOf(tag.Good), err
		}
		t, err := ofMillis("x", float64(n+offset)*float64(unit.Milliseconds()))
		return tag.StringOf(t.Format(layout)), err
	}
}
