package message

import (
	"sync"

	"github.com/holdfast-edge/holdfast/tag"
)

// Forms remembers what was bound to schemas. It may be used concurrently; the
// zero Forms is empty.
type Forms[T any] struct {
	mu    sync.Mutex
	known map[*tag.Schema]T
}

// formsMax bounds what is remembered: schemas come one by one as fields appear.
const formsMax = 1024

// Of returns what was bound to a schema, or binds it.
func (f *Forms[T]) Of(schema *tag.Schema, bind func(*tag.Schema) T) T {
	f.mu.Lock()
	defer f.mu.Unlock()
	if known, ok := f.known[schema]; ok {
		return known
	}
	made := bind(schema)
	if f.known == nil || len(f.known) >= formsMax {
		f.known = map[*tag.Schema]T{}
	}
	f.known[schema] = made
	return made
}
