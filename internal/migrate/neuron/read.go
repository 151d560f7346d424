package neuron

import (
	"github.com/holdfast-edge/holdfast/internal/migrate"
	"github.com/holdfast-edge/holdfast/internal/migrate/plant"
)

// node is a driver of Neuron, wherever in the export its parts stand.
type node struct {
	origin migrate.Origin
	name   string
	plugin string
	params *migrate.Object // nil: it has none
	groups []group
}

type group struct {
	name     string
	interval int // ms
	tags     []*migrate.Object
}

// Read makes devices of an export in JSON. An error is that the text is no such export; what is wrong within it is in
// the report.
func Read(file string, data []byte, r *migrate.Report, names *migrate.Names) (*migrate.Node, error) {
	root, err := migrate.NewObject(file, data, "export", r)
	if err != nil {
		return nil, err
	}
	nodes, err := collect(root)
	if err != nil {
		return nil, err
	}
	p := plant.New(r, names)
	for _, n := range nodes {
		n.add(p, r)
	}
	root.Rest(func(key string) (reason string, moot bool) {
		switch key {
		case "apps", "subscriptions":
			return "groups are published on {site}/{device}/{group} of the node's own broker; for another far end, write a sink and a rule", false
		case "templates":
			return "templates here are written by hand, see docs/devices.md", false
		}
		return "", false
	})
	return migrate.Map(nil).Put("devices", p.Nodes()), nil
}

// collect joins the parts of each node.
func collect(root *migrate.Object) (all []*node, err error) {
	if !root.Has("nodes") {
		return nil, errNone(root)
	}
	byName := map[string]*node{}
	for _, o := range root.Objects("nodes") {
		n := &node{name: o.Text("name"), plugin: o.Text("plugin"), params: o.Object("params")}
		o.Origin = o.Named("node " + n.name)
		n.origin = o.Origin
		if n.params != nil {
			n.params.Origin = n.params.Named(o.Of).Under("params")
		}
		for _, g := range o.Objects("groups") {
			n.groups = append(n.groups, readGroup(g, o.Of))
		}
		o.Ask("tags_count", "state", "running", "link", "delay", "log_level", "tags") // how it was when it was exported
		o.Rest(migrate.Unknown)
		all = append(all, n)
		byName[n.name] = n
	}
	joinSettings(root, byName)
	joinGroups(root, byName)
	return all, nil
}

func readGroup(g *migrate.Object, of string) group {
	read := group{name: g.Text("group"), interval: g.Int("interval", 1000)}
	if read.name == "" {
		read.name = g.Text("name")
	}
	g.Of = of
	read.tags = g.Objects("tags")
	g.Ask("tag_count", "context")
	g.Rest(migrate.Unknown)
	return read
}

// joinSettings gives each node its parameters where they stand apart.
func joinSettings(root *migrate.Object, byName map[string]*node) {
	for _, o := range root.Objects("settings") {
		params := o.Object("params")
		if n := byName[o.Text("node")]; n != nil && params != nil {
			params.Origin = params.Named("node " + n.name).Under("params")
			n.params = params
		}
	}
}

// joinGroups gives each node its groups and tags where they stand apart.
func joinGroups(root *migrate.Object, byName map[string]*node) {
	for _, o := range root.Objects("groups") {
		if n := byName[o.Text("driver")]; n != nil {
			n.groups = append(n.groups, readGroup(o, "node "+n.name))
		}
	}
	for _, o := range root.Objects("tags") {
		n := byName[o.Text("driver")]
		if n == nil {
			continue
		}
		name := o.Text("group")
		for i := range n.groups {
			if n.groups[i].name == name {
				n.groups[i].tags = append(n.groups[i].tags, o.Objects("tags")...)
			}
		}
	}
}
