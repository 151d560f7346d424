package tag

import (
	"fmt"
	"strconv"
	"time"

	"github.com/valyala/fastjson"
)

// AppendSampleJSON appends the sample with all that is known of it:
//
//	{"stream":"boiler.climate","field":"temperature","value":21.5,"quality":"Good","time":"2026-11-22T17:00:00Z"}
//
// A Bad value that still shows what was last held has it under "last", so that
// nobody takes it for a value.
func AppendSampleJSON(dst []byte, s Sample) []byte {
	dst = AppendJSONString(append(dst, `{"stream":`...), s.Stream)
	dst = AppendJSONString(append(dst, `,"field":`...), s.Field)
	dst = AppendJSON(append(dst, `,"value":`...), s.Value)
	if s.Value.kind > Null && s.Value.qual.IsBad() {
		dst = AppendJSON(append(dst, `,"last":`...), s.Value.WithQuality(Good))
	}
	dst = AppendJSONString(append(dst, `,"quality":`...), s.Value.qual.String())
	dst = append(dst, `,"time":"`...)
	dst = time.Unix(0, s.Time).UTC().AppendFormat(dst, time.RFC3339Nano)
	return append(dst, '"', '}')
}

// ParseSampleJSON is the inverse of AppendSampleJSON. An absent quality means
// Good; a time may also be a number of nanoseconds.
func ParseSampleJSON(data []byte) (Sample, error) {
	var p fastjson.Parser
	j, err := p.ParseBytes(data)
	if err != nil {
		return Sample{}, fmt.Errorf("parse sample: %w", err)
	}
	s := Sample{Stream: string(j.GetStringBytes("stream")), Field: string(j.GetStringBytes("field"))}
	if s.Value, err = sampleValue(j); err != nil {
		return Sample{}, err
	}
	s.Time, err = sampleTime(j.Get("time"))
	return s, err
}

func sampleValue(j *fastjson.Value) (Value, error) {
	from := j.Get("last")
	if from == nil {
		from = j.Get("value")
	}
	if from == nil {
		return Value{}, fmt.Errorf("parse sample: no value")
	}
	v, err := FromJSON(from)
	if err != nil {
		return Value{}, fmt.Errorf("parse sample: %w", err)
	}
	q := Good
	if name := j.GetStringBytes("quality"); name != nil {
		if q, err = ParseQuality(string(name)); err != nil {
			return Value{}, fmt.Errorf("parse sample: %w", err)
		}
	}
	return v.WithQuality(q), nil
}

func sampleTime(j *fastjson.Value) (int64, error) {
	if j == nil {
		return 0, fmt.Errorf("parse sample: no time")
	}
	if j.Type() == fastjson.TypeNumber {
		return strconv.ParseInt(string(j.MarshalTo(nil)), 10, 64)
	}
	t, err := time.Parse(time.RFC3339Nano, string(j.GetStringBytes()))
	if err != nil {
		return 0, fmt.Errorf("parse sample: %w", err)
	}
	return t.UnixNano(), nil
}
