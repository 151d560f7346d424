package fn

import (
	"fmt"

	"github.com/holdfast-edge/holdfast/tag"
)

func timeDiffFunction() *Func {
	return &Func{
		Name: "timediff", Family: "date and time", Returns: Text, Fixed: PerRow,
		Params: []Param{{Name: "to", Type: Any}, {Name: "from", Type: Any}},
		Scalar: func(c *Context, args []tag.Value) (tag.Value, error) {
			to, ok := dateOf(c, args[:1])
			if !ok {
				return tag.NullOf(tag.Good), nil
			}
			from, ok := dateOf(c, args[1:])
			if !ok {
				return tag.NullOf(tag.Good), nil
			}
			return tag.StringOf(between(from, to)), nil
		},
		Doc: "What is to be added to one time to arrive at another, as ±YYYY-MM-DD HH:MM:SS.SSS, which the date functions take as a modifier. " +
			"NULL for what is no time.",
		Examples: []Example{{"timediff('2026-11-22 17:04', '2025-11-20')", `"+0001-00-02 17:04:00.000"`}, {"timediff('2026-01-31', '2026-03-01')", `"-0000-01-01 00:00:00.000"`}},
	}
}

// between writes what lies between two times: whole years and months, and the rest.
func between(from, to date) string {
	sign, way := byte('+'), 1
	if to.instant < from.instant {
		sign, way = '-', -1
	}
	months := way * (12*(to.year-from.year) + to.month - from.month)
	at := from
	at.setMonth(to.year, to.month)
	for int64(way)*(to.instant-at.instant) < 0 { // the day is not reached in that month
		months--
		at.addMonths(-way)
		at.isInstant = false
		at.toInstant()
	}
	rest := int64(way) * (to.instant - at.instant)
	millis := rest % dayMillis
	return fmt.Sprintf("%c%04d-%02d-%02d %02d:%02d:%02d.%03d", sign, months/12, months%12, rest/dayMillis,
		millis/3_600_000, millis/60_000%60, millis/1000%60, millis%1000)
}

// setMonth moves the day to another month, or beyond its end.
func (d *date) setMonth(year, month int) {
	if d.year == year && d.month == month {
		return
	}
	d.year, d.month, d.isInstant = year, month, false
	d.toInstant()
}
