package wasm

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/holdfast-edge/holdfast/streamsql/fn"
)

// manifest is what a module says about its functions, as JSON:
//
//	{"functions": [{
//	    "name": "fahrenheit", "doc": "Degrees Celsius as Fahrenheit.",
//	    "params": [{"name": "celsius", "type": "number"}], "returns": "float"
//	}]}
type manifest struct {
	Functions []function `json:"functions"`
}

type function struct {
	Name    string  `json:"name"`
	Doc     string  `json:"doc"`
	Params  []param `json:"params"`
	Returns string  `json:"returns"`
	// Nulls: the function is called with NULL, too; otherwise NULL gives NULL.
	Nulls bool `json:"nulls"`
}

type param struct {
	Name     string `json:"name"`
	Type     string `json:"type"`
	Optional bool   `json:"optional"`
}

const maxFunctions = 256

// parseManifest reads a manifest and checks it against itself.
func parseManifest(data []byte) (*manifest, error) {
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	var m manifest
	if err := decoder.Decode(&m); err != nil {
		return nil, fmt.Errorf("read the manifest: %w", err)
	}
	if len(m.Functions) == 0 || len(m.Functions) > maxFunctions {
		return nil, fmt.Errorf("the manifest has %d functions: want 1 to %d", len(m.Functions), maxFunctions)
	}
	return &m, nil
}

// isName reports whether a function and a parameter may be called so.
func isName(s string) bool {
	for i, c := range []byte(s) {
		letter := 'a' <= c && c <= 'z' || c == '_'
		if !letter && (i == 0 || c < '0' || c > '9') {
			return false
		}
	}
	return s != "" && len(s) <= 64
}

// registration returns the function as the registry of stream SQL has it,
// without its implementation.
func (f function) registration() (*fn.Func, error) {
	if !isName(f.Name) {
		return nil, fmt.Errorf("function %q: want a name of small letters, digits and _", f.Name)
	}
	if _, taken := fn.Standard().Lookup(f.Name); taken {
		return nil, fmt.Errorf("function %s: a built-in function has the name", f.Name)
	}
	returns, err := typeOf(f.Returns)
	if err != nil {
		return nil, fmt.Errorf("function %s: returns: %w", f.Name, err)
	}
	out := &fn.Func{Name: f.Name, Family: "user", Returns: returns, Doc: f.Doc}
	if out.Doc == "" {
		out.Doc = "A user function."
	}
	if f.Nulls {
		out.Nulls = fn.NullIsValue
	}
	for _, p := range f.Params {
		t, err := typeOf(p.Type)
		if err == nil && !isName(p.Name) {
			err = errors.New("want a name of small letters, digits and _")
		}
		if err != nil {
			return nil, fmt.Errorf("function %s: parameter %q: %w", f.Name, p.Name, err)
		}
		out.Params = append(out.Params, fn.Param{Name: p.Name, Type: t, Optional: p.Optional})
	}
	return out, nil
}

// typeOf returns the type of a name as a signature writes it.
func typeOf(name string) (fn.Type, error) {
	for _, t := range []fn.Type{fn.Bool, fn.Int, fn.Float, fn.Text, fn.Bytes, fn.Time, fn.Array, fn.Object, fn.Number, fn.Any} {
		if t.String() == name {
			return t, nil
		}
	}
	return 0, fmt.Errorf("type %q: want bool, int, float, number, text, bytes, time, array, object or any", name)
}
