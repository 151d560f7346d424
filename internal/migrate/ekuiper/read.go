package ekuiper

import (
	"slices"

	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/internal/migrate"
)

// Options is what the export does not say.
type Options struct {
	OwnBroker string       // the broker whose place the node's own takes: tcp://HOST:PORT; empty: none
	Stopped   bool         // whether rules that are stopped there are taken, too
	Tables    string       // the directory that files of tables are put in
	Site      *config.Site // what the configuration has already; nil: nothing
	HasBroker bool         // whether it says something of the node's broker
}

// migration is one export while it becomes a configuration.
type migration struct {
	Options
	export *export
	report *migrate.Report
	names  *migrate.Names

	root    *migrate.Node
	renamed map[string]string      // streams and tables whose names could not stay
	feeds   map[string][]feed      // what rules write to topics of memory
	byName  map[string]string      // the names that rules have here, by their ids
	clients map[string]bool        // client identifiers that are in use
	events  map[string]bool        // streams that a rule reads in event time
	shared  map[string]*sharedSink // sinks by their text
	told    map[string]bool        // what is said once
}

// Check tells what is wrong with the options.
func (o *Options) Check() error {
	if o.OwnBroker == "" {
		return nil
	}
	_, err := readServer(o.OwnBroker)
	return err
}

// Read makes a configuration of an export. An error is that the text is no such export; what is wrong within it is in
// the report.
func Read(file string, data []byte, o Options, r *migrate.Report, names *migrate.Names) (*migrate.Node, error) {
	root, err := migrate.NewObject(file, data, "export", r)
	if err != nil {
		return nil, err
	}
	x, err := readExport(root, r)
	if err != nil {
		return nil, err
	}
	m := &migration{
		Options: o, export: x, report: r, names: names, root: migrate.Map(nil),
		renamed: map[string]string{}, feeds: map[string][]feed{}, byName: map[string]string{}, clients: map[string]bool{},
		events: map[string]bool{}, shared: map[string]*sharedSink{}, told: map[string]bool{},
	}
	if o.Site != nil {
		for i := range o.Site.Sinks {
			m.told["sink "+o.Site.Sinks[i].Name] = true
		}
	}
	m.nameAll()
	rules := m.readRules()
	for _, d := range x.streams {
		m.stream(d)
	}
	for _, d := range x.tables {
		m.table(d)
	}
	for _, rule := range rules {
		m.rule(rule)
	}
	m.unused()
	return m.root, nil
}

// unused reports configurations that nothing refers to.
func (m *migration) unused() {
	for _, all := range []map[string]map[string]*migrate.Object{m.export.sources, m.export.sinks, m.export.connections} {
		var objects []*migrate.Object
		for _, byName := range all {
			for _, c := range byName {
				objects = append(objects, c)
			}
		}
		slices.SortFunc(objects, func(a, b *migrate.Object) int { return slices.Compare([]string{a.Of}, []string{b.Of}) })
		for _, c := range objects {
			if !c.IsAsked() && len(c.Keys()) > 0 {
				m.report.Moot(c.Origin, "nothing that was taken refers to it")
				continue
			}
			c.Rest(connectionReason)
		}
	}
}

// once tells whether something is said for the first time.
func (m *migration) once(what string) bool {
	before := m.told[what]
	m.told[what] = true
	return !before
}

// add appends to a list of the configuration.
func (m *migration) add(list string, node *migrate.Node) { m.root.ListAt(list).Add(node) }

// listen makes the node's own broker reachable, where it is not configured already.
func (m *migration) listen(host string) {
	if !m.HasBroker && m.root.Get("broker") == nil {
		b := migrate.Map(nil).Text("listen", host)
		b.Flow = true
		m.root.Put("broker", b)
	}
}
