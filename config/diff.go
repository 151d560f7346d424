package config

import (
	"bytes"
	"cmp"
	"slices"

	"github.com/holdfast-edge/holdfast/config/spec"
)

// Change is one resource that is not the same in two configurations.
type Change struct {
	Kind Kind
	Name string   // of a device, stream, rule, sink or server; empty for the others
	Op   Op       // what became of it
	Keys []string // of its mapping that differ, sorted, where it was changed
}

// Kind is a kind of resource, named as the key or the list that it stands under.
type Kind string

// The kinds of resource.
const (
	KindSite     Kind = "site" // the site's own name
	KindBroker   Kind = "broker"
	KindConsole  Kind = "console"
	KindLog      Kind = "log"
	KindHistory  Kind = "history"
	KindChanges  Kind = "changes"
	KindUplink   Kind = "uplink"
	KindDevice   Kind = "devices"
	KindStream   Kind = "streams"
	KindRule     Kind = "rules"
	KindTable    Kind = "tables"
	KindFunction Kind = "functions"
	KindSink     Kind = "sinks"
	KindServer   Kind = "servers"
)

// Op is what became of a resource.
type Op string

// What becomes of a resource.
const (
	Added   Op = "added"
	Changed Op = "changed"
	Removed Op = "removed"
)

// Diff lists the resources that differ from one site to another in what they do, sorted by kind and name, so that a
// change restarts only what it touches. How and where a resource was written makes no difference.
func Diff(from, to *Site, catalog *Catalog) []Change {
	before, after := byName(from, catalog), byName(to, catalog)
	var changes []Change
	for id, old := range before {
		now, stays := after[id]
		switch keys := differing(old, now); {
		case !stays:
			changes = append(changes, Change{Kind: id.kind, Name: id.name, Op: Removed})
		case len(keys) > 0:
			changes = append(changes, Change{Kind: id.kind, Name: id.name, Op: Changed, Keys: keys})
		}
	}
	for id := range after {
		if _, was := before[id]; !was {
			changes = append(changes, Change{Kind: id.kind, Name: id.name, Op: Added})
		}
	}
	slices.SortFunc(changes, func(a, b Change) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Name, b.Name))
	})
	return changes
}

// identity is what makes two resources of two configurations the same one.
type identity struct {
	kind Kind
	name string
}

// byName takes a site apart into its resources.
func byName(site *Site, catalog *Catalog) map[identity]map[string]any {
	all := map[identity]map[string]any{}
	for key, value := range resources(site, catalog) {
		switch value := value.(type) {
		case []any:
			for _, resource := range value {
				all[identity{Kind(key), nameOf(resource)}] = resource.(map[string]any)
			}
		case map[string]any:
			all[identity{kind: Kind(key)}] = value
		default:
			all[identity{kind: Kind(key)}] = map[string]any{key: value}
		}
	}
	return all
}

// differing lists the keys whose values are not the same.
func differing(a, b map[string]any) []string {
	var keys []string
	for key, value := range a {
		if other, ok := b[key]; !ok || !bytes.Equal(spec.AppendJSON(nil, value), spec.AppendJSON(nil, other)) {
			keys = append(keys, key)
		}
	}
	for key := range b {
		if _, ok := a[key]; !ok {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	return keys
}

// Digests gives the digest of each resource of a site, as canonical JSON, by kind and name: two are the same exactly
// where their digests are. Resources without a name of their own are under the empty one.
func Digests(site *Site, catalog *Catalog) map[Kind]map[string]string {
	digests := map[Kind]map[string]string{}
	for id, resource := range byName(site, catalog) {
		if digests[id.kind] == nil {
			digests[id.kind] = map[string]string{}
		}
		digests[id.kind][id.name] = Digest(spec.AppendJSON(nil, resource))
	}
	return digests
}
