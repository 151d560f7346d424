package decode

import (
	"strings"

	"github.com/holdfast-edge/holdfast/tag"
)

// target is a column that a name in a message is for. One that is not exact
// gives way to a name of its own.
type target struct {
	slot  int
	exact bool
}

// mostNames bounds how many names are remembered with their targets.
const mostNames = 1024

// targets tells which columns a name is for.
type targets struct {
	schema *tag.Schema
	grows  bool // a name without a column of its own becomes one
	names  map[string][]target
}

func newTargets(schema *tag.Schema, grows bool) targets {
	return targets{schema: schema, grows: grows, names: map[string][]target{}}
}

// of returns the columns of a name. known is false for a name that has none and
// would get one of its own if the schema grew.
func (t *targets) of(key []byte) (found []target, known bool) {
	found, known = t.names[string(key)]
	if known {
		return found, true
	}
	found = t.find(string(key))
	if len(found) == 0 && t.grows {
		return nil, false
	}
	if len(t.names) >= mostNames {
		clear(t.names)
	}
	t.names[string(key)] = found
	return found, true
}

// find looks through the schema. A name that may have a column of its own is
// for that one alone.
func (t *targets) find(name string) (found []target) {
	if slot, ok := t.schema.Slot(name); ok {
		found = append(found, target{slot: slot, exact: true})
	}
	if t.grows {
		return found
	}
	for slot := range t.schema.Len() {
		if column := t.schema.Field(slot).Name; column != name && strings.EqualFold(column, name) {
			found = append(found, target{slot: slot})
		}
	}
	return found
}
