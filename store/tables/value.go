package tables

import (
	"math"

	"modernc.org/sqlite/vtab"

	"github.com/holdfast-edge/holdfast/tag"
)

// sqlValue is a value as SQLite has it: NULL where it is Bad or there is none,
// 0 and 1 for a truth, text for a time, JSON for an array or an object.
func sqlValue(v tag.Value) vtab.Value {
	if v.IsNull() {
		return nil
	}
	switch v.Kind() {
	case tag.Float:
		if f, _ := v.Float(); !math.IsNaN(f) {
			return f
		}
		return nil
	case tag.Int, tag.Bool:
		n, _ := v.Int()
		return n
	case tag.Uint:
		if n, _ := v.Uint(); n <= math.MaxInt64 {
			return int64(n)
		}
		f, _ := v.Float()
		return f
	case tag.String:
		return v.Str()
	case tag.Bytes:
		return v.Bytes()
	case tag.Time:
		n, _ := v.Nanos()
		return formatTime(n)
	}
	return string(tag.AppendJSON(nil, v))
}

// qualityOf is a value's quality, or NULL where there is no value.
func qualityOf(v tag.Value) vtab.Value {
	if v.Kind() == tag.Absent {
		return nil
	}
	return v.Quality().String()
}
