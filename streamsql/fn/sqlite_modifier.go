package fn

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// modify applies one modifier, in small letters.
func (d *date) modify(modifier string) bool {
	switch modifier {
	case "unixepoch":
		return d.count(func(float64) bool { return true })
	case "auto":
		return !d.modified && (!d.isNumber || d.count(func(f float64) bool { return f < 0 || f >= 5373484.5 }))
	case "julianday":
		return d.isNumber
	case "localtime", "utc", "ceiling":
		return true
	case "subsec", "subsecond":
		d.subsecond = true
		return true
	case "floor":
		d.time, d.over = d.time.AddDate(0, 0, -d.over), 0
		return true
	}
	unit, isStart := strings.CutPrefix(modifier, "start of ")
	day, isWeekday := strings.CutPrefix(modifier, "weekday ")
	switch {
	case isStart:
		return d.start(unit)
	case isWeekday:
		return d.weekday(strings.TrimSpace(day))
	default:
		return d.shift(modifier)
	}
}

// count takes the number that was given as seconds since 1970, where it means
// them.
func (d *date) count(means func(float64) bool) bool {
	if !d.isNumber {
		return false
	}
	if means(d.number) {
		d.time = ofUnix(d.number)
	}
	return true
}

func (d *date) start(unit string) bool {
	year, month, day := d.time.Date()
	switch unit {
	case "day":
	case "month":
		day = 1
	case "year":
		month, day = time.January, 1
	default:
		return false
	}
	d.time = time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
	return true
}

// weekday moves forward to the next such day, of which Sunday is 0, if it is
// another.
func (d *date) weekday(s string) bool {
	n, err := strconv.Atoi(s)
	if err != nil || n < 0 || n > 6 {
		return false
	}
	d.time = d.time.AddDate(0, 0, (n-int(d.time.Weekday())+7)%7)
	return true
}

// shift adds what is written as "±N units", "±HH:MM[:SS]" or
// "±YYYY-MM-DD[ HH:MM[:SS]]".
func (d *date) shift(s string) bool {
	if number, unit, ok := strings.Cut(s, " "); ok {
		if n, err := strconv.ParseFloat(number, 64); err == nil && math.Abs(n) < 1e12 {
			return d.add(n, strings.TrimSuffix(strings.TrimSpace(unit), "s"))
		}
	}
	sign := 1
	switch {
	case strings.HasPrefix(s, "-"):
		sign = -1
	case !strings.HasPrefix(s, "+"):
		if len(s) < 3 || s[2] != ':' { // only a time of day may stand without a sign
			return false
		}
		s = "+" + s
	}
	return d.shiftBy(s[1:], sign)
}

func (d *date) add(n float64, unit string) bool {
	whole, rest := math.Modf(n)
	switch unit {
	case "year":
		return math.Abs(n) < 20000 && d.addMonths(12*int(whole)) && d.addDays(rest*365)
	case "month":
		return math.Abs(n) < 200000 && d.addMonths(int(whole)) && d.addDays(rest*30)
	case "day":
		return d.addDays(n)
	case "hour":
		return d.addDays(n / 24)
	case "minute":
		return d.addDays(n / 1440)
	case "second":
		return d.addDays(n / 86400)
	default:
		return false
	}
}

func (d *date) addMonths(n int) bool {
	day := d.time.Day()
	d.time, d.over = d.time.AddDate(0, n, 0), 0
	if d.time.Day() != day {
		d.over = d.time.Day()
	}
	return true
}

func (d *date) addDays(n float64) (inside bool) {
	milliseconds := math.Round(n * dayMillis)
	if inside = math.Abs(milliseconds) < 1e15; inside {
		d.time = time.UnixMilli(d.time.UnixMilli() + int64(milliseconds)).UTC()
	}
	return inside
}

// shiftBy adds years, months and days and a time of day, with a sign.
func (d *date) shiftBy(s string, sign int) bool {
	if len(s) >= 10 && s[4] == '-' {
		years, errYears := strconv.Atoi(s[:4])
		months, errMonths := strconv.Atoi(s[5:7])
		days, errDays := strconv.Atoi(s[8:10])
		if errYears != nil || errMonths != nil || errDays != nil || s[7] != '-' || months > 11 || days > 30 {
			return false
		}
		d.addMonths(sign * (12*years + months))
		d.time = d.time.AddDate(0, 0, sign*days)
		if s = s[10:]; s == "" {
			return true
		}
		s = strings.TrimPrefix(s, " ")
	}
	for _, layout := range []string{"15:04:05", "15:04"} {
		if t, err := time.Parse(layout, s); err == nil {
			d.time = d.time.Add(time.Duration(sign) * t.Sub(time.Date(0, 1, 1, 0, 0, 0, 0, time.UTC)))
			return true
		}
	}
	return false
}
