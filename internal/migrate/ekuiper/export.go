package ekuiper

import (
	"strings"

	"github.com/holdfast-edge/holdfast/config/document"
	"github.com/holdfast-edge/holdfast/internal/migrate"
)

// export is the parts of an export, each with what was written of it.
type export struct {
	streams, tables []definition
	rules           []*migrate.Object
	// Configurations by kind and name: mqtt, test.
	sources, sinks, connections map[string]map[string]*migrate.Object
}

// definition is a CREATE STREAM or CREATE TABLE.
type definition struct {
	origin migrate.Origin
	name   string
	text   string
}

// readExport takes an export apart.
func readExport(root *migrate.Object, r *migrate.Report) (*export, error) {
	if !root.Has("streams") && !root.Has("rules") && !root.Has("tables") {
		return nil, &document.Error{
			File: root.File, Line: root.Line, Column: root.Column,
			Problem: "this is no export of eKuiper", Fix: `want {"streams": {…}, "tables": {…}, "rules": {…}}`,
		}
	}
	x := &export{
		streams: definitions(root.Object("streams"), "stream"), tables: definitions(root.Object("tables"), "table"),
		sources: configurations(root, "sourceConfig"), sinks: configurations(root, "sinkConfig"),
		connections: configurations(root, "connectionConfig"),
	}
	if rules := root.Object("rules"); rules != nil {
		for _, id := range rules.Keys() {
			if rule := rules.Object(id); rule != nil {
				rule.Origin = rule.Named("rule " + id)
				x.rules = append(x.rules, rule)
			}
		}
	}
	x.others(root, r)
	return x, nil
}

// definitions reads statements by name; in YAML each is in a mapping with the key sql.
func definitions(o *migrate.Object, kind string) (all []definition) {
	if o == nil {
		return nil
	}
	for _, name := range o.Keys() {
		d := definition{origin: o.Place(name).Named(kind + " " + name), name: name}
		if o.IsObject(name) {
			in := o.Object(name)
			d.text = in.Text("sql")
			in.Origin = d.origin
			in.Rest(migrate.Unknown)
		} else {
			d.text = o.Text(name)
		}
		all = append(all, d)
	}
	return all
}

// configurations reads a section: {"mqtt": "{\"test\": {…}}"}, or in YAML {sources.mqtt.test: {…}}.
func configurations(root *migrate.Object, section string) map[string]map[string]*migrate.Object {
	all := map[string]map[string]*migrate.Object{}
	o := root.Object(section)
	if o == nil {
		return all
	}
	for _, key := range o.Keys() {
		entry := o.Object(key)
		if entry == nil {
			continue
		}
		if parts := strings.SplitN(key, ".", 3); len(parts) == 3 {
			put(all, parts[1], parts[2], entry, section)
			continue
		}
		for _, name := range entry.Keys() {
			if c := entry.Object(name); c != nil {
				put(all, key, name, c, section)
			}
		}
	}
	return all
}

func put(all map[string]map[string]*migrate.Object, kind, name string, c *migrate.Object, section string) {
	kind = strings.ToLower(kind)
	c.Origin = c.Named(section + " " + kind + "." + name)
	if all[kind] == nil {
		all[kind] = map[string]*migrate.Object{}
	}
	all[kind][name] = c
}

// others reports the sections that are none of streams, tables and rules.
func (x *export) others(root *migrate.Object, r *migrate.Report) {
	for _, section := range []struct{ key, reason string }{
		{"nativePlugins", "plugins are not loaded here; a function can be a WebAssembly module, see docs/user-functions.md"},
		{"portablePlugins", "plugins are not loaded here; a function can be a WebAssembly module, see docs/user-functions.md"},
		{"Service", "external services are not called from SQL here"},
		{"Schema", "messages are JSON here; schemas of protobuf have no equivalent"},
		{"uploads", "put the file where it is needed"},
		{"scripts", "functions in JavaScript have no equivalent; a function can be a WebAssembly module, see docs/user-functions.md"},
	} {
		o := root.Object(section.key)
		if o == nil {
			continue
		}
		for _, name := range o.Keys() {
			r.LeftOut(o.Place(name).Named(section.key+" "+name), section.reason)
		}
	}
	root.Rest(migrate.Unknown)
}
