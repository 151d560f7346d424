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
