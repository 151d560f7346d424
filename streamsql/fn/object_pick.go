package fn

import (
	"slices"
	"strings"

	"github.com/holdfast-edge/holdfast/tag"
)

// objectPick keeps the fields that are named, and of fields that are objects
// what is named in them.
func objectPick(_ *Context, args []tag.Value) (tag.Value, error) {
	if args[0].IsNull() {
		return tag.NullOf(args[0].Quality()), nil
	}
	o, err := fields(args[0])
	if err != nil {
		return tag.Value{}, err
	}
	var paths []string
	for _, v := range args[1:] {
		paths = appendPaths(paths, v)
	}
	return pick(o, paths), nil
}

// appendPaths appends a name, or those of an array.
func appendPaths(paths []string, v tag.Value) []string {
	switch {
	case v.IsNull():
	case v.Kind() == tag.String:
		paths = append(paths, v.Str())
	case v.Kind() == tag.Array:
		for _, element := range v.Array() {
			if element.Kind() == tag.String {
				paths = append(paths, element.Str())
			}
		}
	}
	return paths
}

// pick goes down with those paths that begin with a field. A field that has the
// whole path for its name is that one.
func pick(o *tag.Object, paths []string) tag.Value {
	var out gathered
	for i := range o.Len() {
		name, v := o.At(i)
		if slices.Contains(paths, name) {
			out.set(name, v)
			continue
		}
		if below := under(name, paths); len(below) > 0 && v.Kind() == tag.ObjectKind {
			if part := pick(v.Object(), below); part.Object().Len() > 0 {
				out.set(name, part)
			}
		}
	}
	return out.object()
}

// under returns what is left of the paths that begin with a name.
func under(name string, paths []string) []string {
	var below []string
	for _, path := range paths {
		if rest, ok := strings.CutPrefix(path, name+"."); ok {
			below = append(below, rest)
		}
	}
	return below
}
