package value

import "github.com/holdfast-edge/holdfast/tag"

// Size returns about how many octets a value has as JSON, and something beyond limit
// as soon as it is known to have more: a value that stands in another many times has
// them each time.
func Size(v tag.Value, limit int) int {
	switch v.Kind() {
	case tag.String:
		return 2 + len(v.Str())
	case tag.Bytes:
		return 2 + len(v.Bytes())
	case tag.Array:
		return arraySize(v.Array(), limit)
	case tag.ObjectKind:
		return objectSize(v.Object(), limit)
	default:
		return 4
	}
}

func arraySize(elements []tag.Value, limit int) int {
	size := 2 + len(elements)
	for _, v := range elements {
		if size > limit {
			break
		}
		size += Size(v, limit-size)
	}
	return size
}

func objectSize(o *tag.Object, limit int) int {
	size := 2
	for i := range o.Len() {
		if size > limit {
			break
		}
		name, v := o.At(i)
		size += 4 + len(name) + Size(v, limit-size)
	}
	return size
}
