package tables

import (
	"database/sql/driver"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"modernc.org/sqlite"
)

const millisecond = int64(time.Millisecond)

// timeLayout is how a time is written: it sorts as it runs.
const timeLayout = "2006-01-02T15:04:05.000Z"

// formatTime writes nanoseconds since the Unix epoch.
func formatTime(at int64) string {
	return time.Unix(0, floorTo(at, millisecond)).UTC().Format(timeLayout)
}

// The first and the last second of nanoseconds that fit in 64 bits, the years 1677 and 2262: a time beyond is taken for one of
// these, so that counting in milliseconds does not overflow.
const (
	earliest = math.MinInt64/1_000_000_000*1_000_000_000 + 1_000_000_000
	latest   = math.MaxInt64/1_000_000_000*1_000_000_000 - 1_000_000_000
)

// floorTo returns the last multiple of a step at or before a time, or the first one that there is.
func floorTo(at, step int64) int64 {
	f := at - at%step
	if f > at && f >= math.MinInt64+step {
		f -= step
	}
	return f
}

// layouts are the forms of time that are read: RFC 3339 and those that SQLite's
// own functions make.
func layouts() []string {
	return []string{
		time.RFC3339Nano, "2006-01-02T15:04:05.999999999", "2006-01-02T15:04", "2006-01-02T15:04Z07:00",
		"2006-01-02 15:04:05.999999999Z07:00", "2006-01-02 15:04:05.999999999", "2006-01-02 15:04", "2006-01-02",
	}
}

// timeOf reads what a query compares a time with: a text, where one without a
// zone is UTC; a span before now, such as -15m; or a number since 1970 in
// seconds, milli-, micro- or nanoseconds, whichever makes it a year of ours.
func timeOf(value any, now time.Time) (int64, error) {
	switch v := value.(type) {
	case int64:
		return timeOfNumber(float64(v), v), nil
	case float64:
		return timeOfNumber(v, clamped(v)), nil
	case string:
		return parseTime(v, now)
	}
	return 0, noTime(fmt.Sprint(value))
}

func timeOfNumber(f float64, n int64) int64 {
	switch size := math.Abs(f); {
	case size < 1e11: // seconds, until the year 5138
		return clamped(f * 1e9)
	case size < 1e14:
		return clamped(f * 1e6)
	case size < 1e17:
		return clamped(f * 1e3)
	}
	return n
}

// clamped is a number of nanoseconds, or the nearest that there is.
func clamped(f float64) int64 { return int64(max(min(f, maxNanos), -maxNanos)) }

// maxNanos is the greatest float64 that is an int64.
const maxNanos = 1<<63 - 1024

func parseTime(text string, now time.Time) (int64, error) {
	text = strings.TrimSpace(text)
	if before, err := parseSpan(text); err == nil && strings.HasPrefix(text, "-") {
		return now.UnixNano() + before, nil
	}
	for _, layout := range layouts() {
		if t, err := time.Parse(layout, text); err == nil {
			return nanos(t), nil
		}
	}
	if f, err := strconv.ParseFloat(text, 64); err == nil {
		return timeOfNumber(f, clamped(f)), nil
	}
	return 0, noTime(text)
}

// nanos is the time as nanoseconds, or the nearest that there is.
func nanos(t time.Time) int64 {
	switch y := t.Year(); {
	case y < 1678:
		return earliest
	case y > 2261:
		return latest
	}
	return t.UnixNano()
}

func noTime(text string) error {
	return &Error{Text: fmt.Sprintf("ts is compared with %q, which is no time: write it as 2026-11-28T06:30:00Z, or as a span before now, such as -15m", text)}
}

// longestSpan is the most that is added to or taken from a time, which stays one that nanoseconds count.
const longestSpan = 150 * 365 * 24 * time.Hour

// parseSpan reads a span of time, in which d is a day and w a week.
func parseSpan(text string) (int64, error) {
	d, err := time.ParseDuration(text)
	for suffix, unit := range map[string]time.Duration{"d": 24 * time.Hour, "w": 7 * 24 * time.Hour} {
		if number, ok := strings.CutSuffix(text, suffix); ok {
			var n int64
			if n, err = strconv.ParseInt(number, 10, 32); time.Duration(n).Abs() > longestSpan/unit {
				n = int64(longestSpan/unit) + 1
			}
			d = time.Duration(n) * unit
		}
	}
	if err == nil && d.Abs() > longestSpan {
		err = fmt.Errorf("%q is longer than 150 years", text)
	}
	return int64(d), err
}

// registerFunctions adds what SQLite lacks: ago('15m'), a time before now, and
// bucket(ts, '5m'), the beginning of the step that a time is in.
func registerFunctions(d *sqlite.Driver, now func() time.Time) error {
	err := d.RegisterScalarFunction("ago", 1, func(_ *sqlite.FunctionContext, args []driver.Value) (driver.Value, error) {
		text, ok := args[0].(string)
		before, err := parseSpan(text)
		if !ok || err != nil {
			return nil, fmt.Errorf("ago(%v): want a span such as '15m' or '7d'", args[0])
		}
		return formatTime(now().UnixNano() - before), nil
	})
	if err != nil {
		return err
	}
	return d.RegisterDeterministicScalarFunction("bucket", 2, func(_ *sqlite.FunctionContext, args []driver.Value) (driver.Value, error) {
		if args[0] == nil {
			return nil, nil
		}
		text, ok := args[1].(string)
		step, err := parseSpan(text)
		if !ok || err != nil || step <= 0 {
			return nil, fmt.Errorf("bucket(ts, %v): want a step such as '5m' or '1d'", args[1])
		}
		at, err := timeOf(args[0], time.Time{})
		if err != nil {
			return nil, err
		}
		return formatTime(floorTo(at, step)), nil
	})
}
