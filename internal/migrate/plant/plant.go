// Package plant makes devices with groups and tags of what other systems know of a plant: it finds names, keeps them
// apart, and writes Modbus as the modbus driver reads it. It checks nothing that our own check finds, too.
package plant

import (
	"time"

	"github.com/holdfast-edge/holdfast/internal/migrate"
)

// Plant is the devices of a site. Make it with New.
type Plant struct {
	report  *migrate.Report
	names   *migrate.Names
	devices []*Device
}

// New begins a plant. Names are those that a device may not have any more.
func New(r *migrate.Report, names *migrate.Names) *Plant { return &Plant{report: r, names: names} }

// Device is a unit while its tags are collected.
type Device struct {
	Name string // here
	Node *migrate.Node

	plant  *Plant
	groups []*group
}

type group struct {
	name string
	scan time.Duration
	tags []Tag
}

// Add begins a device of the modbus driver: its name is made of the wanted one.
func (p *Plant) Add(from migrate.Origin, wanted, endpoint string, unit int) *Device {
	d := &Device{Name: p.names.Give(wanted), plant: p, Node: migrate.Map(&from)}
	if d.Name != wanted {
		p.report.Changed(from.Under("name"), wanted, d.Name, "a name has letters, digits, _ and -, and stands once")
	}
	d.Node.Text("name", d.Name).Text("driver", "modbus").Text("endpoint", endpoint).Int("unit", unit)
	p.devices = append(p.devices, d)
	return d
}

// Tag adds a tag to a group, which is made where it is missing; groups of one name and another scan are kept apart.
func (d *Device) Tag(groupName string, scan time.Duration, t Tag) {
	for _, g := range d.groups {
		if g.name == groupName && g.scan == scan {
			g.tags = append(g.tags, t)
			return
		}
	}
	d.groups = append(d.groups, &group{groupName, scan, []Tag{t}})
}

// HasTags tells whether there is any.
func (d *Device) HasTags() bool { return len(d.groups) > 0 }

// Nodes writes the devices out.
func (p *Plant) Nodes() *migrate.Node {
	all := migrate.List()
	for _, d := range p.devices {
		d.finish()
		all.Add(d.Node)
	}
	return all
}

// finish writes groups and tags, whose names are unique within the device: of two tags of one name, both have those of
// their groups in front.
func (d *Device) finish() {
	uses := map[string]int{}
	scans := map[string]int{}
	for _, g := range d.groups {
		scans[g.name]++
		for _, t := range g.tags {
			uses[t.Name]++
		}
	}
	var groups, tags migrate.Names
	list := migrate.List()
	for _, g := range d.groups {
		wanted := g.name
		if scans[g.name] > 1 {
			wanted += "_" + g.scan.String()
		}
		node := migrate.Map(nil).Text("name", groups.Give(wanted)).Duration("scan", g.scan)
		for _, t := range g.tags {
			t.ambiguous = uses[t.Name] > 1
			t.write(node, &tags, d.plant.report)
		}
		list.Add(node)
	}
	d.Node.Put("groups", list)
}
