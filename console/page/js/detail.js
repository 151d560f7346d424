// The chosen tag: its value now, its curve, and writing it.

import * as api from "./api.js";
import { Chart } from "./chart.js";
import { el, setAttribute, setState, setText, state } from "./dom.js";
import { count, qualityText, qualityTone, value } from "./format.js";
import { Tracer } from "./trace.js";
import { WriteForm } from "./write.js";

const ranges = [[5, "5 min"], [30, "30 min"], [120, "2 h"], [480, "8 h"], [1440, "24 h"]];
const pointsWanted = 900;
const appendedAtMost = 600; // live points after which the history is asked again
const again = (minutes) => Math.min(Math.max(minutes, 5), 60) * 1000; // ms after which it is asked anyway

export class DetailView {
  #store;
  #node;
  #chart = new Chart();
  #minutes = 5;
  #chosen = null; // {device, group, tag}
  #past = []; // points of the history and those that came since
  #samples = 0;
  #asked = 0;
  #appended = 0;

  constructor(store, node) {
    this.#store = store;
    this.#node = node;
    store.on("tags", () => this.#append());
    store.on("connection", () => this.#chosen && store.connected && this.#load());
    setInterval(() => this.#chosen && this.#draw(), 1000);
  }

  choose(device, group, tag) {
    this.#chosen = { device, group, tag };
    this.#past = [];
    this.#build();
    this.#load();
  }

  #build() {
    const { device, group, tag } = this.#chosen;
    this.now = el("span");
    this.quality = state();
    this.sum = el("span");
    this.csv = el("a", { download: `${device.name}.${tag.name}.csv` }, "Download CSV");
    const address = new URLSearchParams({ device: device.name, tag: tag.name });
    this.longer = el("a", { href: `/history.html?${address}` }, "Weeks, years, SQL");
    this.ranges = ranges.map(([minutes, label]) => el("button", { type: "button", on: { click: () => this.#range(minutes) } }, label));
    const facts = [tag.address, tag.type, `every ${group.scan_ns / 1e6} ms`, tag.description].filter(Boolean).join(" · ");
    this.#node.replaceChildren(
      el("header", {},
        el("h3", {}, el("span", { class: "of" }, `${device.name}.`), tag.name),
        el("p", { class: "now" }, this.now, el("small", {}, ` ${tag.unit ?? ""}`)),
        this.quality,
        el("div", { class: "ranges", role: "group", "aria-label": "How far back" }, this.ranges)),
      this.#chart.node,
      el("footer", {}, el("span", {}, facts), this.sum, this.csv, this.longer),
      new Tracer(device, tag).node,
      ...(tag.writable ? [new WriteForm(device, tag).node] : []));
    this.#node.hidden = false;
    this.#marks();
    this.#append();
  }

  #range(minutes) {
    this.#minutes = minutes;
    this.#marks();
    this.#load();
  }

  #marks() {
    const { device, tag } = this.#chosen;
    ranges.forEach(([minutes], i) => setAttribute(this.ranges[i], "aria-pressed", String(minutes === this.#minutes)));
    this.csv.href = api.historyURL(device.name, tag.name, this.#minutes, 20000, ".csv");
  }

  async #load() {
    const { device, tag } = this.#chosen;
    const minutes = this.#minutes, asked = (this.#asked = Date.now());
    this.#appended = 0;
    try {
      const h = await api.history(device.name, tag.name, minutes, pointsWanted);
      if (asked !== this.#asked) return; // another was asked for since
      this.#past = h.points.map((p) => ({ ms: Date.parse(p.time), value: p.value, quality: p.quality }));
      this.#samples = h.samples;
      this.#chart.say(this.#past.length === 0 ? "No history yet. New values appear as they come." : "");
    } catch (problem) {
      if (asked === this.#asked) this.#chart.say(problem.message);
    }
    this.#draw();
  }

  // append adds the live value, so that the curve grows between two looks at
  // the history.
  #append() {
    if (!this.#chosen) return;
    const { device, tag } = this.#chosen;
    const s = this.#store.sample(device.name, tag.name);
    if (!s) return;
    setText(this.now, value(s.value));
    setState(this.quality, qualityText(s.quality), qualityTone(s.quality));
    if (s.ms <= (this.#past.at(-1)?.ms ?? 0)) return;
    this.#past.push({ ms: s.ms, value: s.value, quality: s.quality });
    this.#appended++;
    this.#chart.say("");
    if (this.#appended > appendedAtMost || Date.now() - this.#asked > again(this.#minutes)) this.#load();
  }

  #draw() {
    const { device, tag } = this.#chosen;
    const to = this.#store.now(), from = to - this.#minutes * 60_000;
    while (this.#past.length > 1 && this.#past[1].ms < from) this.#past.shift();
    setText(this.sum, this.#samples > 0 ? `${count(this.#samples + this.#appended)} samples` : "");
    this.#chart.show(`${device.name}.${tag.name}`, tag, this.#past, from, to);
  }
}
