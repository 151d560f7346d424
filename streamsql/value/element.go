package value

import (
	"strconv"
	"strings"

	"github.com/holdfast-edge/holdfast/tag"
)

// Member returns a field of an object, Absent where the value is no object or
// has no such field.
func Member(v tag.Value, name string) tag.Value {
	if v.IsNull() || v.Kind() != tag.ObjectKind {
		return tag.Value{}
	}
	field, _ := v.Object().Lookup(name)
	return field
}

// Element returns an element of an array by its place from 0, or from the end
// where negative, and a field of an object by name. It is Absent where there is
// none.
func Element(v, i tag.Value) tag.Value {
	switch {
	case v.IsNull() || i.IsNull():
		return tag.Value{}
	case v.Kind() == tag.ObjectKind:
		return Member(v, Text(i))
	case v.Kind() != tag.Array || !i.Kind().IsNumber():
		return tag.Value{}
	}
	elements := v.Array()
	at, n := Int(i), int64(len(elements))
	if at < 0 {
		at += n
	}
	if at < 0 || at >= n {
		return tag.Value{}
	}
	if elements[at].Kind() == tag.Absent {
		return tag.NullOf(tag.Good)
	}
	return elements[at]
}

// Slice returns the elements of an array from low up to but without high, which
// count from the end where negative and default to all where NULL. It is Absent
// where that is not inside the array.
func Slice(v, low, high tag.Value) tag.Value {
	if v.IsNull() || v.Kind() != tag.Array {
		return tag.Value{}
	}
	elements := v.Array()
	n := int64(len(elements))
	from, to := bound(low, 0, n), bound(high, n, n)
	if from < 0 || from > to || to > n {
		return tag.Value{}
	}
	return tag.ArrayOf(elements[from:to:to])
}

func bound(v tag.Value, otherwise, n int64) int64 {
	if v.IsNull() {
		return otherwise
	}
	i := Int(v)
	if i < 0 {
		i += n
	}
	return i
}

// Extract is v -> path: path is the name of a field, the place of an element,
// or a path of both as in '$.a.b[0]'. Text is read as JSON.
func Extract(v, path tag.Value) tag.Value {
	if v.IsNull() || path.IsNull() {
		return tag.NullOf(Worst(v.Quality(), path.Quality()))
	}
	if v.Kind() == tag.String {
		parsed, err := tag.ParseJSON([]byte(v.Str()))
		if err != nil {
			return tag.NullOf(v.Quality())
		}
		v = parsed
	}
	if path.Kind() == tag.String && strings.HasPrefix(path.Str(), "$") {
		return walk(v, path.Str()[1:])
	}
	return Element(v, path)
}

// walk follows a path of .name and [place].
func walk(v tag.Value, path string) tag.Value {
	for path != "" {
		step := firstStep(path)
		path = path[len(step):]
		switch {
		case step[0] == '.':
			v = Member(v, strings.Trim(step[1:], `"`))
		case step[0] == '[' && strings.HasSuffix(step, "]"):
			v = Element(v, place(step[1:len(step)-1]))
		default:
			return tag.Value{}
		}
	}
	return v
}

// firstStep returns what a path has up to the next step; a point or bracket in
// quotes is none.
func firstStep(path string) string {
	begin := 1
	if len(path) > 1 && (path[1] == '"' || path[1] == '\'' && path[0] == '[') {
		begin = 2 + max(strings.IndexByte(path[2:], path[1]), 0)
	}
	if end := strings.IndexAny(path[begin:], ".["); end >= 0 {
		return path[:begin+end]
	}
	return path
}

// place reads what stands between brackets: a number, #-n from the end, or a
// quoted name.
func place(text string) tag.Value {
	if name := strings.Trim(text, `"'`); name != text {
		return tag.StringOf(name)
	}
	i, err := strconv.ParseInt(strings.TrimPrefix(text, "#"), 10, 64)
	if err != nil {
		return tag.Value{}
	}
	return tag.IntOf(i)
}
