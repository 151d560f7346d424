package spec

import (
	"encoding/json"
	"reflect"

	"github.com/holdfast-edge/holdfast/config/document"
)

// Written is a value as it stands in the document, for what is read later and in another way.
type Written struct{ *document.Node }

var rawType = reflect.TypeFor[Written]()

// plain is the value as JSON has it.
func (w Written) plain() any {
	if w.Node == nil {
		return nil
	}
	switch w.Kind {
	case document.Null:
		return nil
	case document.Bool:
		return w.Text == "true"
	case document.Number:
		if json.Valid([]byte(w.Text)) {
			return json.Number(w.Text)
		}
		return w.Text
	case document.List:
		list := make([]any, w.Len())
		for i, item := range w.Items() {
			list[i] = Written{item}.plain()
		}
		return list
	case document.Mapping:
		mapping := map[string]any{}
		for _, e := range w.Entries {
			mapping[e.Key] = Written{e.Value}.plain()
		}
		return mapping
	default:
		return w.Text
	}
}
