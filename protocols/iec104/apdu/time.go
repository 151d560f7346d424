package apdu

import (
	"encoding/binary"
	"time"
)

// Time is a CP56Time2a (101 §7.2.6.18): what a station's clock shows, in a zone that only the configuration knows.
type Time struct {
	Milli       uint16 // 0 to 59999, seconds included
	Minute      uint8
	Hour        uint8
	Day         uint8 // of the month, from 1
	Weekday     uint8 // 1 is Monday, 7 Sunday; 0: not used
	Month       uint8
	Year        uint8 // of the century: 0 to 99 are 2000 to 2099
	Invalid     bool  // IV: the station does not trust its clock
	Summer      bool  // SU: daylight saving time
	Substituted bool  // GEN: the time was added on the way
}

const timeLen = 7

// parseTime reads seven octets. Whether they are a time, In says.
func parseTime(b []byte) Time {
	return Time{
		Milli: binary.LittleEndian.Uint16(b), Minute: b[2] & 0x3F, Hour: b[3] & 0x1F, Day: b[4] & 0x1F, Weekday: b[4] >> 5,
		Month: b[5] & 0x0F, Year: b[6] & 0x7F, Invalid: b[2]&0x80 != 0, Substituted: b[2]&0x40 != 0, Summer: b[3]&0x80 != 0,
	}
}

// append is the inverse of parseTime.
func (t Time) append(dst []byte) []byte {
	minute, hour := t.Minute&0x3F, t.Hour&0x1F
	if t.Invalid {
		minute |= 0x80
	}
	if t.Substituted {
		minute |= 0x40
	}
	if t.Summer {
		hour |= 0x80
	}
	dst = binary.LittleEndian.AppendUint16(dst, t.Milli)
	return append(dst, minute, hour, t.Day&0x1F|t.Weekday<<5, t.Month&0x0F, t.Year&0x7F)
}

// TimeOf returns what a clock in the zone of at shows.
func TimeOf(at time.Time) Time {
	weekday := uint8(at.Weekday())
	if weekday == 0 {
		weekday = 7
	}
	return Time{
		Milli: uint16(at.Second()*1000 + at.Nanosecond()/int(time.Millisecond)), Minute: uint8(at.Minute()), Hour: uint8(at.Hour()),
		Day: uint8(at.Day()), Weekday: weekday, Month: uint8(at.Month()), Year: uint8(at.Year() % 100), Summer: at.IsDST(),
	}
}

// In returns the instant at which a clock of the zone shows the time; ok is false where no clock does, as on the 31st of
// February and in the hour that summer time leaves out, and where the station itself does not trust it. Where the zone
// shows a time twice, the bit for summer decides; where it contradicts the zone, the zone does.
func (t Time) In(zone *time.Location) (at time.Time, ok bool) {
	if t.Invalid || t.Milli > 59999 || t.Minute > 59 || t.Hour > 23 || t.Month < 1 || t.Month > 12 || t.Day < 1 || t.Year > 99 {
		return at, false
	}
	at = t.date(zone)
	if at.Day() != int(t.Day) || at.Hour() != int(t.Hour) {
		return at, false
	}
	if at.IsDST() == t.Summer {
		return at, true
	}
	for _, shift := range [...]time.Duration{-time.Hour, time.Hour} {
		if other := at.Add(shift); other.Hour() == at.Hour() && other.Minute() == at.Minute() && other.IsDST() == t.Summer {
			return other, true
		}
	}
	return at, true
}

func (t Time) date(zone *time.Location) time.Time {
	const century = 2000
	return time.Date(century+int(t.Year), time.Month(t.Month), int(t.Day), int(t.Hour), int(t.Minute), int(t.Milli/1000),
		int(t.Milli%1000)*int(time.Millisecond), zone)
}
