package config

import (
	"fmt"
	"reflect"
)

// sharing is the catalog for a site that is read: groups that have the same tags keep them once, from the moment their
// device is decoded and checked. A plant has many devices of few kinds, and what is kept of each of a hundred thousand
// tags is what a gateway's memory is spent on.
type sharing struct {
	*Catalog
	known map[string][][]Tag
}

// Share shares the tags of a device.
func (s sharing) Share(element any) {
	d, ok := element.(*Device)
	if !ok {
		return
	}
	for g := range d.Groups {
		if tags := d.Groups[g].Tags; len(tags) > 0 {
			d.Groups[g].Tags = s.shared(tags)
		}
	}
}

// shared returns the list that is equal to tags, which is tags where there was none before.
func (s sharing) shared(tags []Tag) []Tag {
	first, last := &tags[0], &tags[len(tags)-1]
	key := fmt.Sprint(len(tags), first.Name, first.Address, last.Name, last.Address)
	for _, other := range s.known[key] {
		if reflect.DeepEqual(other, tags) {
			return other
		}
	}
	s.known[key] = append(s.known[key], tags)
	return tags
}
