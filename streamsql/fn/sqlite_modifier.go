package fn

import (
	"math"
	"strings"

	"github.com/holdfast-edge/holdfast/streamsql/value"
)

// modify applies one modifier. Some may only be the first.
func (d *date) modify(modifier string, first bool) bool {
	modifier = strings.ToLower(modifier)
	switch modifier {
	case "auto":
		return first && d.auto()
	case "unixepoch":
		return first && d.isNumber && d.ofSeconds(0, lastInstant+1)
	case "julianday":
		ok := first && d.isNumber && d.isInstant
		d.isNumber = false
		return ok
	case "localtime", "utc": // a node has no zone of its own
		d.toInstant()
		d.only()
		return true
	case "ceiling":
		return d.settle(0)
	case "floor":
		return d.settle(d.over)
	case "subsec", "subsecond":
		d.subsecond = true
		return true
	}
	if unit, isStart := strings.CutPrefix(modifier, "start of "); isStart {
		return d.start(unit)
	}
	if day, isWeekday := strings.CutPrefix(modifier, "weekday "); isWeekday {
		return d.weekday(day)
	}
	return d.shift(modifier)
}

// auto takes a number that means no day for seconds since 1970.
func (d *date) auto() bool {
	if d.isNumber && !d.isInstant {
		d.ofSeconds(0, lastInstant+1)
	}
	d.isNumber = d.isNumber && !d.isInstant
	return true
}

// ofSeconds takes the number for seconds since 1970, if that is an instant between
// these.
func (d *date) ofSeconds(from, to float64) bool {
	millis := d.number*1000 + epochMillis
	if !(millis >= from && millis < to) {
		return false
	}
	d.only()
	d.instant, d.isInstant, d.isNumber = int64(millis+0.5), true, false
	return true
}

// settle decides which day one beyond the end of its month is.
func (d *date) settle(back int) bool {
	d.toInstant()
	d.instant -= int64(back) * dayMillis
	d.only()
	d.over = 0
	return true
}

func (d *date) start(unit string) bool {
	if !d.isInstant && !d.isDay && !d.isClock {
		return false
	}
	d.toDay()
	d.hour, d.minute, d.second, d.zone, d.isClock = 0, 0, 0, 0, true
	d.isNumber, d.isInstant = false, false
	switch unit {
	case "day":
	case "month":
		d.day = 1
	case "year":
		d.month, d.day = 1, 1
	default:
		return false
	}
	return true
}

// weekday moves forward to the next such day, of which Sunday is 0, if it is
// another.
func (d *date) weekday(s string) bool {
	f, ok := value.ParseNumber(s)
	n := int64(f)
	if !ok || !(f >= 0 && f < 7) || float64(n) != f {
		return false
	}
	d.toDayAndClock()
	d.zone, d.isInstant = 0, false
	d.toInstant()
	today := (d.instant + dayMillis + halfDay) / dayMillis % 7
	d.instant += (n - today + 7) % 7 * dayMillis
	d.only()
	return true
}

// shift adds what is written as "±N units", "±HH:MM[:SS]" or "±YYYY-MM-DD[ HH:MM]".
func (d *date) shift(s string) bool {
	if s == "" || strings.IndexByte("+-0123456789", s[0]) < 0 {
		return false
	}
	end := 1
	for end < len(s) && s[end] != ':' && strings.IndexByte(space, s[end]) < 0 && !isYear(s, end) {
		end++
	}
	n, ok := value.ParseNumber(s[:end])
	switch {
	case !ok:
		return false
	case end < len(s) && s[end] == '-':
		return d.shiftByDate(s, end)
	case end < len(s) && s[end] == ':':
		return d.shiftByClock(s, s[0] == '-')
	default:
		return d.add(n, strings.TrimLeft(s[end:], space))
	}
}

// isYear reports whether a minus sign at a place ends a year of four or five
// digits.
func isYear(s string, at int) bool {
	if s[at] != '-' || at != 5 && at != 6 {
		return false
	}
	_, ok := places(s[1:], strings.Repeat("d", at-1))
	return ok
}

// shiftByDate adds years, months and days, and a time of day behind them.
func (d *date) shiftByDate(s string, end int) bool {
	form := strings.Repeat("d", end-1) + "-dd-dd"
	n, ok := places(s[1:], form)
	if !ok || isDecimal(s[0]) || n[1] > 11 || n[2] > 30 {
		return false
	}
	sign := 1
	if s[0] == '-' {
		sign = -1
	}
	d.addMonths(sign * (12*n[0] + n[1]))
	d.toInstant()
	d.instant += int64(sign*n[2]) * dayMillis
	d.isDay, d.isClock = false, false
	rest := s[1+len(form):]
	if rest == "" {
		return true
	}
	if strings.IndexByte(space, rest[0]) < 0 {
		return false
	}
	if _, ok = places(rest[1:], "dd:dd"); !ok {
		return false
	}
	return d.shiftByClock(rest[1:], sign < 0)
}

// shiftByClock adds hours, minutes and seconds.
func (d *date) shiftByClock(s string, back bool) bool {
	if s != "" && !isDecimal(s[0]) {
		s = s[1:]
	}
	by, ok := parseClock(s)
	if !ok {
		return false
	}
	by.toInstant()
	millis := (by.instant - halfDay) % dayMillis
	if back {
		millis = -millis
	}
	d.toInstant()
	d.only()
	d.instant += millis
	return true
}

// dateUnit is a unit of time of a modifier.
type dateUnit struct {
	name   string
	limit  float64 // more than are between the first and the last instant
	millis float64 // of a month or a year: of the fraction of one
	months int
}

func dateUnits() []dateUnit {
	return []dateUnit{
		{"second", 4.6427e14, 1000, 0},
		{"minute", 7.7379e12, 60_000, 0},
		{"hour", 1.2897e11, 3_600_000, 0},
		{"day", 5373485, dayMillis, 0},
		{"month", 176546, 30 * dayMillis, 1},
		{"year", 14713, 365 * dayMillis, 12},
	}
}

// add adds so many units.
func (d *date) add(n float64, name string) bool {
	name = strings.TrimSuffix(name, "s")
	d.toInstant()
	for _, unit := range dateUnits() {
		if unit.name != name || !(math.Abs(n) < unit.limit) {
			continue
		}
		d.over = 0
		rest := n
		if unit.months > 0 {
			d.addMonths(int(n) * unit.months)
			rest = n - math.Trunc(n)
		}
		d.toInstant()
		d.instant += int64(rest*unit.millis + math.Copysign(0.5, n))
		d.only()
		return true
	}
	return false
}
