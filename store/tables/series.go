package tables

import (
	"modernc.org/sqlite/vtab"

	"github.com/holdfast-edge/holdfast/store/catalog"
)

// series is one field of one stream.
type series struct {
	stream *catalog.Stream
	field  *catalog.Field
	number int // among all
}

// chosen returns the streams and fields that a filter leaves, where device, tag
// and stream are in columns of these numbers.
func chosen(known *catalog.Catalog, f *filter, device, tag, stream int) (found []series) {
	is := func(column int, text string) bool {
		wanted, asked := f.equals[column]
		return !asked || wanted == vtab.Value(text)
	}
	number := 0
	for i := range known.Streams {
		s := &known.Streams[i]
		number += len(s.Fields)
		if !is(device, s.Owner()) || !is(stream, s.Name) {
			continue
		}
		for j := range s.Fields {
			if is(tag, s.Fields[j].Name) {
				found = append(found, series{s, &s.Fields[j], number - j})
			}
		}
	}
	return found
}
