package node

import (
	"fmt"
	"slices"
	"strings"

	"github.com/holdfast-edge/holdfast/actors/endpoint"
	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/store/catalog"
)

// catalog says what the history has of the site that runs: the groups of its
// devices as they are configured, and its streams as they came.
func (n *Node) catalog() (catalog.Catalog, error) {
	s := n.scene()
	c := catalog.Catalog{Site: s.site.Name}
	left := map[string]bool{}
	for name := range s.plan.history {
		left[name] = true
	}
	for i := range s.site.Devices {
		d := &s.site.Devices[i]
		for g := range d.Groups {
			if stream := groupStream(d, &d.Groups[g]); left[stream.Name] {
				c.Streams = append(c.Streams, stream)
				delete(left, stream.Name)
			}
		}
	}
	for name := range left {
		stream, err := n.openStream(name)
		if err != nil {
			return c, err
		}
		c.Streams = append(c.Streams, stream)
	}
	slices.SortFunc(c.Streams, func(a, b catalog.Stream) int { return strings.Compare(a.Name, b.Name) })
	return c, nil
}

func groupStream(d *config.Device, g *config.Group) catalog.Stream {
	s := catalog.Stream{Name: endpoint.StreamName(d.Name, g.Name), Device: d.Name, Group: g.Name}
	for _, t := range g.Tags {
		s.Fields = append(s.Fields, catalog.Field{Name: t.Name, Unit: t.Unit, Type: t.Type, Description: t.Description})
	}
	return s
}

// openStream is a stream whose fields came with its rows.
func (n *Node) openStream(name string) (catalog.Stream, error) {
	fields, err := n.history.Fields(name)
	if err != nil {
		return catalog.Stream{}, fmt.Errorf("read the fields of %s: %w", name, err)
	}
	s := catalog.Stream{Name: name}
	for _, f := range fields {
		s.Fields = append(s.Fields, catalog.Field{Name: f.Name, Unit: f.Unit})
	}
	return s, nil
}
