package fn

import "time"

// date is a time on its way through SQLite's modifiers. It is known as an instant,
// as a day and a time of day, or as both, and each is made of the other when it is
// asked for: a day that its month has not stays what was written until something
// moves it.
type date struct {
	instant   int64 // milliseconds since noon of 24 November 4714 BC
	isInstant bool

	year, month, day int
	isDay            bool

	hour, minute int
	second       float64
	isClock      bool
	zone         int // minutes east of UTC that the time of day is in

	number   float64 // what was given, where isNumber: days, or seconds since 1970
	isNumber bool

	over      int  // days by which the day is beyond the end of its month
	subsecond bool // fractions of a second are shown
	bad       bool // it was beyond the calendar
}

const (
	dayMillis     = 86_400_000
	halfDay       = dayMillis / 2
	epochMillis   = 210_866_760_000_000 // 1970 as an instant of a date
	lastInstant   = 464_269_060_799_999 // the last millisecond of 9999
	firstYear     = -4713
	lastYear      = 9999
	afterLastDays = 5373484.5 // the days of a date in the year 10000
)

// inCalendar reports whether SQLite knows an instant.
func inCalendar(instant int64) bool { return instant >= 0 && instant <= lastInstant }

// toInstant makes the instant of the day and the time of day; without a day it is
// one of 2000-01-01.
func (d *date) toInstant() {
	if d.isInstant {
		return
	}
	year, month, day := 2000, 1, 1
	if d.isDay {
		year, month, day = d.year, d.month, d.day
	}
	if year < firstYear || year > lastYear || d.isNumber {
		d.fail()
		return
	}
	d.instant, d.isInstant = time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC).UnixMilli()+epochMillis, true
	if d.isClock {
		d.instant += int64(d.hour)*3_600_000 + int64(d.minute)*60_000 + int64(d.second*1000+0.5)
	}
	if d.isClock && d.zone != 0 {
		d.instant -= int64(d.zone) * 60_000
		d.isDay, d.isClock, d.zone = false, false, 0
	}
}

// toDay makes the day of the instant.
func (d *date) toDay() {
	switch {
	case d.isDay:
		return
	case !d.isInstant:
		d.year, d.month, d.day = 2000, 1, 1
	case !inCalendar(d.instant):
		d.fail()
		return
	default:
		year, month, day := d.utc().Date()
		d.year, d.month, d.day = year, int(month), day
	}
	d.isDay = true
}

// toClock makes the time of day of the instant.
func (d *date) toClock() {
	if d.isClock {
		return
	}
	d.toInstant()
	millis := int((d.instant + halfDay) % dayMillis)
	d.second = float64(millis%60_000) / 1000
	d.hour, d.minute = millis/3_600_000, millis/60_000%60
	d.isNumber, d.isClock = false, true
}

func (d *date) toDayAndClock() {
	d.toDay()
	d.toClock()
}

// only leaves nothing but the instant.
func (d *date) only() { d.isDay, d.isClock, d.zone = false, false, 0 }

// fail makes it a time that is none.
func (d *date) fail() { *d = date{bad: true} }

// utc is the instant as package time has it.
func (d *date) utc() time.Time { return time.UnixMilli(d.instant - epochMillis).UTC() }

// julian is the instant in days.
func (d *date) julian() float64 { return float64(d.instant) / dayMillis }

// unix is the instant in whole seconds since 1970.
func (d *date) unix() int64 { return d.instant/1000 - epochMillis/1000 }

// unixFraction is the instant in seconds since 1970.
func (d *date) unixFraction() float64 { return float64(d.instant-epochMillis) / 1000 }

// noteOver notes by how many days the day is beyond the end of its month.
func (d *date) noteOver() {
	last := time.Date(d.year, time.Month(d.month+1), 0, 0, 0, 0, 0, time.UTC).Day()
	d.over = max(d.day-last, 0)
}

// addMonths moves the day by months, and leaves it in its month or beyond its end.
func (d *date) addMonths(months int) {
	d.toDayAndClock()
	total := d.month - 1 + months
	years := total / 12
	if total%12 < 0 {
		years--
	}
	d.year += years
	d.month = total - 12*years + 1
	d.noteOver()
	d.isInstant = false
}
