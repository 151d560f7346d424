package rowjson

import (
	"strconv"
	"time"
)

// RFC3339 is the time format that is text; the others are numbers of seconds,
// milli-, micro- and nanoseconds since the Unix epoch: s, ms, us, ns.
const RFC3339 = "rfc3339"

// TimeFormats lists the formats of a source time.
func TimeFormats() []string { return []string{RFC3339, "s", "ms", "us", "ns"} }

// epochUnit is what times are counted in; the other formats are numbers.
func epochUnit(format string) time.Duration {
	switch format {
	case "s":
		return time.Second
	case "ms":
		return time.Millisecond
	case "us":
		return time.Microsecond
	default:
		return time.Nanosecond
	}
}

// AppendTime appends nanoseconds since the Unix epoch, as JSON, in the chosen
// format.
func AppendTime(dst []byte, ns int64, format string) []byte {
	if format == RFC3339 {
		return append(AppendPlainTime(append(dst, '"'), ns, format), '"')
	}
	return AppendPlainTime(dst, ns, format)
}

// AppendPlainTime is AppendTime without quotes.
func AppendPlainTime(dst []byte, ns int64, format string) []byte {
	if format == RFC3339 {
		return time.Unix(0, ns).UTC().AppendFormat(dst, time.RFC3339Nano)
	}
	return strconv.AppendInt(dst, ns/int64(epochUnit(format)), 10)
}
