package config

import "time"

// Rule is a query over devices, streams and other rules, and where its rows go. A rule that goes nowhere is only a
// stream that other rules read by its name.
type Rule struct {
	Origin  Origin
	Name    string   `yaml:"name" required:"true" match:"name" doc:"The rule's name; other rules read its rows with FROM." example:"forward"`
	SQL     string   `yaml:"sql" required:"true" min:"1" max:"65536" doc:"The query." example:"SELECT temperature FROM boiler"`
	To      []Target `yaml:"to" single:"true" doc:"Where the rows go: names of sinks, {write: device}, or {publish: topic} for the node's own MQTT broker."`
	Durable bool     `yaml:"durable" default:"false" doc:"Whether the input is logged and read from the log, so that after a crash it is read again from the rule's last checkpoint. Rows come as late as the log commits."`

	Dialect    Dialect       `yaml:"dialect" default:"standard" enum:"standard,ekuiper" doc:"The language of the query: standard, or that of eKuiper, so that its rules run unchanged."`
	Time       Clock         `yaml:"time" default:"processing" enum:"processing,event" doc:"The time that windows go by: processing is that at which a row comes, event the row's own source time, in whose order rows are taken."`
	Lateness   time.Duration `yaml:"lateness" default:"0" min:"0" max:"1d" doc:"With event time, how much later than the latest row a row may come. Windows close that much later, too."`
	Idle       time.Duration `yaml:"idle" default:"5m" min:"0" max:"1d" doc:"With event time and several streams, how far one of them may be behind the others, by the times of their latest rows, and is still waited for. What it brings from before is late. 0: it is waited for until 100,000 rows do."`
	LateTo     string        `yaml:"late_to" match:"name" doc:"With event time, the stream that rows go to which came later still; other rules read it with FROM. Not given, they are only counted." example:"latecomers"`
	Checkpoint time.Duration `yaml:"checkpoint" default:"1m" min:"1s" max:"1d" advanced:"true" doc:"How often the rule's state is kept on the disk, where it has one and rows have come. It is also kept when the rule is stopped in order. A power cut loses what came in between, unless the rule is durable."`
}

// Dialect is the language of a rule's query.
type Dialect string

// The dialects of a rule.
const (
	StandardDialect Dialect = "standard"
	EKuiperDialect  Dialect = "ekuiper"
)

// Clock is the time that a rule's windows go by.
type Clock string

// The clocks of a rule.
const (
	ProcessingTime Clock = "processing"
	EventTime      Clock = "event"
)

// Check wants event time where lateness has a meaning.
func (r *Rule) Check(report Report) {
	if r.Time == EventTime {
		return
	}
	if r.Lateness > 0 {
		report("lateness", &Problem{What: "rows are late in event time only", Fix: "add time: event, or remove lateness"})
	}
	if r.LateTo != "" {
		report("late_to", &Problem{What: "rows are late in event time only", Fix: "add time: event, or remove late_to"})
	}
}

// Target is one place that a rule's rows go: a sink, or a device whose writable tags are named by the row's columns.
type Target struct {
	Sink     string        `yaml:"sink" scalar:"true" doc:"The sink that takes the rows." example:"line"`
	Write    string        `yaml:"write" doc:"The device to write to. Each column of the row is written to the tag of its name." example:"boiler"`
	Trigger  Trigger       `yaml:"trigger" default:"edge" enum:"edge,change,always" doc:"When a device is written: edge as the condition becomes true or the value changes while it holds, change only as the value changes, always at every row."`
	Deadline time.Duration `yaml:"deadline" default:"5s" min:"1ms" max:"1h" doc:"A write whose input is older than this, counted from its source time, is dropped and counted."`
	DryRun   bool          `yaml:"dry_run" default:"false" doc:"Writes are decided and shown, and not sent."`

	Publish string `yaml:"publish" max:"4096" doc:"The topic of the node's own MQTT broker to publish each row on. {site} is the site's name, {stream} the rule's, and any other {name} what the row's field of that name holds." example:"alarms/{site}/{machine}"`
	QoS     uint8  `yaml:"qos" default:"0" max:"2" doc:"The quality of service to publish with."`
	Retain  bool   `yaml:"retain" default:"false" doc:"Whether the broker keeps the last message of a topic for those who subscribe later."`
	Payload string `yaml:"payload" max:"4096" doc:"What is published: a text in which {name} is a field of the row as JSON, {row} all its fields, {ts} its source time, {site} and {stream} the names; a brace that is meant as such is written twice. Not given, it is a JSON object of the fields and what is known of them." example:"{temperature}"`
}

// Trigger is when a rule writes to a device.
type Trigger string

// The triggers of a write.
const (
	OnEdge   Trigger = "edge"
	OnChange Trigger = "change"
	OnAlways Trigger = "always"
)

// Check wants exactly one of a sink, a device and a topic.
func (t *Target) Check(report Report) {
	named := 0
	for _, name := range []string{t.Sink, t.Write, t.Publish} {
		if name != "" {
			named++
		}
	}
	switch {
	case named == 0:
		report("", &Problem{
			What: "this target names neither a sink nor a device nor a topic", Fix: "write the name of a sink, {write: device} or {publish: topic}",
		})
	case named > 1:
		report("", &Problem{What: "this target names more than one of a sink, a device and a topic", Fix: "make two targets of it"})
	}
	if t.Publish == "" && (t.QoS > 0 || t.Retain || t.Payload != "") {
		report("", &Problem{What: "qos, retain and payload are for a topic of the node's own broker", Fix: "add publish: TOPIC, or remove them"})
	}
}
