package spec

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/holdfast-edge/holdfast/config/document"
)

// durationPattern is the form of ParseDuration for the schema.
const durationPattern = `^([0-9]+(\.[0-9]+)?(ns|us|µs|ms|s|m|h|d|w))+$`

// Longer units than the standard library has. A day is 24 hours: durations run on a monotonic clock.
const (
	day  = 24 * time.Hour
	week = 7 * day
)

// ParseDuration reads 100ms, 1.5s, 1h30m, 30d or 2w. A duration has a unit and no sign; 0 needs none.
func ParseDuration(text string) (time.Duration, error) {
	if text == "0" {
		return 0, nil
	}
	if days, ok := parseDays(text); ok {
		return days, nil
	}
	d, err := time.ParseDuration(text)
	if err == nil && d >= 0 && !strings.HasPrefix(text, "+") {
		return d, nil
	}
	if _, bare := strconv.ParseFloat(text, 64); bare == nil && !strings.HasPrefix(text, "-") {
		return 0, &document.Problem{What: text + " has no unit", Fix: fmt.Sprintf("write %sms or %ss", text, text)}
	}
	return 0, &document.Problem{What: shorten(text) + " is not a duration", Fix: "want digits and a unit, as 100ms, 1.5s, 10m, 1h or 30d"}
}

// parseDays reads whole days or weeks.
func parseDays(text string) (time.Duration, bool) {
	unit := day
	digits, ok := strings.CutSuffix(text, "d")
	if !ok {
		unit = week
		digits, ok = strings.CutSuffix(text, "w")
	}
	n, err := strconv.ParseUint(digits, 10, 32)
	if !ok || err != nil || n > uint64(math.MaxInt64/unit) {
		return 0, false
	}
	return time.Duration(n) * unit, true
}

// FormatDuration prints what ParseDuration reads, in the largest unit that needs no fraction beyond Go's own.
func FormatDuration(d time.Duration) string {
	if d != 0 && d%day == 0 {
		return strconv.FormatInt(int64(d/day), 10) + "d"
	}
	text := d.String()
	for _, zero := range []string{"m0s", "h0m"} {
		if strings.HasSuffix(text, zero) {
			text = text[:len(text)-2]
		}
	}
	return text
}
