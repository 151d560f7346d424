package config

import (
	"fmt"
	"reflect"
)

// shareTags lets groups that have the same tags keep them once. A plant has many devices of few kinds, and what is kept
// of each of a hundred thousand tags is what a gateway's memory is spent on.
func shareTags(site *Site) {
	known := map[string][][]Tag{}
	for d := range site.Devices {
		for g := range site.Devices[d].Groups {
			group := &site.Devices[d].Groups[g]
			if len(group.Tags) > 0 {
				group.Tags = shared(known, group.Tags)
			}
		}
	}
}

// shared returns the list that is equal to tags, which is tags where there was none before.
func shared(known map[string][][]Tag, tags []Tag) []Tag {
	first, last := &tags[0], &tags[len(tags)-1]
	key := fmt.Sprint(len(tags), first.Name, first.Address, last.Name, last.Address)
	for _, other := range known[key] {
		if reflect.DeepEqual(other, tags) {
			return other
		}
	}
	known[key] = append(known[key], tags)
	return tags
}
