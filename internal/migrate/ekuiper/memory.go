package ekuiper

import (
	"fmt"
	"slices"
	"strings"

	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/internal/migrate"
)

// writers are the rules that write to topics of memory which a filter matches.
func (m *migration) writers(filter string) (all []feed) {
	for topic, feeds := range m.feeds {
		if matches(filter, topic) {
			all = append(all, feeds...)
		}
	}
	slices.SortFunc(all, func(a, b feed) int { return strings.Compare(a.rule, b.rule) })
	return slices.CompactFunc(all, func(a, b feed) bool { return a.rule == b.rule })
}

// matches tells whether a topic is one of a filter's, as in MQTT.
func matches(filter, topic string) bool {
	f, t := strings.Split(filter, "/"), strings.Split(topic, "/")
	for i, level := range f {
		switch {
		case level == "#":
			return true
		case i >= len(t), level != "+" && level != t[i]:
			return false
		}
	}
	return len(f) == len(t)
}

// memory writes a stream of what rules write to topics in memory: a rule that reads those.
func (m *migration) memory(c *created) bool {
	feeds := m.writers(c.source)
	if len(feeds) == 0 {
		m.report.LeftOut(c.Place("DATASOURCE"), fmt.Sprintf("no rule that was taken writes to the topic %s in memory, but for those with templates", c.source))
		return false
	}
	var arms []string
	for _, f := range feeds {
		arms = append(arms, "SELECT * FROM "+quoted(f.rule))
	}
	c.Ask("FORMAT")
	m.add("rules", migrate.Map(&c.Origin).Text("name", c.name).Text("sql", strings.Join(arms, "\nUNION ALL\n")))
	m.report.Changed(c.Place("TYPE"), "a stream of memory "+c.source, "the rule "+c.name, "rules read each other by their names")
	return true
}

func quoted(name string) string { return `"` + name + `"` }

// neuron writes a stream of what Neuron sends: a rule over all groups of the devices, with rows as Neuron has them.
func (m *migration) neuron(c *created) bool {
	var arms []string
	if m.Site != nil {
		for i := range m.Site.Devices {
			for g := range m.Site.Devices[i].Groups {
				arms = append(arms, neuronArm(&m.Site.Devices[i], &m.Site.Devices[i].Groups[g])...)
			}
		}
	}
	text := strings.Join(arms, "\nUNION ALL\n")
	switch {
	case len(arms) == 0:
		m.report.LeftOut(c.Place("TYPE"), "import the devices of Neuron into the directory first, and this export with --out DIRECTORY then")
		return false
	case len(text) > 60_000:
		m.report.LeftOut(c.Place("TYPE"), "there are too many tags for one text: let the rules read the groups, FROM \"device.group\"")
		return false
	}
	m.add("rules", migrate.Map(&c.Origin).Text("name", c.name).Text("sql", text))
	m.report.Changed(c.Place("TYPE"), "a stream of neuron", "the rule "+c.name,
		"its rows are those of all groups: timestamp, node_name (the device's name here), group_name, values; there is no errors: quality(tag) FROM \"device.group\" tells why a value is NULL")
	return true
}

// nameThere is what Neuron calls a tag: the import of its export has put the group in front where two groups have the
// name, and has kept one that could be none here in the description.
func nameThere(d *config.Device, g *config.Group, name, description string) string {
	first, _, _ := strings.Cut(description, ": ")
	if first != name && first != "" && strings.HasPrefix(name, migrate.Name(first)) {
		return first
	}
	bare, ok := strings.CutPrefix(name, g.Name+"_")
	for i := range d.Groups {
		other := &d.Groups[i]
		if ok && other.Name != g.Name && d.GroupOf(other.Name+"_"+bare) == other {
			return bare
		}
	}
	return name
}

// neuronArm selects the rows of a group as Neuron sends them; none where nothing of it is read.
func neuronArm(d *config.Device, g *config.Group) []string {
	var pairs []string
	add := func(name, description string) {
		there := strings.ReplaceAll(nameThere(d, g, name, description), "'", "''")
		pairs = append(pairs, fmt.Sprintf("'%s', %s", there, quoted(name)))
	}
	for t := range g.Tags {
		if g.Tags[t].Access.Readable() {
			add(g.Tags[t].Name, g.Tags[t].Description)
		}
	}
	for s := range g.Static {
		add(g.Static[s].Name, g.Static[s].Description)
	}
	if len(pairs) == 0 {
		return nil
	}
	return []string{fmt.Sprintf(`SELECT event_time() AS timestamp, '%s' AS node_name, '%s' AS group_name, object_construct(%s) AS "values" FROM %s`,
		d.Name, g.Name, strings.Join(pairs, ", "), quoted(d.Name+"."+g.Name))}
}
