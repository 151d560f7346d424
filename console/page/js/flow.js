// Where the data goes: streams of messages, rules, sinks, the log on the disk and
// the broker.

import { card, show } from "./card.js";
import { el, rows, setAttribute, setState } from "./dom.js";
import { age, bytes, count, tone } from "./format.js";
import { Spark } from "./spark.js";

const lagShown = 20; // records; fewer are on their way, not waiting

export class FlowView {
  #store;
  #streams;
  #rules;
  #sinks;
  #servers;
  #log = card({ name: "log" });
  #broker = card({ name: "broker" });

  constructor(store, streams, rules, sinks, servers, node) {
    this.#store = store;
    this.#streams = rows(streams, card);
    this.#rules = rows(rules, card);
    this.#sinks = rows(sinks, sinkCard);
    this.#servers = rows(servers, card);
    this.#log.node.hidden = this.#broker.node.hidden = true;
    node.append(this.#log.node, this.#broker.node);
    store.on("status", () => this.show());
  }

  show() {
    const { status } = this.#store;
    this.#streams(status.streams, (s) => s.name, showStream);
    this.#rules(status.rules, (r) => r.name, showRule);
    this.#sinks(status.sinks, (s) => s.name, (row, sink) => showSink(row, sink, this.#store.now()));
    this.#servers(status.servers ?? [], (s) => s.name, showServer);
    showLog(this.#log, status.log);
    showBroker(this.#broker, status.broker);
  }
}

function sinkCard(sink) {
  const row = card(sink);
  row.spark = new Spark();
  row.curve = el("div", { class: "spark", title: "Records that wait, in the last minute", hidden: true }, row.spark.node);
  row.waited = 0; // when some last did, ms
  row.numbers.after(row.curve);
  return row;
}

function showStream(row, stream) {
  show(row, "stream of messages", stream.state, stream.topic, [
    [stream.messages ?? 0, "messages"], [stream.rows, "rows"],
    [stream.undecodable ?? 0, "made no row", "warn"], [stream.untaken ?? 0, "not taken", "bad"],
    [stream.unlisted ?? 0, "fields left out", "warn"], [stream.dropped, "batches dropped", "bad"],
  ], stream.refusal);
  setAttribute(row.state, "title", stream.detail);
}

// failureOf tells why a row of a rule failed, and shows the row.
function failureOf(rule) {
  if (!rule.sample?.row) return rule.failure;
  const row = JSON.stringify(rule.sample.row);
  return `${rule.failure}: ${row.length > 300 ? `${row.slice(0, 300)}…` : row}`;
}

function showRule(row, rule) {
  show(row, `rule to ${(rule.to ?? []).join(", ")}`, rule.state, rule.sql, [
    [rule.rows_in, "rows in"], [rule.rows_out, "out"], [rule.writes, rule.writes === 1 ? "write" : "writes", "some"],
    [rule.failed, "failed", "bad"], [rule.dropped, "dropped", "bad"], [rule.expired, "writes too late", "warn"],
    [rule.late, "late", "warn"], [rule.refused, "refused", "bad"],
    [rule.forgotten, "partitions forgotten", "warn"],
  ], failureOf(rule));
}

function showSink(row, sink, now) {
  const state = sink.backfill ? `${sink.state}, catching up` : sink.state;
  show(row, `${sink.type} sink`, state, "", [
    [sink.acked, "acknowledged"], [sink.lag, sink.lag > 0 ? `wait (${bytes(sink.lag_bytes)}, ${age(sink.lag_age_ns / 1e6)})` : "wait"],
    [sink.rejected, "refused for good", "bad"], [sink.skipped, "given up", "bad"],
  ], sink.rejection);
  setState(row.state, state, sink.backfill ? "busy" : tone(sink.state));
  setAttribute(row.state, "title", sink.detail);
  row.spark.add(now, sink.lag);
  row.spark.draw(now);
  if (sink.lag > lagShown) row.waited = now;
  row.curve.hidden = now - row.waited > 60_000;
}

function showServer(row, server) {
  show(row, `${server.type} server`, server.listening ? "serving" : server.state, server.listening, [
    [server.clients, server.clients === 1 ? "client" : "clients"], [server.requests, "requests"], [server.writes, "writes", "some"],
    [server.refused, "not granted", "warn"], [server.strangers, "connections refused", "warn"],
  ], "");
  setAttribute(row.state, "title", server.detail);
}

function showLog(row, log) {
  const lost = Object.entries(log.dropped ?? {});
  row.node.hidden = false;
  show(row, "on this disk", "", "", [
    [log.rows, "rows"], [log.commits, "commits"], [bytes(log.bytes), "kept"], [bytes(log.written_bytes), "written"],
    [bytes(log.written_bytes_per_day), "a day", log.write_budget_bytes_per_day > 0 && log.written_bytes_per_day > log.write_budget_bytes_per_day ? "warn" : ""],
    [log.failures, "commits failed", "bad"], [log.quarantined + log.history.quarantined, "files set aside", "bad"],
    [log.history.damaged, "blocks of history left out", "bad"],
  ], lost.map(([what, n]) => `${count(n)} lost of ${what}`).join("; "));
}

// showBroker leaves out a broker that nobody but the node itself can reach.
function showBroker(row, broker) {
  row.node.hidden = (broker.listening ?? []).length === 0;
  show(row, "MQTT, in this node", broker.state, (broker.listening ?? []).join(" "), [
    [broker.clients, broker.clients === 1 ? "client" : "clients"], [broker.received, "in"], [broker.sent, "out"], [broker.waiting, "wait"],
    [broker.refused, "log-ins refused", "warn"], [broker.denied, "denied", "warn"],
    [broker.dropped + broker.dropped_by_streams + broker.too_large, "dropped", "bad"],
    [broker.expired, "expired", "warn"],
    [broker.commit_failures, "not committed", "bad"],
  ], "");
}
