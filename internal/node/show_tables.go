package node

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/holdfast-edge/holdfast/actors/table"
	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/console"
	"github.com/holdfast-edge/holdfast/streamsql"
	"github.com/holdfast-edge/holdfast/tag"
)

// Tables lists the tables by name.
func (n *Node) Tables() (list []console.Table) {
	plan := n.plan()
	for i := range plan.tables {
		list = append(list, n.table(plan, &plan.tables[i]))
	}
	slices.SortFunc(list, func(a, b console.Table) int { return cmp.Compare(a.Name, b.Name) })
	return list
}

func (n *Node) table(p *plan, t *heldTable) console.Table {
	c, s := t.config, t.held.Status()
	v := console.Table{
		Name: c.Name, Of: kindOf(c), Source: cmp.Or(c.File, c.Source()), Key: c.Key, Path: "/tables/" + c.Name,
		Rows: t.held.Len(), Lost: s.Lost, Ahead: s.Ahead, Dropped: s.Dropped, Rules: p.joining(c.Name),
	}
	v.State, v.Detail = n.state(v.Path)
	if !s.Read.IsZero() {
		at := s.Read.UTC()
		v.Read = &at
	}
	if s.Trouble != nil {
		v.Trouble = s.Trouble.Error()
	}
	return v
}

func kindOf(c *config.Table) string {
	switch {
	case c.Newest != "":
		return "newest"
	case c.Append != "":
		return "append"
	}
	return "file"
}

// joining lists the rules that join with a table.
func (p *plan) joining(name string) []string {
	rules := []string{}
	for i := range p.rules {
		if slices.ContainsFunc(p.rules[i].Query.Sources(), func(use streamsql.Use) bool { return use.Name == name }) {
			rules = append(rules, p.rules[i].Name)
		}
	}
	return rules
}

// findTable returns a table of the node.
func (n *Node) findTable(name string) (*plan, *heldTable, error) {
	p := n.plan()
	at := slices.IndexFunc(p.tables, func(t heldTable) bool { return t.config.Name == name })
	if at < 0 {
		return nil, nil, fmt.Errorf("%w: %.60q", console.ErrNoTable, name)
	}
	return p, &p.tables[at], nil
}

// TableRows returns rows of a table from a place on.
func (n *Node) TableRows(name string, from, limit int) (page console.TablePage, err error) {
	_, t, err := n.findTable(name)
	if err != nil {
		return page, err
	}
	page = console.TablePage{Total: t.held.Len(), From: from, Rows: []console.TableRow{}}
	for _, b := range t.held.Page(time.Now().UnixNano(), from, limit) {
		for i := range b.Len() {
			page.Rows = append(page.Rows, console.TableRow{Time: time.Unix(0, b.Time(i)).UTC(), Row: cutJSON(tag.AppendRowJSON(nil, b, i))})
		}
	}
	return page, nil
}

// RereadTable reads the file of a table now.
func (n *Node) RereadTable(name string) (v console.Table, err error) {
	p, t, err := n.findTable(name)
	if err != nil {
		return v, err
	}
	switch err := t.held.Reread(time.Now()); {
	case errors.Is(err, table.ErrNoFile):
		return v, fmt.Errorf("%w: %w", console.ErrNoFile, err)
	case err != nil:
		return v, fmt.Errorf("%w: %w", console.ErrNotRead, err)
	}
	return n.table(p, t), nil
}
