package fn

import (
	"time"

	"github.com/holdfast-edge/holdfast/tag"
)

// datePartFunctions take a time apart.
func datePartFunctions() []*Func {
	const at = "('2019-01-06T13:04:05.678901Z')"
	return []*Func{
		datePart("year", nil, "The year.", time.Time.Year, Example{"year" + at, "2019"}),
		datePart("month", nil, "The month, from 1.", func(t time.Time) int { return int(t.Month()) }, Example{"month" + at, "1"}),
		datePart("day_of_month", []string{"day"}, "The day of the month, from 1.", time.Time.Day, Example{"day" + at, "6"}),
		datePart("day_of_year", nil, "The day of the year, from 1.", time.Time.YearDay, Example{"day_of_year" + at, "6"}),
		datePart("day_of_week", nil, "The day of the week, from Sunday, which is 0.",
			func(t time.Time) int { return int(t.Weekday()) }, Example{"day_of_week" + at, "0"}),
		datePart("hour", nil, "The hour of the day, from 0.", time.Time.Hour, Example{"hour" + at, "13"}),
		datePart("minute", nil, "The minute of the hour.", time.Time.Minute, Example{"minute" + at, "4"}),
		datePart("second", nil, "The second of the minute.", time.Time.Second, Example{"second" + at, "5"}),
		datePart("microsecond", nil, "The microsecond of the second.", func(t time.Time) int { return t.Nanosecond() / 1000 }, Example{"microsecond" + at, "678901"}),
		dateName("day_name", "The English name of the weekday.", func(t time.Time) string { return t.Weekday().String() }, Example{"day_name" + at, `"Sunday"`}),
		dateName("month_name", "The English name of the month.", func(t time.Time) string { return t.Month().String() }, Example{"month_name" + at, `"January"`}),
	}
}

func datePart(name string, aliases []string, doc string, part func(time.Time) int, example Example) *Func {
	return &Func{
		Name: name, Aliases: aliases, Family: "date and time", Params: []Param{{Name: "time", Type: Any}}, Returns: Int,
		Scalar: ofTime(func(t time.Time) tag.Value { return tag.IntOf(int64(part(t))) }),
		Doc:    doc, Examples: []Example{example},
	}
}

func dateName(name, doc string, part func(time.Time) string, example Example) *Func {
	return &Func{
		Name: name, Family: "date and time", Params: []Param{{Name: "time", Type: Any}}, Returns: Text,
		Scalar: ofTime(func(t time.Time) tag.Value { return tag.StringOf(part(t)) }),
		Doc:    doc, Examples: []Example{example},
	}
}
