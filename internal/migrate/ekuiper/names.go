package ekuiper

import (
	"strings"

	"github.com/holdfast-edge/holdfast/internal/migrate"
	"github.com/holdfast-edge/holdfast/streamsql/ast"
)

// nameAll names streams and tables, which rules read, before rules, which nobody does.
func (m *migration) nameAll() {
	for _, all := range [][]definition{m.export.streams, m.export.tables} {
		for _, d := range all {
			if name := m.names.Give(d.name); name != d.name {
				m.renamed[d.name] = name
				m.report.Changed(d.origin.Under("name"), d.name, name, "a name has letters, digits, _ and -, and devices, streams, tables and rules share one space")
			}
		}
	}
	for _, o := range m.export.rules {
		id := strings.TrimPrefix(o.Of, "rule ")
		name := id
		if m.names.Has(migrate.Name(id)) {
			name = migrate.Name(id) + "_rule"
		}
		m.byName[id] = m.names.Give(name)
		if m.byName[id] != id {
			m.report.Changed(o.Under("id"), id, m.byName[id], "a name has letters, digits, _ and -, and devices, streams, tables and rules share one space")
		}
	}
}

// called is the name of a stream or table here.
func (m *migration) called(name string) string {
	if renamed, ok := m.renamed[name]; ok {
		return renamed
	}
	return name
}

// rename writes the names that streams have here into the text of a query, with the old ones as aliases, so that the
// columns are found.
func (m *migration) rename(text string, q *ast.Query) string {
	var streams []*ast.Stream
	ast.Walk(q, func(n ast.Node) bool {
		if s, ok := n.(*ast.Stream); ok && m.renamed[s.Name.Text] != "" {
			streams = append(streams, s)
		}
		return true
	})
	for i := len(streams) - 1; i >= 0; i-- { // from behind, so that places stay
		s := streams[i]
		begin := s.Name.Offset
		end := nameEnd(text, begin)
		name := m.renamed[s.Name.Text]
		if s.Alias.Text == "" {
			name += " AS `" + s.Name.Text + "`"
		}
		text = text[:begin] + name + text[end:]
	}
	return text
}

// nameEnd is where the name that begins somewhere in a text ends.
func nameEnd(text string, begin int) int {
	closing := map[byte]string{'`': "`", '"': `"`, '[': "]"}[text[begin]]
	if closing != "" {
		if i := strings.Index(text[begin+1:], closing); i >= 0 {
			return begin + i + 2
		}
	}
	if i := strings.IndexAny(text[begin:], " \t\r\n,();"); i >= 0 {
		return begin + i
	}
	return len(text)
}
