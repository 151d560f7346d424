// Package catalog says what a history has, in the words of the plant: which
// stream is of which group of which device, and what its fields are. Those who
// answer questions about the past, in SQL or PromQL, name things by it; the
// node makes it of its configuration and of what came.
package catalog

import "strings"

// Stream is a stream that the history keeps.
type Stream struct {
	Name   string
	Device string // whose group it is; empty where it is none
	Group  string
	Fields []Field
}

// Field is a field of a stream: a tag, where it is a group's.
type Field struct {
	Name        string
	Unit        string
	Type        string // as it is configured; empty: whatever came
	Description string
}

// Catalog is the streams of a site at one moment. It is not to be changed.
type Catalog struct {
	Site    string
	Streams []Stream
}

// Source returns what there is now.
type Source func() (Catalog, error)

// Owner is what the stream's rows are of: the device, or the stream itself.
func (s *Stream) Owner() string {
	if s.Device != "" {
		return s.Device
	}
	return s.Name
}

// Named returns the streams that a name means, in the order of the catalog: a
// stream, or all groups of a device. Letters count in either case, as SQL has
// it.
func (c *Catalog) Named(name string) (found []*Stream) {
	for i := range c.Streams {
		if s := &c.Streams[i]; strings.EqualFold(s.Name, name) || strings.EqualFold(s.Device, name) {
			found = append(found, s)
		}
	}
	return found
}
