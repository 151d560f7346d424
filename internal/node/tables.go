package node

import (
	"fmt"
	"slices"
	"time"

	"github.com/holdfast-edge/holdfast/actors/table"
	"github.com/holdfast-edge/holdfast/broker"
	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/streamsql"
)

// heldTable is a lookup table, and what keeps it.
type heldTable struct {
	config *config.Table
	made   string
	held   table.Held
	fed    []string // by these streams
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
	b.plan.tables = append(b.plan.tables, heldTable{t, b.names.describeTable(t), held, b.names.inputs[t.Source()].Streams})
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
	input, key, err := b.filledBy(t)
	if err != nil {
		return nil, key, err
	}
	b.readings.add(streamsql.Use{Name: t.Source(), All: true})
	if t.Newest != "" {
		return table.NewNewest(t, input), "", nil
	}
	return table.NewAppended(t, input), "", nil
}

// filledBy returns what fills a table. An error is of a key.
func (b *planner) filledBy(t *config.Table) (input broker.Input, key string, err error) {
	key = "newest"
	if t.Append != "" {
		key = "append"
	}
	input, ok := b.names.inputs[t.Source()]
	if !ok {
		return input, key, &config.Problem{
			What: fmt.Sprintf("nothing that has rows is called %.60q", t.Source()), Fix: config.DidYouMean(t.Source(), b.inputNames()),
		}
	}
	schema := b.names.sources[t.Source()].Schema
	for i, column := range t.Key {
		if schema == nil {
			break // its columns come with its rows
		}
		if _, ok := schema.Slot(column); !ok {
			return input, fmt.Sprintf("key[%d]", i), &config.Problem{
				What: fmt.Sprintf("%s has no column %.60q", t.Source(), column), Fix: "name a tag of it; a static tag names a device in its rows",
			}
		}
	}
	return input, "", nil
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
		at := slices.IndexFunc(last.tables, func(old heldTable) bool { return old.config.Name == t.config.Name && old.made == t.made })
		if at >= 0 {
			t.held = last.tables[at].held
			p.lookups[t.config.Name] = t.held
		}
	}
}

func (n *Node) tableParts(s *scene) (all []part) {
	env := table.Env{Bus: n.bus, Log: n.log, Now: time.Now, Failed: n.journal.tableFailed}
	for _, t := range s.plan.tables {
		all = append(all, part{"/tables", table.Spec(env, t.config.Name, t.held), t.made})
	}
	return all
}
