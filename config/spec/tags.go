package spec

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// field reads the tags of one key and checks that they make sense together.
func (r reader) field(f reflect.StructField) (Field, error) {
	if !f.IsExported() {
		return Field{}, fmt.Errorf("a field with a key is exported")
	}
	t, err := r.typeOf(f.Type)
	if err != nil {
		return Field{}, err
	}
	field := readTags(f)
	field.Type, field.index = t, f.Index
	if field.Doc == "" {
		return Field{}, fmt.Errorf("the key %q has no doc", field.Key)
	}
	if field.Match != "" && !slices.Contains(Matches(), field.Match) {
		return Field{}, fmt.Errorf("match:%q is none of %s", field.Match, strings.Join(Matches(), ", "))
	}
	if err := field.parseBounds(); err != nil {
		return Field{}, err
	}
	err = field.parseTexts()
	return field, err
}

// readTags takes the tags as they stand.
func readTags(f reflect.StructField) Field {
	is := func(name string) bool { return f.Tag.Get(name) == "true" }
	field := Field{
		Key: f.Tag.Get("yaml"), Doc: f.Tag.Get("doc"), Default: f.Tag.Get("default"), Example: f.Tag.Get("example"),
		Min: f.Tag.Get("min"), Max: f.Tag.Get("max"), Match: f.Tag.Get("match"), Unit: f.Tag.Get("unit"),
		Chooses:  f.Tag.Get("chooses"),
		InPlace:  f.Tag.Get("inplace"),
		Required: is("required"), Advanced: is("advanced"), Scalar: is("scalar"), Single: is("single"),
	}
	if enum := f.Tag.Get("enum"); enum != "" {
		field.Enum = strings.Split(enum, ",")
	}
	return field
}

// parseTexts reads default and example as the file's text would be read, so that neither can be wrong.
func (f *Field) parseTexts() error {
	if f.Default != "" {
		value := reflect.New(f.Type.goType).Elem()
		if err := f.read(value, plain(f.Default)); err != nil {
			return fmt.Errorf("default %q: %w", f.Default, err)
		}
		f.fallback = value
	}
	if f.Example != "" && f.Type.Shape.scalar() {
		if err := f.read(reflect.New(f.Type.goType).Elem(), plain(f.Example)); err != nil {
			return fmt.Errorf("example %q: %w", f.Example, err)
		}
	}
	return nil
}

// addOptions reads options:"kind/part".
func (s *Spec) addOptions(index int, f reflect.StructField) error {
	kind, part, ok := strings.Cut(f.Tag.Get("options"), "/")
	if !ok || f.Type.Kind() != reflect.Interface || f.Type.NumMethod() != 0 || !f.IsExported() {
		return fmt.Errorf(`options:"kind/part" belongs on an exported field of type any`)
	}
	s.options = append(s.options, optionsField{index: index, kind: kind, part: part, from: f.Tag.Get("query")})
	return nil
}
