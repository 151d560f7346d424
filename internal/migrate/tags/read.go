package tags

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/holdfast-edge/holdfast/config/document"
	"github.com/holdfast-edge/holdfast/internal/migrate"
	"github.com/holdfast-edge/holdfast/internal/migrate/xlsx"
)

// Read makes devices of a sheet. An error is that it is no such sheet; what is wrong in a row is in the report.
func Read(file string, data []byte, r *migrate.Report, names *migrate.Names) (*migrate.Node, error) {
	s, err := ReadSheet(file, data)
	if err != nil {
		return nil, err
	}
	for _, needed := range []string{"device", "name"} {
		if !has(s.Columns, needed) {
			return nil, &document.Error{File: file, Line: 1, Problem: fmt.Sprintf("the column %q is missing", needed), Fix: "docs/migration.md lists the columns"}
		}
	}
	x := &reader{report: r, taken: names, devices: map[string]*device{}, list: migrate.List()}
	for _, row := range s.Rows {
		x.row(s, row)
	}
	for _, d := range x.list.Items() { // what it is and where, before what it has
		groups := d.Get("groups")
		d.Put("groups", nil).Put("groups", groups)
	}
	return migrate.Map(nil).Put("devices", x.list), nil
}

func has(all []string, one string) bool {
	for _, s := range all {
		if s == one {
			return true
		}
	}
	return false
}

type reader struct {
	report  *migrate.Report
	taken   *migrate.Names
	devices map[string]*device
	list    *migrate.Node
}

type device struct {
	node   *migrate.Node
	groups map[string]*migrate.Node
}

// row adds a tag.
func (x *reader) row(s *Sheet, row xlsx.Row) {
	cells := s.Cells(row)
	from := migrate.Origin{File: s.File, Line: row.Number, Of: "tag " + cells["device"] + "." + cells["name"]}
	switch {
	case cells["device"] == "" || cells["name"] == "":
		x.report.LeftOut(from, "a row has device and name")
		return
	case cells[""] != "":
		x.report.LeftOut(from, fmt.Sprintf("%.40q stands in a column without a name", cells[""]))
		return
	}
	d := x.device(cells["device"], from)
	if d == nil {
		return
	}
	group := d.group(cells["group"])
	tag := migrate.Map(&from)
	tag.Flow = true
	for _, key := range s.Columns {
		value, ok := cells[key]
		into := tag
		switch of, rest, _ := strings.Cut(key, "."); {
		case !ok || key == "device" || key == "group":
			continue
		case key == "driver" || key == "endpoint":
			into = d.node
		case of == "device":
			into, key = d.node, rest
		case key == "scan":
			into = group
		case of == "group":
			into, key = group, rest
		}
		if err := put(into, key, value, into != tag); err != nil {
			x.report.LeftOut(from.Under(key), err.Error())
		}
	}
	group.ListAt("tags").Add(tag)
	x.report.Taken(from)
}

// device returns the device of a name, made with its first row; nil where the name is another's.
func (x *reader) device(name string, from migrate.Origin) *device {
	if d, ok := x.devices[name]; ok {
		return d
	}
	if x.taken.Has(name) {
		x.report.LeftOut(from.Under("device"), fmt.Sprintf("%q is a name that the configuration already has", name))
		return nil
	}
	first := from
	first.Of = "device " + name
	d := &device{node: migrate.Map(&first).Text("name", name).Text("driver", "modbus"), groups: map[string]*migrate.Node{}}
	x.devices[name] = d
	x.list.Add(d.node)
	return d
}

func (d *device) group(name string) *migrate.Node {
	if name == "" {
		name = "tags"
	}
	g, ok := d.groups[name]
	if !ok {
		g = migrate.Map(nil).Text("name", name)
		d.groups[name] = g
		d.node.ListAt("groups").Add(g)
	}
	return g
}

// put sets a key; what rows have in common has to be the same in each of them.
func put(node *migrate.Node, key, text string, common bool) error {
	value, err := valueOf(key, text, common)
	if err != nil {
		return err
	}
	if before := node.Get(key); common && before != nil && key != "driver" && !before.Equal(value) {
		return fmt.Errorf("%.60q, and %.60q in a row before: it is one for all of them", text, before.Value())
	}
	node.Put(key, value)
	return nil
}

// valueOf reads a cell as YAML would, but for keys that are texts. The unit of a device is a number, that of a tag a text.
func valueOf(key, text string, common bool) (*migrate.Node, error) {
	switch key {
	case "name", "address", "type", "description", "order", "writer", "driver", "endpoint":
		return migrate.Text(text), nil
	case "unit":
		if !common {
			return migrate.Text(text), nil
		}
	}
	if text[0] == '{' || text[0] == '[' {
		doc, errs := document.Read("cell.yaml", []byte("value: "+text))
		if len(errs) > 0 || doc.Root.Kind != document.Mapping {
			return nil, fmt.Errorf("%.60q is not written as YAML would have it", text)
		}
		e, _ := doc.Root.Entry("value")
		return migrate.Of(e.Value), nil
	}
	if text == "true" || text == "false" || json.Valid([]byte(text)) && text[0] != '"' && text != "null" {
		return migrate.Plain(text), nil
	}
	return migrate.Text(text), nil
}
