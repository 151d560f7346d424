package ekuiper

import (
	"errors"
	"fmt"
	"net"
	"path"
	"strings"
	"time"

	"github.com/holdfast-edge/holdfast/internal/migrate"
)

var errTemplate = errors.New("dataTemplate: rows have columns there: write them in the rule")

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

// selected writes the fields that are sent.
func (m *migration) selected(s *sending, body *migrate.Node) {
	if len(s.fields) > 0 {
		body.Put("fields", migrate.Texts(s.fields))
	}
}

// ownTime tells that the time of a row is its source time.
func (m *migration) ownTime(s *sending, key string) {
	if field := s.props.Text(key); field != "" {
		m.report.Hand(s.props.place(key), fmt.Sprintf("the time of a row is its source time: give the stream timestamp: %s, where that is the time of the message", field))
	}
}

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

// fileSink writes files.
func (m *migration) fileSink(s *sending) (*migrate.Node, error) {
	p := s.props
	if s.custom {
		return nil, errTemplate
	}
	there := p.Text("path")
	fixed, _, templated := strings.Cut(there, "{{")
	dir := path.Dir(fixed + "x")
	if !path.IsAbs(dir) {
		dir = path.Join("/var/lib/holdfast/export", dir)
	}
	body := migrate.Map(nil).Text("type", "file").Text("dir", dir)
	if strings.EqualFold(p.Text("fileType"), "csv") {
		body.Text("format", "csv")
	}
	p.Flag("hasHeader", true)
	age := milliseconds(firstOf(p, "rollingInterval"), "rollingInterval")
	if age > 0 {
		body.Duration("rotate_age", min(max(age, time.Second), 31*24*time.Hour))
	}
	for _, key := range []string{"checkInterval", "interval", "rollingNamePattern", "rollingCount", "rollingSize", "rollingHook", "rollingHookProps", "delimiter"} {
		if p.find(key) != nil {
			m.report.Moot(p.place(key), "files are completed by size and age, and named by the time: rotate_size, rotate_age")
		}
		for _, o := range p {
			o.Ask(key)
		}
	}
	if kind := p.Text("compression"); kind == "gzip" || kind == "zstd" {
		body.Text("compression", kind)
	} else if kind != "" {
		m.report.LeftOut(p.place("compression"), "files are compressed by gzip or zstd here")
	}
	m.selected(s, body)
	why := "a directory of files for each stream"
	if templated {
		why += "; the row does not name the file"
	}
	m.report.Changed(p.place("path"), there, path.Join(dir, s.rule.name), why)
	return m.sink(s, body), nil
}

// neuronSink writes to a device.
func (m *migration) neuronSink(s *sending) (*migrate.Node, error) {
	p := s.props
	node, group := p.Text("nodeName"), p.Text("groupName")
	tags := p.Texts("tags")
	switch {
	case p.Flag("raw", false) || s.custom:
		return nil, errors.New("a write is a row whose columns are tags, and not a text")
	case strings.Contains(node+group, "{{"):
		return nil, errors.New("a device that a row names has no equivalent: make a rule for each")
	case m.Site == nil:
		return nil, errors.New("import the devices of Neuron into the directory first, and this export with --out DIRECTORY then")
	}
	for i := range m.Site.Devices {
		d := &m.Site.Devices[i]
		if !isOf(d.Name, migrate.Name(node)) {
			continue
		}
		has := true
		for _, t := range tags {
			has = has && d.Tag(migrate.Name(t)) != nil
		}
		if has {
			m.report.Changed(s.at, "neuron "+node, "write: "+d.Name, "written at every row, as there; trigger: edge or change writes less")
			return m.direct(s, migrate.Map(nil).Text("write", d.Name).Text("trigger", "always")), nil
		}
	}
	return nil, fmt.Errorf("the configuration has no device %s with the tags that are written", migrate.Name(node))
}

// isOf tells whether a device is that of a node, or of one of its units.
func isOf(device, node string) bool {
	unit, ok := strings.CutPrefix(device, node+"_")
	return device == node || ok && strings.Trim(unit, "0123456789") == ""
}
