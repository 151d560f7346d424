package controller

import (
	"encoding/binary"
	"fmt"
	"strings"

	"github.com/holdfast-edge/holdfast/protocols/enip/cip"
	"github.com/holdfast-edge/holdfast/tag"
)

// Octets returns what a tag holds, of Program:NAME.TAG that of a program, and sets it where new ones are given: as many or
// fewer, from the beginning. There has to be such a tag.
func (c *Controller) Octets(name string, set ...byte) []byte {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	scope, rest := "", strings.ToLower(name)
	if program, own, ok := strings.Cut(rest, "."); ok {
		scope, rest = program, own
	}
	t, ok := c.memory.scopes[scope][rest]
	if !ok {
		panic(fmt.Sprintf("no tag %s", name)) // a defect of the test
	}
	copy(t.data, set)
	return append([]byte(nil), t.data...)
}

// Set has a tag hold a value; a structure, the text of a STRING.
func (c *Controller) Set(name string, t cip.Type, v tag.Value) {
	if v.Kind() == tag.String {
		text := v.Str()
		c.Octets(name, append(binary.LittleEndian.AppendUint32(nil, uint32(len(text))), text...)...)
		return
	}
	octets, err := t.Append(nil, v)
	if err != nil {
		panic(fmt.Sprintf("tag %s: %v", name, err)) // a defect of the test
	}
	c.Octets(name, octets...)
}

// Value returns the first element that a tag holds.
func (c *Controller) Value(name string, t cip.Type) tag.Value {
	return t.Value(c.Octets(name)[:t.Size()])
}
