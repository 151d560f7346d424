package node

import (
	"fmt"
	"strings"

	"github.com/holdfast-edge/holdfast/actors/endpoint"
	"github.com/holdfast-edge/holdfast/broker"
	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/streamsql"
)

// names is what FROM can read at a site, and where it comes from: a device, one
// of its groups as device.group, a stream, or another rule; and the tables that
// JOIN can.
type names struct {
	site    string
	schemas *endpoint.Schemas
	sources streamsql.Sources
	inputs  map[string]broker.Input
	tables  map[string]config.Table
}

func newNames(site *config.Site) *names {
	n := &names{site: site.Name, schemas: &endpoint.Schemas{}, sources: streamsql.Sources{}, inputs: map[string]broker.Input{}, tables: map[string]config.Table{}}
	for i := range site.Devices {
		n.device(&site.Devices[i])
	}
	for _, s := range site.Streams {
		n.open(s.Name, overflow(s.Overflow))
	}
	for _, r := range site.Rules {
		n.open(r.Name, broker.DropOldest)
	}
	for _, t := range site.Tables {
		n.sources[t.Name] = streamsql.Source{Kind: streamsql.LookupSource, Whole: t.Newest == ""}
		if t.Newest != "" {
			n.sources[t.Name] = streamsql.Source{Kind: streamsql.LookupSource, Key: t.Key}
		}
		n.tables[t.Name] = t
	}
	for _, name := range append(site.DeadLetters(), site.LateStreams()...) {
		n.open(name, broker.DropOldest)
	}
	return n
}

// open names a stream whose fields come with its rows.
func (n *names) open(name string, o broker.Overflow) {
	n.sources[name] = streamsql.Source{}
	n.inputs[name] = broker.Input{Streams: []string{name}, Overflow: o}
}

// device names a device and its groups. What makes no schema is reported by
// config, which knows the place.
func (n *names) device(d *config.Device) {
	all := broker.Input{Overflow: broker.DropOldest}
	for g := range d.Groups {
		schema, err := n.schemas.Of(n.site, d, &d.Groups[g])
		if err != nil {
			return
		}
		n.sources[schema.Name()] = streamsql.Source{Schema: schema}
		n.inputs[schema.Name()] = broker.Input{Streams: []string{schema.Name()}, Overflow: broker.DropOldest}
		all.Streams = append(all.Streams, schema.Name())
		all.Groups = append(all.Groups, schema)
	}
	schema, err := n.schemas.Whole(n.site, d, all.Groups)
	if err != nil {
		return
	}
	all.Schema = schema
	n.sources[d.Name] = streamsql.Source{Schema: schema}
	n.inputs[d.Name] = all
}

// describe tells all that a query is compiled against when it reads a name.
func (n *names) describe(name string) string {
	if t, ok := n.tables[name]; ok {
		return n.describeTable(&t)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "\n%s from %v, overflow %v:", name, n.inputs[name].Streams, n.inputs[name].Overflow)
	for _, g := range n.inputs[name].Groups {
		fmt.Fprintf(&b, " group %s of %d,", g.Name(), g.Len())
	}
	if schema := n.sources[name].Schema; schema != nil {
		for slot := range schema.Len() {
			fmt.Fprintf(&b, " %+v", schema.Field(slot))
		}
	}
	return b.String()
}

// describeTable tells what a table is made of: not the rows of its file, which
// change under the queries that read them.
func (n *names) describeTable(t *config.Table) string {
	switch {
	case t.Newest != "":
		return fmt.Sprintf("\ntable %s of the newest %d by %q:%s", t.Name, t.MaxKeys, t.Key, n.describe(t.Newest))
	case t.Append != "":
		return fmt.Sprintf("\ntable %s of the last %d, for %s, kept every %s:%s", t.Name, t.MaxRows, t.MaxAge, t.Checkpoint, n.describe(t.Append))
	}
	return fmt.Sprintf("\ntable %s of file %q by %q, again in %s", t.Name, t.File, t.Key, t.Reread)
}
