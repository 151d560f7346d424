package node

import (
	"fmt"
	"slices"
	"time"

	"github.com/holdfast-edge/holdfast/actors/table"
	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/streamsql"
)

// heldTable is a lookup table, and what keeps it.
type heldTable struct {
	name string
	made string
	held table.Held
}

// table reads the table of a file, for its errors and its first rows, or makes
// one of newest rows.
func (b *planner) table(t *config.Table) {
	if !t.Origin.Sound() {
		return // reported when it was decoded
	}
	held, key, err := b.hold(t)
	if err != nil {
		b.errors = append(b.errors, t.Origin.Error(key, err))
		return
	}
	b.plan.tables = append(b.plan.tables, heldTable{t.Name, b.names.describeTable(t), held})
	b.plan.lookups[t.Name] = held
}

// hold makes what keeps a table. An error is of a key.
func (b *planner) hold(t *config.Table) (held table.Held, key string, err error) {
	if t.File != "" {
		held, err = table.OpenFile(t, time.Now())
		if err != nil && b.waiting {
			held, err = table.AwaitFile(t), nil
		}
		return held, "file", err
	}
	input, ok := b.names.inputs[t.Newest]
	switch {
	case !ok:
		return nil, "newest", &config.Problem{
			What: fmt.Sprintf("nothing that has rows is called %.60q", t.Newest), Fix: config.DidYouMean(t.Newest, b.inputNames()),
		}
	case len(input.Streams) != 1:
		return nil, "newest", &config.Problem{
			What: fmt.Sprintf("device %q has %d groups, whose rows come apart", t.Newest, len(input.Streams)), Fix: "name one of them, as device.group",
		}
	}
	schema := b.names.sources[t.Newest].Schema
	for i, column := range t.Key {
		if schema == nil {
			break // its columns come with its rows
		}
		if _, ok := schema.Slot(column); !ok {
			return nil, fmt.Sprintf("key[%d]", i), &config.Problem{
				What: fmt.Sprintf("%s has no column %.60q", t.Newest, column), Fix: "name a tag of it; a static tag names a device in its rows",
			}
		}
	}
	b.readings.add(streamsql.Use{Name: t.Newest, All: true})
	return table.NewNewest(t, input.Streams[0]), "", nil
}

func (b *planner) inputNames() (names []string) {
	for name := range b.names.inputs {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// keepTables has the plan read the tables that run already and stay as they are.
func (p *plan) keepTables(last *plan) {
	for i := range p.tables {
		t := &p.tables[i]
		at := slices.IndexFunc(last.tables, func(old heldTable) bool { return old.name == t.name && old.made == t.made })
		if at >= 0 {
			t.held = last.tables[at].held
			p.lookups[t.name] = t.held
		}
	}
}

func (n *Node) tableParts(s *scene) (all []part) {
	env := table.Env{Bus: n.bus, Now: time.Now, Failed: n.journal.tableFailed}
	for _, t := range s.plan.tables {
		all = append(all, part{"/tables", table.Spec(env, t.name, t.held), t.made})
	}
	return all
}
