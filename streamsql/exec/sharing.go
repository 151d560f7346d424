package exec

import (
	"fmt"
	"strings"
)

// Shared is something that queries of a group have in common, or that one of
// them does by itself.
type Shared struct {
	What  string   // "filter", "no filter", "window" or "alone"
	Text  string   // the condition, or the window with its groups and filter
	How   string   // how often it is evaluated, and for which rows
	Rules []string // in the order in which they were added
}

// shownRules is how many rules a line names.
const shownRules = 8

// String returns one line, in which a long list of rules is cut.
func (s Shared) String() string {
	head := s.What
	if s.Text != "" {
		head += " " + s.Text
	}
	if s.How != "" {
		head += ", " + s.How
	}
	shown := s.Rules[:min(len(s.Rules), shownRules)]
	names := strings.Join(shown, ", ")
	if more := len(s.Rules) - len(shown); more > 0 {
		names += fmt.Sprintf(" and %d more", more)
	}
	return head + ": " + names
}

// Sharing tells what the members of the group share, in an order that depends on
// nothing but the members.
func (g *Group) Sharing() []Shared {
	if g.stale {
		g.sort()
	}
	var all []Shared
	for _, c := range g.classes {
		all = append(all, c.sharing())
	}
	for _, b := range g.bands {
		if len(b.sharing) > 0 {
			all = append(all, b.shared())
		}
	}
	for _, m := range g.members {
		switch {
		case m.direct != nil || m.shares:
		case m.band != nil:
			all = append(all, Shared{What: "alone", How: "until its window holds what the shared one holds", Rules: []string{m.exec.options.Rule}})
		default:
			all = append(all, Shared{What: "alone", Rules: []string{m.exec.options.Rule}})
		}
	}
	return all
}

func (b *band) shared() Shared {
	p := b.windows.plan
	s := Shared{What: "window", Text: p.WindowText(), How: "kept once"}
	if n := len(p.Aggregates); b.windows.windows.added {
		s.How = fmt.Sprintf("added up once, with %d aggregates", n)
	}
	for _, m := range b.sharing {
		s.Rules = append(s.Rules, m.exec.options.Rule)
	}
	return s
}

func (c *class) sharing() Shared {
	p := c.members[0].direct.plan
	s := Shared{What: "no filter"}
	if p.Filter != nil {
		s.What, s.Text, s.How = "filter", p.FilterText(), "once for each row"
		switch {
		case c.key != nil && c.filter == nil:
			s.How = "found by an index over " + c.column
		case c.key != nil:
			s.How = "once for each row that an index over " + c.column + " finds"
		}
	}
	for _, m := range c.members {
		s.Rules = append(s.Rules, m.exec.options.Rule)
	}
	return s
}

// Explain returns what the members of the group share as a text, a line for each
// thing.
func (g *Group) Explain() string {
	var text strings.Builder
	for _, s := range g.Sharing() {
		text.WriteString(s.String() + "\n")
	}
	return text.String()
}
