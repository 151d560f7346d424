package wasm

import (
	"bytes"
	"errors"
	"testing"

	"github.com/holdfast-edge/holdfast/tag"
)

func FuzzDecodeValue(f *testing.F) {
	for _, v := range []tag.Value{
		tag.NullOf(tag.Good), tag.BoolOf(true), tag.IntOf(-1), tag.FloatOf(1.5), tag.StringOf("a"), tag.BytesOf([]byte{1}), tag.NanosOf(1),
		tag.ArrayOf([]tag.Value{tag.IntOf(1)}),
	} {
		f.Add(appendValue(nil, v))
	}
	f.Add([]byte{codeError, 1, 0, 0, 0, 'x'})
	f.Add([]byte{codeText, 255, 255, 255, 255})
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, src []byte) {
		v, err := decodeValue(src)
		if err != nil {
			return
		}
		again, err := decodeValue(appendValue(nil, v))
		if err != nil || !bytes.Equal(tag.AppendJSON(nil, v), tag.AppendJSON(nil, again)) {
			t.Errorf("%v reads back as %v, %v", v, again, err)
		}
	})
}

func FuzzParseManifest(f *testing.F) {
	f.Add([]byte(`{"functions":[{"name":"f","doc":"d","params":[{"name":"x","type":"number"}],"returns":"float","nulls":true}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := parseManifest(data)
		if err != nil {
			return
		}
		for _, described := range m.Functions {
			if f, err := described.registration(); err == nil && f.Name != described.Name {
				t.Errorf("%q is registered as %q", described.Name, f.Name)
			}
		}
	})
}

func TestWhatIsNotEncodedAsItShouldIsMalformed(t *testing.T) {
	for name, src := range map[string][]byte{
		"empty":            {},
		"unknown":          {77},
		"short number":     {codeInt, 1, 2},
		"long bool":        {codeTrue, 0},
		"short text":       {codeText, 2, 0, 0, 0, 'a'},
		"long text":        {codeText, 0, 0, 0, 0, 'a'},
		"no length":        {codeText, 0},
		"text not in UTF8": {codeText, 1, 0, 0, 0, 0xff},
		"no JSON":          {codeJSON, 1, 0, 0, 0, '['},
	} {
		if _, err := decodeValue(src); !errors.Is(err, ErrMalformed) {
			t.Errorf("%s: got %v, want %v", name, err, ErrMalformed)
		}
	}
}
