package console

import (
	"strings"
	"unicode/utf8"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/holdfast-edge/holdfast/supervisor"
)

// metric is one number of a node.
type metric struct {
	kind       prometheus.ValueType
	name, help string // of the name, there are always the same help and names of labels
	value      float64
	labels     []string // names and values in turn
}

// gathering is one round over all metrics of a node: nothing is counted twice, and nothing kept in between.
type gathering struct{ to func(metric) }

// gather tells every metric as it is now.
func (s *Server) gather(to func(metric)) {
	g, node := gathering{to}, s.options.Node
	version, _ := node.Version()
	g.gauge("holdfast_info", "What is running; always 1.", 1, "site", node.Site(), "version", version)
	g.gauge("holdfast_troubles", "Things wrong with the node itself.", float64(len(node.Trouble())))
	g.clock(node.Clock())
	for _, d := range node.Devices(false) {
		g.device(&d)
	}
	for _, s := range node.Streams() {
		g.stream(&s)
	}
	for _, r := range node.Rules() {
		g.rule(&r)
	}
	for _, t := range node.Tables() {
		g.table(&t)
	}
	for _, f := range node.Functions() {
		g.function(&f)
	}
	for _, s := range node.Sinks() {
		g.sink(&s)
	}
	for _, s := range node.Servers() {
		g.server(&s)
	}
	g.log(node.Log())
	g.broker(node.Broker())
	tree := node.Tree()
	g.actor(&tree)
	s.gatherOwn(g)
}

// gatherOwn tells those of the console itself.
func (s *Server) gatherOwn(g gathering) {
	v := s.viewers
	g.gauge("holdfast_console_viewers", "Pages that watch.", float64(v.watching.Load()))
	g.counter("holdfast_console_viewers_cut_total", "Viewers cut since they took their frames too slowly.", v.cut.Load())
	g.counter("holdfast_console_viewers_refused_total", "Viewers turned away since there were too many.", v.refused.Load())
	if s.door != nil {
		g.counter("holdfast_console_log_ins_refused_total", "Wrong passwords, and attempts beyond the limit.", s.door.Refused())
	}
}

func (g gathering) device(d *Device) {
	l := []string{"device", d.Name}
	g.gauge("holdfast_device_state", "The state that a device is in; always 1.", 1, "device", d.Name, "state", d.State)
	g.counter("holdfast_device_scans_total", "Scans of a device.", d.Scans, l...)
	g.counter("holdfast_device_late_scans_total", "Scans that were not finished before the next was due.", d.Late, l...)
	g.counter("holdfast_device_overruns_total", "Scans left out, since the one before was still on its way.", d.Overruns, l...)
	g.counter("holdfast_device_faults_total", "Requests without a usable answer.", d.Faults, l...)
	g.counter("holdfast_device_suppressed_values_total", "Values read that were no news, and not reported.", d.Suppressed, l...)
	g.counter("holdfast_device_demotions_total", "Times that a device was taken for dead.", d.Demotions, l...)
	g.counter("holdfast_device_rows_total", "Rows read.", d.Rows, l...)
	g.counter("holdfast_device_writes_total", "Writes that the device acknowledged.", d.Writes, l...)
	g.counter("holdfast_device_unwritten_total", "Writes that were refused, failed or are unknown.", d.Unwritten, l...)
}

func (g gathering) stream(s *Stream) {
	l := []string{"stream", s.Name}
	g.counter("holdfast_stream_batches_total", "Batches published.", s.Batches, l...)
	g.counter("holdfast_stream_rows_total", "Rows published.", s.Rows, l...)
	g.counter("holdfast_stream_dropped_batches_total", "Batches that full rings have dropped.", s.Dropped, l...)
	g.counter("holdfast_stream_refused_batches_total", "Batches refused since they went round in a cycle.", s.Refused, l...)
	if s.Topic == "" {
		return
	}
	g.gauge("holdfast_stream_state", "The state that a stream's subscription is in; always 1.", 1, "stream", s.Name, "state", s.State)
	g.counter("holdfast_stream_messages_total", "Messages taken, again ones too.", s.Messages, l...)
	g.counter("holdfast_stream_undecodable_messages_total", "Messages that made no row.", s.Undecodable, l...)
	g.counter("holdfast_stream_untaken_messages_total", "Messages that the stream could not have; those of QoS 0 are lost.", s.Untaken, l...)
	g.counter("holdfast_stream_unlisted_fields_total", "Fields left out, since there are as many columns as there may be.", s.Unlisted, l...)
}

func (g gathering) broker(b Broker) {
	g.gauge("holdfast_broker_clients", "Clients connected.", float64(b.Clients))
	g.gauge("holdfast_broker_sessions", "Sessions, connected or away.", float64(b.Sessions))
	g.gauge("holdfast_broker_subscriptions", "Subscriptions of clients and streams.", float64(b.Subscriptions))
	g.gauge("holdfast_broker_retained_messages", "Messages retained.", float64(b.Retained))
	g.gauge("holdfast_broker_waiting_messages", "Messages that wait for sessions, or are on the way to them.", float64(b.Waiting))
	g.counter("holdfast_broker_connections_total", "Log-ins let in.", b.Connections)
	g.counter("holdfast_broker_refused_connections_total", "Log-ins refused.", b.Refused)
	g.counter("holdfast_broker_received_messages_total", "Messages from clients and from the node.", b.Received)
	g.counter("holdfast_broker_sent_messages_total", "Messages to clients.", b.Sent)
	g.counter("holdfast_broker_received_bytes_total", "Octets from clients.", b.BytesIn)
	g.counter("holdfast_broker_sent_bytes_total", "Octets to clients.", b.BytesOut)
	g.counter("holdfast_broker_denied_messages_total", "Messages without a right to their topic.", b.Denied)
	for _, lost := range []struct {
		cause    string
		messages uint64
	}{
		{"session full", b.Dropped},
		{"stream full", b.DroppedByTaps},
		{"expired", b.Expired},
		{"too large", b.TooLarge},
		{"not retained", b.Unretained},
		{"not committed", b.CommitFailures},
	} {
		g.counter("holdfast_broker_dropped_messages_total", "Messages that did not get to somebody whom they were for.", lost.messages, "cause", lost.cause)
	}
}

func (g gathering) rule(r *Rule) {
	l := []string{"rule", r.Name}
	g.counter("holdfast_rule_rows_in_total", "Rows that a rule read.", r.RowsIn, l...)
	g.counter("holdfast_rule_rows_out_total", "Rows that a rule made.", r.RowsOut, l...)
	g.counter("holdfast_rule_failed_rows_total", "Rows that a rule could not work on.", r.Failed, l...)
	g.counter("holdfast_rule_late_rows_total", "Rows that came after their window was closed.", r.Late, l...)
	g.counter("holdfast_rule_dropped_total", "What a rule lost since it was too slow.", r.Dropped, l...)
	g.counter("holdfast_rule_refused_total", "What a rule refused since it went round in a cycle.", r.Refused, l...)
	g.counter("holdfast_rule_writes_total", "Writes that a rule asked for.", r.Writes, l...)
	g.counter("holdfast_rule_expired_writes_total", "Writes not asked for since the input was too old.", r.Expired, l...)
	g.counter("holdfast_rule_forgotten_partitions_total", "Partitions of functions and of windows that a rule forgot since there were too many.", r.Forgotten, l...)
}

func (g gathering) table(t *Table) {
	l := []string{"table", t.Name}
	g.gauge("holdfast_table_rows", "Rows of a table that rules join with.", float64(t.Rows), l...)
	g.gauge("holdfast_table_unreadable", "1 while the file of a table cannot be read.", one(t.Trouble != ""), l...)
	g.counter("holdfast_table_lost_rows_total", "Rows that went from a table since there were too many.", t.Lost, l...)
	g.counter("holdfast_table_ahead_rows_total", "Rows that a table did not take, since their time is far ahead of the clock.", t.Ahead, l...)
	g.counter("holdfast_table_dropped_batches_total", "Batches that came faster than a table took them.", t.Dropped, l...)
}

func (g gathering) function(f *Function) {
	l := []string{"function", f.Name, "module", f.Module}
	g.counter("holdfast_function_calls_total", "Calls of a user function.", f.Calls, l...)
	g.counter("holdfast_function_failed_calls_total", "Calls of a user function that gave an error.", f.Failures, l...)
	g.counter("holdfast_function_fuel_total", "Instructions of all calls of a user function.", f.FuelUsed, l...)
	g.gauge("holdfast_function_fuel_max", "Instructions of the call that took the most.", float64(f.MaxFuel), l...)
	g.gauge("holdfast_function_fuel_mean", "Instructions of a call, on average.", f.MeanFuel, l...)
	g.gauge("holdfast_function_fuel_limit", "Instructions that a call may take.", float64(f.Fuel), l...)
}

func (g gathering) sink(s *Sink) {
	l := []string{"sink", s.Name}
	g.gauge("holdfast_sink_state", "The state that a sink is in; always 1.", 1, "sink", s.Name, "state", s.State)
	g.counter("holdfast_sink_sent_records_total", "Records sent, again ones too.", s.Sent, l...)
	g.counter("holdfast_sink_acked_records_total", "Records that the far end has acknowledged.", s.Acked, l...)
	g.counter("holdfast_sink_rejected_records_total", "Records that the far end refused for good.", s.Rejected, l...)
	g.counter("holdfast_sink_skipped_records_total", "Records that gap records stand for.", s.Skipped, l...)
	g.counter("holdfast_sink_withheld_records_total", "Records that the configuration keeps from the far end.", s.Withheld, l...)
	g.counter("holdfast_sink_fallbacks_total", "Connections on which a sink had to work in another way than it was told to.", s.Fallbacks, l...)
	g.counter("holdfast_sink_dead_letters_total", "Records refused for good that were put on the dead-letter stream.", s.DeadLetters, l...)
	g.gauge("holdfast_sink_lag_records", "Records not acknowledged.", float64(s.Lag), l...)
	g.gauge("holdfast_sink_lag_bytes", "Octets of the records not acknowledged.", float64(s.LagBytes), l...)
	g.gauge("holdfast_sink_lag_seconds", "Age of the oldest record not acknowledged.", s.LagAge.Seconds(), l...)
	g.gauge("holdfast_sink_backfilling", "1 while a sink is catching up.", one(s.Backfill), l...)
}

func (g gathering) server(s *Served) {
	l := []string{"server", s.Name}
	g.gauge("holdfast_server_state", "The state that a server is in; always 1.", 1, "server", s.Name, "state", s.State)
	g.gauge("holdfast_server_clients", "Clients connected.", float64(s.Clients), l...)
	g.counter("holdfast_server_requests_total", "Requests answered.", s.Requests, l...)
	g.counter("holdfast_server_refused_requests_total", "Requests that were not granted.", s.Refused, l...)
	g.counter("holdfast_server_refused_connections_total", "Connections refused, by their address or since there were too many.", s.Strangers, l...)
	g.counter("holdfast_server_writes_total", "Values that devices took.", s.Writes, l...)
}

func (g gathering) clock(c Clock) {
	trusted := 0.0
	if c.Trusted {
		trusted = 1
	}
	g.gauge("holdfast_clock_trusted", "Whether the node's clock is believed.", trusted)
	g.counter("holdfast_clock_steps_total", "How often the clock was set by a second or more.", c.Forward, "direction", "forward")
	g.counter("holdfast_clock_steps_total", "How often the clock was set by a second or more.", c.Back, "direction", "back")
}

func (g gathering) log(l Log) {
	g.counter("holdfast_log_records_total", "Records committed.", uint64(max(l.Rows, 0)))
	g.counter("holdfast_log_commits_total", "Commits to the disk.", uint64(max(l.Commits, 0)))
	g.counter("holdfast_log_failed_commits_total", "Commits that the disk refused.", uint64(max(l.Failures, 0)))
	g.counter("holdfast_log_written_bytes_total", "Octets that commits wrote to the disk.", uint64(max(l.Written, 0)))
	g.gauge("holdfast_log_queue_bytes", "Octets that wait for a commit.", float64(l.Queue))
	g.gauge("holdfast_log_size_bytes", "Octets on the disk.", float64(l.Bytes))
	g.gauge("holdfast_log_segments", "Files of the log.", float64(l.Segments))
	g.gauge("holdfast_log_quarantined_segments", "Files set aside since they are damaged.", float64(l.Quarantined))
	g.gauge("holdfast_disk_written_bytes_per_record", "Octets that log and history write for each record of the log.", l.PerRecord)
	g.gauge("holdfast_disk_written_bytes_per_day", "Octets that log and history write in a day, at the pace of the last hour.", float64(l.PerDay))
	g.gauge("holdfast_disk_write_budget_bytes_per_day", "More than that a day is an alarm; 0: no bound.", float64(l.Budget))
	g.history(l.History)
	for key, records := range l.Dropped {
		stream, cause := lossOf(key)
		g.counter("holdfast_log_dropped_records_total", "Records lost.", records, "stream", stream, "cause", cause)
	}
}

func (g gathering) history(h HistoryFiles) {
	g.counter("holdfast_history_rows_total", "Rows taken in.", uint64(max(h.Rows, 0)))
	g.counter("holdfast_history_written_bytes_total", "Octets that the history wrote to the disk.", uint64(max(h.Written, 0)))
	g.gauge("holdfast_history_size_bytes", "Octets of the values on the disk.", float64(h.Bytes))
	g.gauge("holdfast_history_sums_size_bytes", "Octets of the sums by minute and hour on the disk.", float64(h.SumBytes))
	g.counter("holdfast_history_late_rows_total", "Rows too old to be let in.", uint64(max(h.Late, 0)))
	g.counter("holdfast_history_future_rows_total", "Rows ahead of the clock, quarantined or dropped.", uint64(max(h.Future, 0)))
	g.counter("holdfast_history_dropped_rows_total", "Rows for which the quarantine or the file of their time had no room.", uint64(max(h.Overflow, 0)))
	g.counter("holdfast_history_damaged_blocks_total", "Blocks that queries had to leave out.", uint64(max(h.Damaged, 0)))
	g.gauge("holdfast_history_quarantined_files", "Files set aside since they are damaged.", float64(h.Quarantined))
}

// lossOf takes a key of Log.Dropped apart.
func lossOf(key string) (stream, cause string) {
	at := strings.LastIndex(key, ": ")
	if at < 0 {
		return key, ""
	}
	return key[:at], key[at+2:]
}

// actor gathers an actor and all below it.
func (g gathering) actor(t *supervisor.Tree) {
	l := []string{"path", t.Path, "kind", t.Kind}
	g.gauge("holdfast_actor_running", "1 while an actor runs, 0 while it does not.", one(t.Phase == supervisor.Running), l...)
	g.gauge("holdfast_actor_alarm", "1 while an actor's failures need a person.", one(t.Alarm), l...)
	g.counter("holdfast_actor_restarts_total", "Times that an actor was started again.", uint64(max(t.Restarts, 0)), l...)
	g.counter("holdfast_actor_rejected_messages_total", "Messages not taken, by a full mailbox or a stopped actor.", uint64(max(t.Rejected, 0)), l...)
	for i := range t.Children {
		g.actor(&t.Children[i])
	}
}

func (g gathering) counter(name, help string, value uint64, labels ...string) {
	g.send(prometheus.CounterValue, name, help, float64(value), labels)
}

func (g gathering) gauge(name, help string, value float64, labels ...string) {
	g.send(prometheus.GaugeValue, name, help, value, labels)
}

// send takes labels as names and values in turn.
func (g gathering) send(kind prometheus.ValueType, name, help string, value float64, labels []string) {
	for i := 1; i < len(labels); i += 2 {
		if !utf8.ValidString(labels[i]) { // only of the first metric that has them: whoever got that reads them still
			labels[i] = strings.ToValidUTF8(labels[i], "\uFFFD")
		}
	}
	g.to(metric{kind: kind, name: name, help: help, value: value, labels: labels})
}

func one(b bool) float64 {
	if b {
		return 1
	}
	return 0
}
