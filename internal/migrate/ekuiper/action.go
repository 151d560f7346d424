package ekuiper

import (
	"fmt"
	"strings"

	"github.com/holdfast-edge/holdfast/internal/migrate"
)

// sending is an action while it becomes a target.
type sending struct {
	*action
	rule   *rule
	props  layers
	array  bool   // rows go out as arrays
	custom bool   // a template says what goes out
	row    string // the payload of a row, with placeholders
	fields []string
}

// action makes a target of an action; nil where there is none, which is reported.
func (m *migration) action(r *rule, a *action) *migrate.Node {
	s := &sending{action: a, rule: r, props: layers{a.own}}
	if name := a.own.Text("resourceId"); name != "" {
		if conf := m.export.sinks[a.kind][name]; conf != nil {
			s.props = append(s.props, conf)
		} else {
			m.report.Hand(a.own.Place("resourceId"), "the export has no configuration "+a.kind+"."+name+": look at the sink")
		}
	}
	s.props = m.connected(s.props)
	target, err := m.target(s)
	if err != nil {
		m.report.LeftOut(a.at, err.Error())
		for _, o := range s.props {
			o.Ask(o.Keys()...)
		}
		return nil
	}
	if target != nil {
		origin := a.at
		target.From = &origin
	}
	s.props.rest(actionReason)
	return target
}

// target dispatches by the kind of the action. A nil target without an error is one that goes nowhere.
func (m *migration) target(s *sending) (*migrate.Node, error) {
	makers := map[string]func(*migration, *sending) (*migrate.Node, error){
		"mqtt": (*migration).mqttSink, "rest": (*migration).restSink, "influx": (*migration).influxSink, "influx2": (*migration).influxSink,
		"kafka": (*migration).kafkaSink, "tdengine": (*migration).tdengineSink, "tdengine3": (*migration).tdengineSink,
		"file": (*migration).fileSink, "neuron": (*migration).neuronSink,
	}
	switch s.kind {
	case "nop":
		s.own.Ask(s.own.Keys()...)
		return nil, nil
	case "log":
		s.own.Ask(s.own.Keys()...)
		m.report.Moot(s.at, "rows are seen with holdfast trace, on the page, and by those who subscribe; the log is for what happens to the node")
		return nil, nil
	case "memory":
		return nil, m.memorySink(s)
	case "sql":
		return nil, fmt.Errorf("a sink of sql has no equivalent but for PostgreSQL: see docs/sinks/postgres.md")
	}
	convert, ok := makers[s.kind]
	if !ok {
		return nil, fmt.Errorf("there is no sink of %s", s.kind)
	}
	if err := m.common(s); err != nil {
		return nil, err
	}
	return convert(m, s)
}

// common reads what all sinks of eKuiper have.
func (m *migration) common(s *sending) error {
	p := s.props
	single := p.Flag("sendSingle", false)
	s.array = !single
	p.Flag("omitIfEmpty", false) // nothing is sent for nothing
	s.fields = p.Texts("fields")
	switch format := p.Text("format"); {
	case p.Text("dataField") != "":
		return fmt.Errorf("dataField, a field whose value is sent, has no equivalent: select its fields")
	case len(p.Texts("excludeFields")) > 0:
		return fmt.Errorf("excludeFields has no equivalent: write SELECT * EXCEPT (…)")
	case format != "" && format != "json" && s.kind != "file":
		return fmt.Errorf("format %s has no equivalent: messages are JSON, or what a template says", format)
	}
	s.row = "{row}"
	text := p.Text("dataTemplate")
	if text == "" {
		return nil
	}
	payload, fields, err := translate(text, single)
	if err != nil {
		return fmt.Errorf("dataTemplate: %w", err)
	}
	s.row, s.custom = payload, true
	why := "a template puts fields in as JSON"
	if len(fields) > 0 {
		why += fmt.Sprintf(": %s has quotes where it is a text, and none where it is a number", strings.Join(fields, ", "))
	}
	m.report.Changed(p.place("dataTemplate"), text, payload, why)
	return nil
}

// actionReason tells why a property of an action is not taken.
func actionReason(key string) (reason string, moot bool) {
	switch key {
	case "bufferLength", "enableCache", "memoryCacheThreshold", "maxDiskCache", "bufferPageSize", "resendInterval", "cleanCacheAtStop",
		"resendAlterQueue", "resendPriority", "cacheLength", "cacheSaveInterval", "retryInterval", "retryCount", "maxAttempts":
		return "what a sink has not delivered is in the log on disk, and is sent until it is acknowledged", true
	case "resendIndicatorField", "resendDestination":
		return "a record that is delivered late is marked by itself; historical: separate sends it elsewhere", true
	case "concurrency", "runAsync", "batchSize", "lingerInterval", "kafkaBatchSize", "kafkaBatchTimeout", "requireAcks":
		return "a sink gathers rows by itself: batch, linger, window", true
	case "debugResp", "schemaId", "delimiter", "hasFields", "batch":
		return "it is about how eKuiper runs the sink", true
	case "compression":
		return "messages are not compressed here", false
	}
	return connectionReason(key)
}

// sharedSink is a sink that several actions may use.
type sharedSink struct {
	name string
	from migrate.Origin
}

// sink adds a sink, or finds the one that is the same, and returns the target that names it.
func (m *migration) sink(s *sending, body *migrate.Node) *migrate.Node {
	key := string(migrate.Flat(body).AppendYAML(nil))
	shared := m.shared[key]
	if shared == nil {
		shared = &sharedSink{name: m.sinkName(s), from: s.at}
		m.shared[key] = shared
		node := migrate.Map(&shared.from).Text("name", shared.name)
		for _, k := range body.Keys() {
			node.Put(k, body.Get(k))
		}
		m.add("sinks", node)
	}
	m.report.Taken(s.at.Named("action " + s.rule.name + " " + s.kind))
	return migrate.Map(nil).Text("sink", shared.name)
}

// sinkName is a name for the sink of an action; sinks have a space of their own.
func (m *migration) sinkName(s *sending) string {
	wanted := migrate.Name(s.rule.name + "_" + s.kind)
	name := wanted
	for i := 2; m.told["sink "+name]; i++ {
		name = migrate.Name(fmt.Sprintf("%.56s_%d", wanted, i))
	}
	m.told["sink "+name] = true
	return name
}

// direct returns a target that is no sink.
func (m *migration) direct(s *sending, target *migrate.Node) *migrate.Node {
	target.Flow = true
	m.report.Taken(s.at.Named("action " + s.rule.name + " " + s.kind))
	return target
}
