package ekuiper

import (
	"strings"

	"github.com/holdfast-edge/holdfast/internal/migrate"
	"github.com/holdfast-edge/holdfast/streamsql/ast"
	"github.com/holdfast-edge/holdfast/streamsql/parse"
)

// rule is a rule as it was read.
type rule struct {
	*migrate.Object
	name    string // here
	text    string
	query   *ast.Query
	options *migrate.Object // nil: none
	actions []action
}

// action is one action of a rule.
type action struct {
	kind string
	at   migrate.Origin
	own  *migrate.Object // its properties
}

// feed is a rule that writes to a topic of memory.
type feed struct {
	rule  string // its name here
	topic string
	keyed bool // rows say what to do with those before: rowkindField
}

// readRules reads what rules are about, so that streams know who reads them.
func (m *migration) readRules() (all []*rule) {
	for _, o := range m.export.rules {
		if r := m.readRule(o); r != nil {
			all = append(all, r)
		}
	}
	return all
}

func (m *migration) readRule(o *migrate.Object) *rule {
	id := strings.TrimPrefix(o.Of, "rule ")
	r := &rule{Object: o, name: m.byName[id], text: strings.TrimRight(strings.TrimSpace(o.Text("sql")), "; \t\r\n"), options: o.Object("options")}
	triggered := o.Flag("triggered", true)
	switch {
	case r.text == "" && o.Has("graph"):
		m.report.LeftOut(o.Place("graph"), "a rule drawn as a graph has no equivalent: write it as SQL")
		return nil
	case r.text == "":
		m.report.LeftOut(o.Origin, "the rule has no sql")
		return nil
	case !triggered && !m.Stopped:
		m.report.LeftOut(o.Place("triggered"), "the rule is stopped there, and would run here: --stopped takes it")
		return nil
	}
	q, err := parse.Query(r.text, ast.EKuiper)
	if err != nil {
		m.report.LeftOut(o.Place("sql"), "its text cannot be read: "+err.Error())
		return nil
	}
	r.query = q
	r.actions = readActions(o)
	m.note(r)
	return r
}

// readActions reads the actions, of which one entry of the list may hold several.
func readActions(o *migrate.Object) (all []action) {
	for _, entry := range o.Objects("actions") {
		for _, kind := range entry.Keys() {
			at := entry.Place(kind)
			own := entry.Object(kind)
			if own == nil { // null, or what was reported
				own = migrate.Empty(at)
			}
			all = append(all, action{kind: strings.ToLower(kind), at: at, own: own})
		}
	}
	return all
}

// note keeps what streams and tables want to know of a rule.
func (m *migration) note(r *rule) {
	if r.options != nil && r.options.Flag("isEventTime", false) {
		for name := range sources(r.query) {
			m.events[name] = true
		}
	}
	for _, a := range r.actions {
		topic := a.own.Text("topic")
		if a.kind == "memory" && topic != "" && !strings.Contains(topic, "{{") && !a.own.Has("dataTemplate") {
			m.feeds[topic] = append(m.feeds[topic], feed{r.name, topic, a.own.Has("rowkindField")})
		}
	}
}

// sources are the names that a query reads.
func sources(q *ast.Query) map[string]bool {
	names := map[string]bool{}
	ast.Walk(q, func(n ast.Node) bool {
		if s, ok := n.(*ast.Stream); ok {
			names[s.Name.Text] = true
		}
		return true
	})
	return names
}

// gathers tells whether the query makes several rows at a time, so that an array of them has more than one.
func gathers(q *ast.Query) bool {
	gathers := false
	ast.Walk(q, func(n ast.Node) bool {
		if s, ok := n.(*ast.Select); ok && (s.Window != nil || len(s.Joins) > 0) {
			gathers = true
		}
		return true
	})
	return gathers
}
