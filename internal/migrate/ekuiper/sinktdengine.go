package ekuiper

import (
	"fmt"
	"net"

	"github.com/holdfast-edge/holdfast/internal/migrate"
)

// tdengineSink writes to TDengine, through taosAdapter.
func (m *migration) tdengineSink(s *sending) (*migrate.Node, error) {
	p := s.props
	if s.custom || p.Text("tableDataField") != "" {
		return nil, errTemplate
	}
	name := s.rule.name + "_" + s.kind
	host, port := p.Text("host", "ip"), p.Int("port", 6041)
	if host == "" {
		host = "localhost"
	}
	if s.kind == "tdengine" && port != 6041 {
		m.report.Changed(p.place("port"), fmt.Sprint(port), "6041", "rows go over the WebSocket of taosAdapter")
		port = 6041
	}
	body := migrate.Map(nil).Text("type", "tdengine").Text("url", "ws://"+net.JoinHostPort(host, fmt.Sprint(port)))
	user := p.Text("user")
	body.Text("username", user)
	m.secret(body, "password", p.place("password"), p.Text("password"), name, "the password of "+named(user)+" at "+host)
	body.Text("database", p.Text("database"))
	for _, k := range [...]struct{ theirs, ours string }{{"sTable", "super_table"}, {"table", "table"}} {
		text, err := translateName(p.Text(k.theirs))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", k.theirs, err)
		}
		body.Text(k.ours, text)
	}
	if fields := p.Texts("tagFields"); len(fields) > 0 {
		tags := migrate.Map(nil)
		tags.Flow = true
		for _, f := range fields {
			tags.Text(f, "{"+f+"}")
		}
		body.Put("tags", tags)
	}
	p.Flag("provideTs", false)
	m.ownTime(s, "tsFieldName")
	m.selected(s, body)
	m.report.Hand(s.at, "tables are made with columns of their own beside the fields (docs/sinks/tdengine.md): write into a new database, or look at create and same_time")
	return m.sink(s, body), nil
}
