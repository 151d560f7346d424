package endpoint

import (
	"fmt"
	"sync"

	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/tag"
)

// StreamName returns the name of a group's stream, as FROM reads it.
func StreamName(device, group string) string { return device + "." + group }

// Schemas makes the schemas of groups. Groups that share their tags, as the many devices of one kind do, share the
// fields. It may be used concurrently; its zero value is ready.
type Schemas struct {
	mu    sync.Mutex
	known map[*config.Tag]*tag.Schema // by the first tag of the list, of groups with no others
	whole map[string]*tag.Schema      // of devices, by the fields of their groups
}

// Of returns the fields of a group's rows, which are its tags in the order of the configuration, then the static ones,
// then those that are computed.
func (s *Schemas) Of(site string, d *config.Device, g *config.Group) (*tag.Schema, error) {
	name := StreamName(d.Name, g.Name)
	stream := tag.NewStreamID(site, name)
	if extra := derivedFields(g); len(extra) > 0 || len(g.Tags) == 0 {
		return tag.NewSchema(stream, name, append(tagFields(g), extra...)...)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if like := s.known[&g.Tags[0]]; like != nil {
		return like.Renamed(stream, name), nil
	}
	schema, err := tag.NewSchema(stream, name, tagFields(g)...)
	if err != nil {
		return nil, err
	}
	if s.known == nil {
		s.known = map[*config.Tag]*tag.Schema{}
	}
	s.known[&g.Tags[0]] = schema
	return schema, nil
}

// Whole returns the fields of all groups of a device, one after the other, given their schemas. Devices whose groups
// share their fields share these.
func (s *Schemas) Whole(site string, d *config.Device, groups []*tag.Schema) (*tag.Schema, error) {
	stream := tag.NewStreamID(site, d.Name)
	if len(groups) == 1 {
		return groups[0].Renamed(stream, d.Name), nil
	}
	var key []byte
	var fields []tag.Field
	for _, g := range groups {
		if g.Len() > 0 {
			key = fmt.Appendf(key, "%p ", &g.Fields()[0])
		}
		fields = append(fields, g.Fields()...)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if like := s.whole[string(key)]; like != nil {
		return like.Renamed(stream, d.Name), nil
	}
	schema, err := tag.NewSchema(stream, d.Name, fields...)
	if err != nil {
		return nil, err
	}
	if s.whole == nil {
		s.whole = map[string]*tag.Schema{}
	}
	s.whole[string(key)] = schema
	return schema, nil
}

func tagFields(g *config.Group) []tag.Field {
	fields := make([]tag.Field, len(g.Tags))
	for i, t := range g.Tags {
		fields[i] = tag.Field{Name: t.Name, Unit: t.Unit}
	}
	return fields
}

func derivedFields(g *config.Group) (fields []tag.Field) {
	for i := range g.Static {
		s := &g.Static[i]
		fields = append(fields, tag.Field{Name: s.Name, Unit: s.Unit, Kind: s.Constant().Kind()})
	}
	for _, c := range g.Computed {
		fields = append(fields, tag.Field{Name: c.Name, Unit: c.Unit})
	}
	return fields
}
