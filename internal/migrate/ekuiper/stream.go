package ekuiper

import (
	"fmt"
	"strings"

	"github.com/holdfast-edge/holdfast/config/document"
	"github.com/holdfast-edge/holdfast/config/spec"
	"github.com/holdfast-edge/holdfast/internal/migrate"
	"github.com/holdfast-edge/holdfast/streamsql/ast"
	"github.com/holdfast-edge/holdfast/streamsql/parse"
)

// created is a CREATE STREAM or CREATE TABLE that was read.
type created struct {
	*migrate.Object // its options
	name            string
	kind            string // its TYPE, in lower case
	source          string // its DATASOURCE
	columns         int
}

// read reads a definition; nil where that cannot be done, which is reported.
func (m *migration) read(d definition, standard string) *created {
	s, err := parse.Statement(d.text, ast.EKuiper)
	if err != nil {
		m.report.LeftOut(d.origin, "its text cannot be read: "+err.Error())
		return nil
	}
	def, ok := s.(*ast.CreateStream)
	if !ok {
		m.report.LeftOut(d.origin, "its text is no CREATE STREAM or CREATE TABLE")
		return nil
	}
	n := &document.Node{Kind: document.Mapping}
	for _, o := range def.Options {
		n.Entries = append(n.Entries, document.Entry{Key: strings.ToUpper(o.Name.Text), Value: &document.Node{Kind: document.Text, Text: o.Value}})
	}
	c := &created{Object: migrate.MapObject(n, d.origin, m.report), name: m.called(d.name), columns: len(def.Fields)}
	c.Inner()
	c.kind = strings.ToLower(c.Text("TYPE"))
	if c.kind == "" {
		c.kind = standard
	}
	c.source = c.Text("DATASOURCE")
	return c
}

// stream writes a stream.
func (m *migration) stream(d definition) {
	c := m.read(d, "mqtt")
	if c == nil {
		return
	}
	c.Ask("SHARED", "KEY")
	var made bool
	switch format := strings.ToLower(c.Text("FORMAT")); {
	case c.kind == "memory":
		made = m.memory(c)
	case format != "" && format != "json":
		m.report.LeftOut(c.Place("FORMAT"), fmt.Sprintf("messages are JSON here, these are %s", format))
	case c.kind == "mqtt":
		made = m.mqttStream(c, d.name)
	case c.kind == "neuron":
		made = m.neuron(c)
	default:
		m.report.LeftOut(c.Place("TYPE"), fmt.Sprintf("a stream of %s has no equivalent: let its source publish on MQTT", c.kind))
	}
	if !made {
		return
	}
	if c.columns > 0 {
		m.columns(c)
	}
	c.Ask("STRICT_VALIDATION", "STRICTVALIDATION", "TIMESTAMP", "TIMESTAMP_FORMAT", "CONF_KEY")
	c.Rest(streamReason)
	m.report.Taken(c.Origin)
}

// columns tells what becomes of declared columns.
func (m *migration) columns(c *created) {
	strict := c.Flag("STRICT_VALIDATION", false) || c.Flag("STRICTVALIDATION", false)
	at := c.Under("columns")
	if strict {
		m.report.Hand(at, "rows that do not fit the columns were refused; here rules read what they name: put what has to hold into WHERE")
		return
	}
	m.report.Changed(at, fmt.Sprintf("%d declared", c.columns), "none", "rules read the columns that they name, as they come; * is all of a message, and not only what was declared")
}

func streamReason(key string) (reason string, moot bool) {
	switch key {
	case "SCHEMAID", "DELIMITER", "RETAIN_SIZE":
		return "it is for another format", true
	}
	return "", false
}

// mqttStream writes a subscription.
func (m *migration) mqttStream(c *created, called string) bool {
	if err := spec.Match("filter", c.source); err != nil {
		m.report.LeftOut(c.Place("DATASOURCE"), err.Error())
		return false
	}
	conf := m.sourceOf(c, "mqtt")
	if conf.Text("decompression") != "" {
		m.report.LeftOut(conf.place("decompression"), "messages are read as they are: compressed ones have no equivalent")
		return false
	}
	source := migrate.Map(nil).Text("topic", c.source)
	source.Flow = true
	source.Int("qos", min(max(conf.Int("qos", 1), 0), 2))
	m.broker(source, conf, c.name, c.Origin)
	conf.rest(connectionReason)
	node := migrate.Map(&c.Origin).Text("name", c.name).Put("mqtt", source)
	m.timestamp(c, node, called)
	m.add("streams", node)
	return true
}

// timestamp takes the time of a message from it, where a rule goes by that.
func (m *migration) timestamp(c *created, node *migrate.Node, called string) {
	field := c.Text("TIMESTAMP")
	if field == "" {
		return
	}
	if !m.events[called] {
		m.report.Moot(c.Place("TIMESTAMP"), "no rule that was taken reads the stream in event time")
		return
	}
	node.Text("timestamp", field)
	if format := c.Text("TIMESTAMP_FORMAT"); format != "" {
		m.report.Hand(c.Place("TIMESTAMP_FORMAT"), "the field has to be milliseconds since 1970, or RFC 3339: a message with another time makes no row")
	}
}

// sourceOf is the configuration of a source: that of CONF_KEY, or the standard one.
func (m *migration) sourceOf(c *created, kind string) layers {
	key := c.Text("CONF_KEY")
	all := m.export.sources[kind]
	var l layers
	switch {
	case key == "":
		key = "default"
	case all[key] == nil:
		m.report.Hand(c.Place("CONF_KEY"), fmt.Sprintf("the export has no %s configuration %q: look at the source", kind, key))
	}
	for _, name := range []string{key, "default"} {
		if conf := all[name]; conf != nil && (len(l) == 0 || l[0] != conf) {
			l = append(l, conf)
		}
	}
	return m.connected(l)
}
