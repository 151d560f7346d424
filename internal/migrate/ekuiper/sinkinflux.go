package ekuiper

import (
	"fmt"
	"strings"

	"github.com/holdfast-edge/holdfast/internal/migrate"
)

// influxSink writes line protocol, to InfluxDB 1 or 2.
func (m *migration) influxSink(s *sending) (*migrate.Node, error) {
	p := s.props
	name := s.rule.name + "_" + s.kind
	if s.custom || p.Flag("useLineProtocol", false) {
		return nil, errTemplate
	}
	address := p.Text("addr")
	if !strings.Contains(address, "://") {
		address = "http://" + address
	}
	body := migrate.Map(nil).Text("type", "influx")
	u, err := m.address(body, address, p.place("addr"), name)
	if err != nil {
		return nil, err
	}
	address = u.Scheme + "://" + u.Host
	user := p.Text("username")
	body.Text("username", user)
	m.secret(body, "password", p.place("password"), p.Text("password"), name, "the password of "+named(user)+" at "+address)
	if s.kind == "influx2" {
		body.Text("api", "v2").Text("org", p.Text("org")).Text("bucket", p.Text("bucket"))
		m.secret(body, "token", p.place("token"), p.Text("token"), name, "the token for "+address)
	} else {
		body.Text("database", p.Text("database", "databasename"))
	}
	measurement, err := translateName(p.Text("measurement"))
	if err != nil {
		return nil, fmt.Errorf("measurement: %w", err)
	}
	body.Text("measurement", measurement)
	if err := tagsOf(p, body); err != nil {
		return nil, err
	}
	p.Text("precision") // times have nanoseconds
	m.ownTime(s, "tsFieldName")
	m.selected(s, body)
	m.certificates(secureOnly(body, address), p)
	return m.sink(s, body), nil
}

// secureOnly is the node where an address is encrypted, and nil where it is not.
func secureOnly(node *migrate.Node, address string) *migrate.Node {
	if strings.HasPrefix(address, "https://") {
		return node
	}
	return nil
}

// tagsOf writes tags: a mapping, or a text with one as JSON.
func tagsOf(p layers, body *migrate.Node) error {
	o := p.Object("tags")
	if o == nil {
		return nil
	}
	tags := migrate.Map(nil)
	tags.Flow = true
	for _, key := range o.Keys() {
		value, err := translateName(o.Text(key))
		if err != nil {
			return fmt.Errorf("tags: %w", err)
		}
		tags.Text(key, value)
	}
	body.Put("tags", tags)
	return nil
}
