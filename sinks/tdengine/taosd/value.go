package taosd

import (
	"encoding/hex"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// A cell is nil, bool, int64, uint64, float64, string or []byte; a TIMESTAMP is
// an int64 of the database's ticks.

// cell converts a literal of a statement to what a column holds.
func (c column) cell(v any, perTick int64) (any, error) {
	if v == nil {
		return nil, nil
	}
	switch c.code {
	case typeVarchar, typeNchar:
		text := fmt.Sprint(v)
		if n := len(text); c.code == typeVarchar && n > c.width || c.code == typeNchar && len([]rune(text)) > c.width {
			return nil, faultf(codeTooLong, "value too long for column: %s", c.name)
		}
		return text, nil
	case typeVarbinary:
		return c.binary(v)
	case typeTimestamp:
		return timestamp(v, perTick)
	case typeBool:
		switch v := v.(type) {
		case bool:
			return v, nil
		case int64:
			return v != 0, nil
		}
	case typeFloat, typeDouble:
		if f, ok := number(v); ok {
			if c.code == typeFloat {
				f = float64(float32(f))
			}
			return f, nil
		}
	default:
		return c.integer(v)
	}
	return nil, faultf(codeSyntax, "invalid value %v for column %s of type %s", v, c.name, c.kind)
}

func (c column) binary(v any) (any, error) {
	text, ok := v.(string)
	if raw, isHex := strings.CutPrefix(text, `\x`); ok && isHex {
		b, err := hex.DecodeString(raw)
		if err != nil {
			return nil, faultf(codeSyntax, "invalid hex for column %s", c.name)
		}
		v = b
	} else if ok {
		v = []byte(text)
	}
	b, ok := v.([]byte)
	if !ok || len(b) > c.width {
		return nil, faultf(codeTooLong, "value too long for column: %s", c.name)
	}
	return b, nil
}

func (c column) integer(v any) (any, error) {
	unsigned := strings.HasSuffix(c.kind, "UNSIGNED")
	bits := uint(c.width * 8)
	switch v := v.(type) {
	case int64:
		switch {
		case !unsigned && v >= -1<<(bits-1) && v <= math.MaxInt64>>(64-bits):
			return v, nil
		case unsigned && v >= 0 && uint64(v) <= math.MaxUint64>>(64-bits):
			return uint64(v), nil
		}
	case uint64:
		if unsigned && v <= math.MaxUint64>>(64-bits) {
			return v, nil
		}
	}
	return nil, faultf(codeSyntax, "invalid value %v for column %s of type %s", v, c.name, c.kind)
}

// number is the value as a float, where it is one.
func number(v any) (float64, bool) {
	switch v := v.(type) {
	case int64:
		return float64(v), true
	case uint64:
		return float64(v), true
	case float64:
		return v, true
	case bool:
		if v {
			return 1, true
		}
		return 0, true
	case string:
		f, err := strconv.ParseFloat(v, 64)
		return f, err == nil
	default:
		return 0, false
	}
}

// timestamp reads a time as statements write it: ticks, or a text.
func timestamp(v any, perTick int64) (any, error) {
	switch v := v.(type) {
	case int64:
		return v, nil
	case string:
		for _, layout := range []string{time.RFC3339Nano, "2006-01-02 15:04:05.999999999", "2006-01-02"} {
			if t, err := time.Parse(layout, v); err == nil {
				return t.UnixNano() / perTick, nil
			}
		}
	}
	return nil, faultf(codeSyntax, "invalid timestamp %v", v)
}

// duration reads 10s, 1m, 500a as TDengine writes them.
func duration(text string) (time.Duration, error) {
	units := map[byte]time.Duration{
		'b': 1, 'u': time.Microsecond, 'a': time.Millisecond, 's': time.Second, 'm': time.Minute, 'h': time.Hour, 'd': 24 * time.Hour, 'w': 7 * 24 * time.Hour,
	}
	if text == "" {
		return 0, faultf(codeSyntax, "invalid duration")
	}
	unit, known := units[text[len(text)-1]]
	n, err := strconv.ParseInt(text[:len(text)-1], 10, 64)
	if !known || err != nil || n < 0 {
		return 0, faultf(codeSyntax, "invalid duration %s", text)
	}
	return time.Duration(n) * unit, nil
}
