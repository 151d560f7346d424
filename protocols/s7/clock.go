package s7

import (
	"encoding/binary"
	"fmt"
	"time"

	"github.com/holdfast-edge/holdfast/tag"
)

// epoch is where dates begin.
func epoch(zone *time.Location) time.Time { return time.Date(1990, 1, 1, 0, 0, 0, 0, zone) }

// maxDate is the last date: 2168-12-31.
const maxDate = 65378

// unset is what a PLC holds that nobody has written a date to: no instant.
func unset() tag.Value { return tag.NullOf(tag.BadDecoding) }

// instant returns a date or a date with a time, which is in the zone of the PLC's clock.
func (f form) instant(b []byte, zone *time.Location) tag.Value {
	switch f {
	case dateForm:
		days := int(binary.BigEndian.Uint16(b))
		if days > maxDate {
			return unset()
		}
		return tag.TimeOf(epoch(zone).AddDate(0, 0, days))
	case ldtForm:
		at := time.Unix(0, int64(binary.BigEndian.Uint64(b))).UTC()
		return tag.TimeOf(time.Date(at.Year(), at.Month(), at.Day(), at.Hour(), at.Minute(), at.Second(), at.Nanosecond(), zone))
	case dtlForm:
		return calendar(int(binary.BigEndian.Uint16(b)), b[2], b[3], b[5], b[6], b[7], int64(binary.BigEndian.Uint32(b[8:])), zone)
	default:
		return dateAndTime(b, zone)
	}
}

// dateAndTime reads DATE_AND_TIME: two digits an octet, of which the last has the weekday as its second.
func dateAndTime(b []byte, zone *time.Location) tag.Value {
	var field [7]byte
	for i := range field {
		n, ok := digits(uint64(b[i]))
		if !ok {
			return unset()
		}
		field[i] = byte(n)
	}
	unit, ok := digits(uint64(b[7] >> 4))
	if !ok {
		return unset()
	}
	year := 2000 + int(field[0])
	if field[0] >= 90 {
		year -= 100
	}
	millis := 10*int64(field[6]) + int64(unit)
	return calendar(year, field[1], field[2], field[3], field[4], field[5], millis*int64(time.Millisecond), zone)
}

// calendar returns an instant, if there is such a one.
func calendar(year int, month, day, hour, minute, second byte, nanos int64, zone *time.Location) tag.Value {
	at := time.Date(year, time.Month(month), int(day), int(hour), int(minute), int(second), int(nanos), zone)
	if month < 1 || month > 12 || at.Day() != int(day) || hour > 23 || minute > 59 || second > 59 || nanos >= int64(time.Second) ||
		year < 1970 || year > 2262 {
		return unset()
	}
	return tag.TimeOf(at)
}

// appendInstant appends the octets of an instant.
func (f form) appendInstant(dst []byte, v tag.Value, zone *time.Location) ([]byte, error) {
	at, err := moment(v)
	if err != nil {
		return nil, err
	}
	at = at.In(zone)
	wall := time.Date(at.Year(), at.Month(), at.Day(), at.Hour(), at.Minute(), at.Second(), at.Nanosecond(), time.UTC)
	days := wall.Sub(epoch(time.UTC)) / (24 * time.Hour)
	switch {
	case f == ldtForm:
		return binary.BigEndian.AppendUint64(dst, uint64(wall.UnixNano())), nil
	case f == dtlForm && at.Year() >= 1970:
		dst = binary.BigEndian.AppendUint16(dst, uint16(at.Year()))
		dst = append(dst, byte(at.Month()), byte(at.Day()), byte(at.Weekday()+1), byte(at.Hour()), byte(at.Minute()), byte(at.Second()))
		return binary.BigEndian.AppendUint32(dst, uint32(at.Nanosecond())), nil
	case f == dateForm && wall.Year() >= 1990 && days <= maxDate:
		return binary.BigEndian.AppendUint16(dst, uint16(days)), nil
	case f == dateTimeForm && at.Year() >= 1990 && at.Year() <= 2089:
		millis := at.Nanosecond() / int(time.Millisecond)
		for _, n := range [...]int{at.Year() % 100, int(at.Month()), at.Day(), at.Hour(), at.Minute(), at.Second(), millis / 10} {
			dst = append(dst, byte(toBCD(uint64(n))))
		}
		return append(dst, byte(millis%10<<4)|byte(at.Weekday()+1)), nil
	}
	return nil, fmt.Errorf("%v does not fit %s", at, f)
}

// moment returns a time, which may be written as RFC 3339 has it.
func moment(v tag.Value) (time.Time, error) {
	if nanos, ok := v.Nanos(); ok {
		return time.Unix(0, nanos), nil
	}
	at, err := time.Parse(time.RFC3339Nano, v.Str())
	if err != nil {
		return at, fmt.Errorf("want a time, as 2026-11-22T17:00:00Z")
	}
	return at, nil
}
