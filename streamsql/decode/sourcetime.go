package decode

import (
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/valyala/fastjson"
)

// sourceTime reads a field as nanoseconds since the Unix epoch: a number counts
// milliseconds, a text is RFC 3339.
func sourceTime(v *fastjson.Value) (int64, error) {
	if v == nil {
		return 0, errors.New("the field is missing")
	}
	switch v.Type() {
	case fastjson.TypeNumber:
		return fromMillis(v)
	case fastjson.TypeString:
		t, err := time.Parse(time.RFC3339Nano, string(v.GetStringBytes()))
		if err != nil {
			return 0, errors.New("the text is not RFC 3339")
		}
		if y := t.Year(); y < 1678 || y > 2261 {
			return 0, fmt.Errorf("the year %d cannot be held", y)
		}
		return t.UnixNano(), nil
	default:
		return 0, fmt.Errorf("it is a JSON %s: want milliseconds since 1970, or RFC 3339", v.Type())
	}
}

// mostMillis is how many milliseconds nanoseconds can hold.
const mostMillis = math.MaxInt64 / int64(time.Millisecond)

func fromMillis(v *fastjson.Value) (int64, error) {
	if ms, err := v.Int64(); err == nil {
		if ms > mostMillis || ms < -mostMillis {
			return 0, errors.New("the number is out of range: want milliseconds since 1970")
		}
		return ms * int64(time.Millisecond), nil
	}
	ms, err := v.Float64()
	if err != nil || math.IsNaN(ms) || math.Abs(ms) >= float64(mostMillis) {
		return 0, errors.New("the number is out of range: want milliseconds since 1970")
	}
	return int64(math.Round(ms * float64(time.Millisecond))), nil
}

// plainTime is sourceTime for the JSON of whole milliseconds and of plain texts; it
// reports false for any other, and for what is no time.
func plainTime(told []byte) (at int64, ok bool) {
	if len(told) > 2 && told[0] == '"' {
		var t time.Time
		if t.UnmarshalText(told[1:len(told)-1]) != nil || t.Year() < 1678 || t.Year() > 2261 {
			return 0, false
		}
		return t.UnixNano(), true
	}
	if len(told) == 0 || len(told) > 18 {
		return 0, false
	}
	var ms int64
	for _, c := range told {
		if c < '0' || c > '9' {
			return 0, false
		}
		ms = ms*10 + int64(c-'0')
	}
	return ms * int64(time.Millisecond), ms <= mostMillis
}
