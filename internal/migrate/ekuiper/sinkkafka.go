package ekuiper

import (
	"fmt"
	"strings"

	"github.com/holdfast-edge/holdfast/internal/migrate"
)

// kafkaSink writes to Kafka.
func (m *migration) kafkaSink(s *sending) (*migrate.Node, error) {
	p := s.props
	name := s.rule.name + "_kafka"
	topic, err := translateName(p.Text("topic"))
	if err != nil {
		return nil, fmt.Errorf("topic: %w", err)
	}
	body := migrate.Map(nil).Text("type", "kafka")
	var brokers []string
	for b := range strings.SplitSeq(p.Text("brokers"), ",") {
		brokers = append(brokers, strings.TrimSpace(b))
	}
	body.Put("brokers", migrate.Texts(brokers)).Text("topic", topic)
	key, err := translateName(p.Text("key"))
	if err != nil {
		m.report.LeftOut(p.place("key"), err.Error())
	} else {
		body.Text("key", key)
	}
	switch kind := strings.ToLower(p.Text("saslAuthType")); kind {
	case "", "none":
		p.Text("saslUserName")
		p.Text("saslPassword")
	case "plain", "scram":
		body.Text("sasl", map[string]string{"plain": "plain", "scram": "scram-sha-512"}[kind])
		user := p.Text("saslUserName")
		body.Text("username", user)
		m.secret(body, "password", p.place("saslPassword"), p.Text("saslPassword"), name, "the password of "+named(user)+" at "+brokers[0])
	default:
		return nil, fmt.Errorf("a log-in by %s has no equivalent", kind)
	}
	if h := p.Object("headers"); h != nil {
		h.Ask(h.Keys()...)
		m.report.LeftOut(p.place("headers"), "a message has its identity in a header, and no others")
	}
	if kind := p.Text("compression"); kind != "" {
		body.Text("compression", kind)
	}
	m.certificates(body, p)
	m.selected(s, body)
	if s.array && !s.custom {
		s.row = "[" + s.row + "]"
		if gathers(s.rule.query) {
			m.report.Changed(p.place("sendSingle"), "one array of the rows that a window gives", "an array for each row", "a message has one row")
		}
	}
	body.Text("template", s.row)
	return m.sink(s, body), nil
}
