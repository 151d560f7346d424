// Package ekuiper reads what LF Edge eKuiper exports: a rule set ({"streams", "tables", "rules"}), the whole configuration of
// /data/export, and that of /v2/data/export in YAML. Streams of MQTT, of rules (memory) and of Neuron become streams and
// rules, lookup and scan tables tables, rules stay as they are in eKuiper's dialect, and their actions become sinks, writes
// and topics. Everything that has no equivalent is reported by rule and key. It connects to nothing.
//
//	export.go    the parts of an export, by name
//	names.go     what streams and rules are called here
//	stream.go    CREATE STREAM: mqtt; memory.go, neuron.go: the others
//	table.go     CREATE TABLE
//	rule.go      a rule; reading.go: what its text says
//	action.go    an action; sink*.go: what becomes of each kind
//	layers.go    properties of an action, of its resource, and of its connection
//	template.go  dataTemplate
package ekuiper
