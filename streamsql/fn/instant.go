package fn

import (
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/holdfast-edge/holdfast/tag"
)

// maxTimeText is how many octets a text of a time or a duration has at most: what is
// longer is not even looked at.
const maxTimeText = 100

// layouts are the forms in which a time may be written as text: RFC 3339 and
// ISO 8601 with a zone, or without one in UTC.
func layouts() []string {
	return []string{
		time.RFC3339Nano, "2006-01-02T15:04:05.999999999", "2006-01-02 15:04:05.999999999Z07:00", "2006-01-02 15:04:05.999999999",
		"2006-01-02T15:04", "2006-01-02 15:04", "2006-01-02", time.RFC1123Z, time.RFC1123,
	}
}

// instant reads a time out of an argument: a Time, a number of milliseconds
// since the Unix epoch, or text. Text keeps the zone that it names.
func instant(name string, v tag.Value) (time.Time, error) {
	switch {
	case v.IsNull():
	case v.Kind() == tag.Time:
		ns, _ := v.Nanos()
		return time.Unix(0, ns).UTC(), nil
	case v.Kind().IsNumber():
		ms, _ := v.Float()
		return ofMillis(name, ms)
	case v.Kind() == tag.String:
		return parseTime(name, v.Str())
	}
	return time.Time{}, wrong(name, v, "a time")
}

func ofMillis(name string, ms float64) (time.Time, error) {
	if math.IsNaN(ms) || math.Abs(ms) > 253402300799999 { // the end of year 9999
		return time.Time{}, fmt.Errorf("%s is %v: want milliseconds since 1970", name, ms)
	}
	whole := math.Floor(ms)
	return time.UnixMilli(int64(whole)).Add(time.Duration((ms - whole) * 1e6)).UTC(), nil
}

// parseTime reads a text. Nothing hangs on the zone of the machine: an offset stays one.
func parseTime(name, s string) (time.Time, error) {
	s = strings.TrimSpace(s)
	for _, layout := range layouts() {
		if len(s) > maxTimeText {
			break
		}
		t, err := time.ParseInLocation(layout, s, time.UTC)
		if err != nil {
			continue
		}
		if zone, offset := t.Zone(); layout == time.RFC1123 && offset == 0 && zone != "UTC" && zone != "GMT" {
			return time.Time{}, fmt.Errorf("%s is %.100q: what zone %s is nobody knows; want an offset such as +0100", name, s, zone)
		}
		return t, nil
	}
	return time.Time{}, fmt.Errorf("%s is %.100q: want a time such as 2026-11-22T17:00:00Z", name, s)
}

// duration reads a length of time out of an argument: text such as 1h30m or
// 500ms, or a number of milliseconds.
func duration(name string, v tag.Value) (time.Duration, error) {
	switch {
	case v.IsNull():
	case v.Kind() == tag.String:
		if text := v.Str(); len(text) <= maxTimeText {
			if d, err := time.ParseDuration(text); err == nil {
				return d, nil
			}
		}
		return 0, fmt.Errorf("%s is %.100q: want a duration such as 5s or 1h30m", name, v.Str())
	case v.Kind().IsNumber():
		ms, _ := v.Float()
		if ns := ms * float64(time.Millisecond); math.Abs(ns) < math.MaxInt64 {
			return time.Duration(ns), nil
		}
		return 0, fmt.Errorf("%s is %v: want less than 292 years in milliseconds", name, ms)
	}
	return 0, wrong(name, v, "a duration such as '5s'")
}
