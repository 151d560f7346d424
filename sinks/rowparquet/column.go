//go:build !lean

package rowparquet

import (
	"fmt"
	"time"

	"github.com/parquet-go/parquet-go"

	"github.com/holdfast-edge/holdfast/tag"
)

// shape is what the values of a column have in common so far.
type shape uint8

// The shapes, each wider than those before it but for booleans, which only texts
// are wider than.
const (
	empty shape = iota
	boolean
	whole
	number
	moment
	text
)

// widened is the narrowest shape for what had shape s and a value.
func (s shape) widened(v tag.Value) shape {
	if s == moment || v.IsNull() {
		return s
	}
	var of shape
	switch v.Kind() {
	case tag.Bool:
		of = boolean
	case tag.Int:
		of = whole
	case tag.Uint, tag.Float:
		of = number
	default:
		of = text
	}
	switch {
	case s == empty, s == of:
		return of
	case s == whole && of == number, s == number && of == whole:
		return number
	}
	return text
}

// node is the column's type. A column without values is one of texts.
func (s shape) node() parquet.Node {
	var leaf parquet.Node
	switch s {
	case boolean:
		leaf = parquet.Leaf(parquet.BooleanType)
	case whole:
		leaf = parquet.Int(64)
	case number:
		leaf = parquet.Leaf(parquet.DoubleType)
	case moment:
		leaf = parquet.Timestamp(parquet.Nanosecond)
	default:
		leaf = parquet.String()
	}
	return parquet.Optional(parquet.Compressed(leaf, &parquet.Snappy))
}

// value is a value in a column of shape s.
func (s shape) value(v tag.Value) (parquet.Value, error) {
	if v.IsNull() {
		return parquet.NullValue(), nil
	}
	switch s {
	case boolean:
		return parquet.BooleanValue(v.Bool()), nil
	case whole:
		i, _ := v.Int()
		return parquet.Int64Value(i), nil
	case number:
		f, _ := v.Float()
		return parquet.DoubleValue(f), nil
	case moment:
		at, err := time.Parse(time.RFC3339Nano, v.Str())
		if err != nil {
			return parquet.Value{}, fmt.Errorf("read a time: %w", err)
		}
		return parquet.Int64Value(at.UnixNano()), nil
	}
	if v.Kind() == tag.String {
		return parquet.ByteArrayValue([]byte(v.Str())), nil
	}
	return parquet.ByteArrayValue(tag.AppendJSON(nil, v)), nil
}
