package tdengine

import (
	"database/sql/driver"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/holdfast-edge/holdfast/tag"
)

// Names of the columns that are ours. A field that has one of them gets an
// underscore in front.
const (
	columnTime        = "ts"
	columnSequence    = "hf_seq"
	columnIncarnation = "hf_incarnation"
	columnQuality     = "hf_quality"
	columnHistorical  = "hf_historical"

	tagSite   = "site"
	tagStream = "stream"
)

// column is one of a super-table.
type column struct {
	name  string
	kind  string // as DESCRIBE tells it: DOUBLE, VARCHAR …
	width int    // of a text, in bytes
	isTag bool
	inKey bool
}

// definition is the column as CREATE and ALTER write it.
func (c column) definition() string {
	if c.isText() || c.kind == "VARBINARY" {
		return quote(c.name) + " " + c.kind + "(" + strconv.Itoa(c.width) + ")"
	}
	return quote(c.name) + " " + c.kind
}

func (c column) isText() bool { return c.kind == "VARCHAR" || c.kind == "NCHAR" || c.kind == "BINARY" }

// columnOf is the column for a field. A field whose kind varies is a number
// unless its first value is something else.
func columnOf(name string, kind tag.Kind, first tag.Value, width int) column {
	if kind == tag.Absent || kind == tag.Null {
		switch first.Kind() {
		case tag.Int, tag.Uint:
			kind = tag.Float
		default:
			kind = first.Kind()
		}
	}
	c := column{name: columnName(name)}
	switch kind {
	case tag.Bool:
		c.kind = "BOOL"
	case tag.Int:
		c.kind = "BIGINT"
	case tag.Uint:
		c.kind = "BIGINT UNSIGNED"
	case tag.Time:
		c.kind = "TIMESTAMP"
	case tag.Bytes:
		c.kind, c.width = "VARBINARY", width
	case tag.String, tag.Array, tag.ObjectKind:
		c.kind, c.width = "VARCHAR", width
	default:
		c.kind = "DOUBLE"
	}
	return c
}

// columnName is the name of a field's column.
func columnName(field string) string {
	name := legal(field, longestColumn-1)
	switch strings.ToLower(name) {
	case columnTime, columnSequence, columnIncarnation, columnQuality, columnHistorical, tagSite, tagStream:
		return "_" + name
	}
	return name
}

// bind converts a value to what the column holds, in the precision of the
// database. What does not fit is an error, but for NaN and the infinities, which
// are no values.
func (c column) bind(v tag.Value, perTick int64) (driver.Value, error) {
	if v.IsNull() {
		return nil, nil
	}
	var bound driver.Value
	switch c.kind {
	case "DOUBLE", "FLOAT":
		f, ok := v.Float()
		if !ok {
			break
		}
		if math.IsNaN(f) || math.IsInf(f, 0) {
			return nil, nil
		}
		if c.kind == "FLOAT" {
			return float32(f), nil
		}
		return f, nil
	case "BOOL":
		if v.Kind() == tag.Bool {
			return v.Bool(), nil
		}
	case "TIMESTAMP":
		if ns, ok := v.Nanos(); ok {
			return ns / perTick, nil
		}
	case "VARCHAR", "NCHAR", "BINARY", "JSON":
		return textOf(v), nil
	case "VARBINARY", "GEOMETRY", "BLOB":
		if v.Kind() == tag.Bytes {
			return v.Bytes(), nil
		}
		if v.Kind() == tag.String {
			return []byte(v.Str()), nil
		}
	default:
		bound = c.integer(v)
	}
	if bound == nil {
		return nil, fmt.Errorf("column %s is of type %s and cannot hold a %s like %.40s", c.name, c.kind, v.Kind(), tag.AppendJSON(nil, v))
	}
	return bound, nil
}

// textOf is what a column of text holds of a value: a string as it is, anything
// else as JSON.
func textOf(v tag.Value) string {
	if v.Kind() == tag.String {
		return v.Str()
	}
	return string(tag.AppendJSON(nil, v))
}

// integer converts to one of the integer types; nil where the value is none, or
// does not fit.
func (c column) integer(v tag.Value) driver.Value {
	i, isInt := wholeOf(v)
	u, isUint := v.Uint()
	if isInt && i >= 0 {
		u, isUint = uint64(i), true
	}
	switch c.kind {
	case "BIGINT":
		if isInt {
			return i
		}
	case "INT":
		if isInt && i == int64(int32(i)) {
			return int32(i)
		}
	case "SMALLINT":
		if isInt && i == int64(int16(i)) {
			return int16(i)
		}
	case "TINYINT":
		if isInt && i == int64(int8(i)) {
			return int8(i)
		}
	default:
		if isUint {
			return c.unsigned(u)
		}
	}
	return nil
}

func (c column) unsigned(u uint64) driver.Value {
	switch c.kind {
	case "BIGINT UNSIGNED":
		return u
	case "INT UNSIGNED":
		if u <= math.MaxUint32 {
			return uint32(u)
		}
	case "SMALLINT UNSIGNED":
		if u <= math.MaxUint16 {
			return uint16(u)
		}
	case "TINYINT UNSIGNED":
		if u <= math.MaxUint8 {
			return uint8(u)
		}
	}
	return nil
}

// wholeOf is the value as an integer, where it is a whole number.
func wholeOf(v tag.Value) (int64, bool) {
	if i, ok := v.Int(); ok {
		return i, true
	}
	if v.Kind() != tag.Float {
		return 0, false
	}
	f, _ := v.Float()
	if f != math.Trunc(f) || math.Abs(f) > 1<<53 {
		return 0, false
	}
	return int64(f), true
}
