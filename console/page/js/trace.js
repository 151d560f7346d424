// One value on its way from the tag to the far ends, with the time of each hop.

import * as api from "./api.js";
import { el, setText } from "./dom.js";
import { count, millis, value } from "./format.js";

const tones = { acknowledged: "ok", failed: "bad", "no row from": "off" };

// Tracer is the trace of one tag, on demand.
export class Tracer {
  #target;
  #go = el("button", { class: "small", type: "button", on: { click: () => this.#follow() } }, "Trace the next value");
  #said = el("span", { class: "dim", role: "status" });
  #hops = el("ol", { class: "hops" });
  #turn = 0;

  constructor(device, tag) {
    this.#target = { device: device.name, tag: tag.name };
    this.node = el("div", { class: "trace" }, el("div", { class: "commands" }, this.#go, this.#said), this.#hops);
  }

  async #follow() {
    const turn = ++this.#turn;
    this.#go.disabled = true;
    this.#hops.replaceChildren();
    try {
      let t = await api.trace(this.#target);
      while (t.state === "armed" || t.state === "running") {
        setText(this.#said, t.state === "armed" ? "Waiting for the next value …" : "On its way …");
        this.#show(t);
        t = await api.traced(t.id, t.hops.length === 0 ? 20 : 1);
        if (turn !== this.#turn || !this.node.isConnected) return;
      }
      this.#show(t);
      setText(this.#said, verdict(t));
    } catch (problem) {
      setText(this.#said, problem.message);
    }
    this.#go.disabled = false;
  }

  #show(t) {
    const longest = Math.max(...t.hops.map((h) => h.since_source_ns), 1);
    this.#hops.replaceChildren(...branch(t.hops, -1, 0, longest));
  }
}

// branch is the hops behind one, each with those behind it.
function branch(hops, after, depth, longest) {
  return hops.flatMap((h, i) => (h.follows === after ? [hop(h, depth, longest), ...branch(hops, i, depth + 1, longest)] : []));
}

function hop(h, depth, longest) {
  const where = h.where || (h.stage === "source" ? "" : h.stream);
  const share = Math.max(0, Math.min(1, h.since_source_ns / longest));
  return scaled(el("li", { class: tones[h.stage] ?? "", title: h.note },
    el("span", { class: "stage" }, h.stage, el("b", {}, where && ` ${where}`),
      h.sequence > 0 && el("small", {}, ` #${count(h.sequence)}`)),
    el("span", { class: "took" }, h.follows < 0 ? clock(h.time) : `+${millis(h.since_ns / 1e6)}`),
    el("span", { class: "bar", "aria-hidden": "true" }, el("i")),
    el("span", { class: "took" }, millis(h.since_source_ns / 1e6))), { depth: Math.min(depth, 8), share });
}

// scaled sets custom properties, which the style sheet reads.
function scaled(node, properties) {
  for (const [name, n] of Object.entries(properties)) node.style.setProperty(`--${name}`, n);
  return node;
}

const clock = (time) => time.slice(11, 23);

function verdict(t) {
  const what = t.value === undefined ? "" : `${value(t.value)} (${t.quality}): `;
  if (t.hops.length === 0) return "No value came.";
  if (t.state === "done") return `${what}it has arrived everywhere.`;
  return `${what}it has not come to ${(t.missing ?? []).join(", ")}.`;
}
