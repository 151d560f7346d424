package ekuiper

import (
	"fmt"
	"strings"

	"github.com/holdfast-edge/holdfast/internal/migrate"
	"github.com/holdfast-edge/holdfast/tag"
)

// manyRows is how many rows a message may hold where it holds all that a window gives.
const manyRows = 1000

// mqttSink publishes on the node's own broker, or delivers to another one.
func (m *migration) mqttSink(s *sending) (*migrate.Node, error) {
	p := s.props
	written := p.Text("topic")
	topic, err := translateName(written)
	switch {
	case written == "":
		return nil, fmt.Errorf("the action has no topic")
	case err != nil:
		return nil, fmt.Errorf("topic: %w", err)
	case p.Text("compression") != "":
		return nil, fmt.Errorf("compression of messages has no equivalent")
	}
	if topic != written {
		m.report.Changed(p.place("topic"), written, topic, "what is put in is one level: / in it becomes _")
	}
	qos := min(max(p.Int("qos", 0), 0), 2)
	retain := p.Flag("retained", false)
	server := p.Text("server")
	if m.isOwn(server) {
		p.Text("username")
		p.Text("password")
		p.Text("clientId", "clientid")
		p.Text("protocolVersion")
		m.certificates(nil, p)
		m.own(p.place("server"), server)
		target := migrate.Map(nil).Text("publish", topic)
		if qos > 0 {
			target.Int("qos", qos)
		}
		target.Flag("retain", retain).Text("payload", m.ownPayload(s))
		return m.direct(s, target), nil
	}
	name := s.rule.name + "_mqtt"
	body := migrate.Map(nil).Text("type", "mqtt")
	m.broker(body, p, name, s.at)
	body.Text("topic", topic)
	body.Int("qos", qos)
	body.Flag("retain", retain)
	m.payload(s, body)
	return m.sink(s, body), nil
}

// ownPayload is the payload of a message on the node's own broker, which has one row.
func (m *migration) ownPayload(s *sending) string {
	row := s.row
	if len(s.fields) > 0 && !s.custom {
		row = objectOf(s.fields)
	}
	if !s.array || s.custom {
		return row
	}
	if gathers(s.rule.query) {
		m.report.Changed(s.props.place("sendSingle"), "one array of the rows that a window gives", "an array for each row", "a message of the own broker has one row")
	}
	return "[" + row + "]"
}

// objectOf is the payload of some fields.
func objectOf(fields []string) string {
	var all []string
	for _, f := range fields {
		all = append(all, string(tag.AppendJSONString(nil, escape(f)))+": {"+f+"}")
	}
	return "{{" + strings.Join(all, ", ") + "}}"
}

// payload writes what a message of a sink holds.
func (m *migration) payload(s *sending, body *migrate.Node) {
	if len(s.fields) > 0 {
		body.Put("fields", migrate.Texts(s.fields))
	}
	switch {
	case !s.array || s.custom:
		body.Text("template", s.row)
	case gathers(s.rule.query):
		body.Text("template", s.row)
		body.Int("rows_per_message", manyRows)
	default:
		body.Text("template", "["+s.row+"]")
	}
}

// memorySink is a rule that others read: there is nothing to write.
func (m *migration) memorySink(s *sending) error {
	topic := s.own.Text("topic")
	switch {
	case strings.Contains(topic, "{{"):
		return fmt.Errorf("a topic in memory that a row names has no equivalent: let the rules that read it select by a column")
	case s.own.Has("dataTemplate"):
		return fmt.Errorf("dataTemplate: rows in memory have columns: write them in the rule")
	}
	s.own.Ask("sendSingle", "omitIfEmpty", "rowkindField", "keyField", "format")
	if len(s.own.Texts("fields")) > 0 {
		m.report.LeftOut(s.own.Place("fields"), "select them in the rule: who reads it, sees all of its columns")
	}
	m.report.Taken(s.at.Named("action " + s.rule.name + " memory"))
	return nil
}
