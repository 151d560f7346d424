package opcua

import (
	"reflect"
	"strings"
	"time"

	"github.com/gopcua/opcua/ua"

	"github.com/holdfast-edge/holdfast/protocols/scale"
	"github.com/holdfast-edge/holdfast/tag"
)

// maxDepth is how deep values may lie in each other.
const maxDepth = 32

// badDataTypeUnknown is what becomes of a structure that cannot be decoded.
const badDataTypeUnknown tag.Quality = 0x8011

// valueOf returns a server's value; its memory may be shared.
func valueOf(v *ua.Variant) tag.Value {
	if v == nil {
		return tag.NullOf(tag.Good)
	}
	return anyOf(v.Value(), maxDepth)
}

// anyOf returns what the library has decoded as one of Go's types, or BadDecoding for what no tag can be. The usual
// types go by themselves, so that they cost nothing.
func anyOf(v any, depth int) tag.Value {
	if depth == 0 {
		return tag.NullOf(tag.BadDecoding)
	}
	switch v := v.(type) {
	case nil:
		return tag.NullOf(tag.Good)
	case bool:
		return tag.BoolOf(v)
	case int16:
		return tag.IntOf(int64(v))
	case int32:
		return tag.IntOf(int64(v))
	case int64:
		return tag.IntOf(v)
	case uint16:
		return tag.IntOf(int64(v))
	case uint32:
		return tag.IntOf(int64(v))
	case uint64:
		return tag.UintOf(v)
	case float32:
		return scale.Checked(scale.Shortest(v))
	case float64:
		return scale.Checked(v)
	case string:
		return stringOf(v)
	case []byte:
		return tag.BytesOf(v)
	case time.Time:
		return timeOf(v)
	case ua.StatusCode:
		return tag.UintOf(uint64(v))
	case ua.XMLElement:
		return stringOf(string(v))
	default:
		return composedOf(v, depth)
	}
}

// composedOf returns what is no number and no plain text.
func composedOf(v any, depth int) tag.Value {
	switch v := v.(type) {
	case *ua.Variant:
		return anyOf(v.Value(), depth-1)
	case *ua.DataValue:
		return anyOf(v.Value, depth-1).WithQuality(tag.FromStatusCode(uint32(v.Status)))
	}
	if named, ok := nameOf(v); ok {
		return stringOf(named)
	}
	return reflected(reflect.ValueOf(v), depth)
}

// nameOf returns the text that stands for a name, an identifier or a text of a language.
func nameOf(v any) (text string, ok bool) {
	switch v := v.(type) {
	case *ua.LocalizedText:
		return v.Text, true
	case *ua.QualifiedName:
		return v.Name, true
	case *ua.NodeID:
		return addressOf(v).String(), true
	case *ua.ExpandedNodeID:
		if v.NodeID == nil {
			return "", true
		}
		a := addressOf(v.NodeID)
		a.uri = v.NamespaceURI
		return a.String(), true
	case *ua.GUID:
		if len(v.Data4) != 8 {
			return "", false
		}
		return v.String(), true
	default:
		return "", false
	}
}

// reflected returns numbers, arrays and structures.
func reflected(v reflect.Value, depth int) tag.Value {
	switch v.Kind() {
	case reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return tag.IntOf(v.Int())
	case reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return tag.UintOf(v.Uint())
	case reflect.Slice:
		return arrayOf(v, depth)
	case reflect.Pointer:
		if v.IsNil() {
			return tag.NullOf(tag.Good)
		}
		if object, ok := v.Interface().(*ua.ExtensionObject); ok {
			return structureOf(object, depth)
		}
		return objectOf(v.Elem(), depth)
	case reflect.Struct:
		return objectOf(v, depth)
	default:
		return tag.NullOf(tag.BadDecoding)
	}
}

// arrayOf returns a slice; those of several dimensions are arrays of arrays.
func arrayOf(v reflect.Value, depth int) tag.Value {
	values := make([]tag.Value, v.Len())
	for i := range values {
		values[i] = anyOf(v.Index(i).Interface(), depth-1)
	}
	return tag.ArrayOf(values)
}

// structureOf returns a structure, where the library knows its fields.
func structureOf(e *ua.ExtensionObject, depth int) tag.Value {
	switch {
	case e.Value == nil && e.EncodingMask == ua.ExtensionObjectEmpty:
		return tag.NullOf(tag.Good)
	case e.Value == nil:
		return tag.NullOf(badDataTypeUnknown)
	default:
		return anyOf(e.Value, depth-1)
	}
}

// objectOf returns a struct with its exported fields.
func objectOf(v reflect.Value, depth int) tag.Value {
	if v.Kind() != reflect.Struct {
		return anyOf(v.Interface(), depth-1)
	}
	t := v.Type()
	var names []string
	var values []tag.Value
	for i := range t.NumField() {
		if f := t.Field(i); f.IsExported() {
			names = append(names, f.Name)
			values = append(values, anyOf(v.Field(i).Interface(), depth-1))
		}
	}
	object, err := tag.NewObject(names, values)
	if err != nil {
		return tag.NullOf(tag.BadDecoding)
	}
	return tag.ObjectOf(object)
}

func stringOf(s string) tag.Value { return tag.StringOf(strings.ToValidUTF8(s, "\uFFFD")) }

// timeOf returns a time, or null where it is none or beyond what a tag can hold.
func timeOf(t time.Time) tag.Value {
	if ns := nanosOf(t); ns != 0 {
		return tag.NanosOf(ns)
	}
	return tag.NullOf(tag.Good)
}

// nanosOf returns a time in nanoseconds since the Unix epoch, and 0 for one that is not given, or is of before it.
func nanosOf(t time.Time) int64 {
	if t.IsZero() || t.Year() < 1970 || t.Year() > 2261 {
		return 0
	}
	return t.UnixNano()
}
