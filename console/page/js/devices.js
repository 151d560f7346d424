// The devices with the newest value of each tag. Tags of a device that is closed
// or far out of sight are not sent at all, so that a site of a thousand devices
// stays a light page.

import * as api from "./api.js";
import { el, rows, setAttribute, setState, setText, state } from "./dom.js";
import { age, count, qualityText, qualityTone, tone, value } from "./format.js";
import { Spark } from "./spark.js";
import { key } from "./store.js";
import { watched } from "./watch.js";

const openAtFirst = 200; // tags
const foretold = 24; // sparklines that begin with history
const settled = 250; // ms after which what came into sight is asked for

export class DevicesView {
  #store;
  #acts; // choose(device, group, tag), look(names)
  #open = new Set();
  #inSight = new Set(); // or nearly
  #watched = [];
  #names = new WeakMap(); // node of a device → its name
  #sight = new IntersectionObserver((entries) => this.#see(entries), { rootMargin: "400px" });
  #looking = null;
  #list;
  #tags = new Map(); // key → row
  #chosen = null;

  constructor(store, body, acts) {
    this.#store = store;
    this.#acts = acts;
    this.#list = rows(body, (device) => this.#make(device));
    store.on("devices", () => this.#showAll());
    store.on("status", () => this.#showAll());
    store.on("tags", () => this.#showTags());
    setInterval(() => this.#ages(), 1000);
  }

  // open begins with as many devices open as a reader can take in, and a tag chosen.
  open() {
    let tags = 0;
    for (const device of this.#store.devices) {
      tags += device.groups.reduce((n, g) => n + (g.tags?.length ?? 0), 0);
      if (tags <= openAtFirst || this.#open.size === 0) this.#open.add(device.name);
    }
    this.#showAll();
    this.#look();
    const first = this.#store.devices[0];
    const group = first?.groups.find((g) => g.tags?.length > 0);
    if (group && !this.#chosen) this.#choose(first, group, group.tags[0]);
    this.#foretell();
  }

  #look() {
    clearTimeout(this.#looking);
    const open = this.#store.devices.map((d) => d.name).filter((name) => this.#open.has(name));
    this.#watched = watched(this.#watched, open.filter((name) => this.#inSight.has(name)), open);
    this.#acts.look(this.#watched);
  }

  // see notes what has come into sight, and looks at it when the scrolling has settled.
  #see(entries) {
    for (const { target, isIntersecting } of entries) {
      if (isIntersecting) this.#inSight.add(this.#names.get(target));
      else this.#inSight.delete(this.#names.get(target));
    }
    clearTimeout(this.#looking);
    this.#looking = setTimeout(() => this.#look(), settled);
  }

  #choose(device, group, tag) {
    this.#tags.get(this.#chosen)?.node.classList.remove("chosen");
    this.#chosen = key(device.name, tag.name);
    this.#tags.get(this.#chosen)?.node.classList.add("chosen");
    this.#acts.choose(device, group, tag);
  }

  #showAll() {
    const status = new Map((this.#store.status?.devices ?? []).map((d) => [d.name, d]));
    this.#list(this.#store.devices, (d) => d.name, (row, device) => this.#show(row, device, status.get(device.name) ?? device));
  }

  #make(device) {
    const row = { state: state(), counters: el("p", { class: "counters" }), why: el("p", { class: "why" }), table: null };
    row.toggle = el("button", { "aria-expanded": "true", on: { click: () => this.#toggle(device) } }, device.name);
    row.node = el("section", { class: "device panel", "aria-label": device.name },
      el("header", {}, el("h3", {}, row.toggle), row.state,
        el("span", { class: "where" }, `${device.driver} ${device.endpoint}`), row.counters, row.why));
    this.#names.set(row.node, device.name);
    this.#sight.observe(row.node);
    return row;
  }

  #toggle(device) {
    if (!this.#open.delete(device.name)) this.#open.add(device.name);
    this.#showAll();
    this.#look();
  }

  #show(row, device, now) {
    const open = this.#open.has(device.name);
    row.node.classList.toggle("closed", !open);
    setAttribute(row.toggle, "aria-expanded", String(open));
    if (open && !row.table) row.node.append((row.table = this.#table(device)));
    if (row.table) row.table.hidden = !open;
    const tint = tone(now.state);
    setState(row.state, now.state, tint);
    setAttribute(row.why, "class", `why ${tint}`);
    setText(row.why, now.detail);
    row.why.hidden = !now.detail;
    const said = [now.scans, now.suppressed, now.late, now.overruns, now.faults].join();
    if (row.said === said) return;
    row.said = said;
    const trouble = (n, what) => (n > 0 ? [" · ", el("b", {}, count(n)), ` ${what}`] : []);
    row.counters.replaceChildren(`${count(now.scans)} scans`, now.suppressed > 0 ? ` · ${count(now.suppressed)} values no news` : "",
      ...trouble(now.late, "late"), ...trouble(now.overruns, "left out"), ...trouble(now.faults, "faults"));
  }

  #table(device) {
    const body = el("tbody");
    for (const group of device.groups) {
      for (const tag of group.tags ?? []) body.append(this.#row(device, group, tag).node);
    }
    const head = (name, text) => el("th", { scope: "col", class: name }, text);
    return el("table", { class: "tags" },
      el("thead", {}, el("tr", {}, head("", "Tag"), head("value", "Value"), head("quality", "Quality"),
        head("spark", "Last minute"), head("age", "Age"))),
      body);
  }

  #row(device, group, tag) {
    const row = {
      value: el("span"), quality: state(), age: el("td", { class: "age" }), spark: new Spark(), shown: null,
      late: Math.max(5000, (5 * group.scan_ns) / 1e6),
    };
    row.node = el("tr", {},
      el("td", {}, el("button", {
        class: "tag", title: tag.description, "aria-label": `Show ${device.name} ${tag.name}`,
        on: { click: () => this.#choose(device, group, tag) },
      }, tag.name, tag.writable && el("span", {}, "writable"))),
      el("td", { class: "value" }, row.value, el("span", { class: "unit" }, tag.unit ?? "")),
      el("td", { class: "quality" }, row.quality),
      el("td", { class: "spark" }, row.spark.node),
      row.age);
    this.#tags.set(key(device.name, tag.name), row);
    return row;
  }

  #showTags() {
    for (const [name, row] of this.#tags) {
      const sample = this.#store.samples.get(name);
      if (!sample || sample === row.shown) continue;
      row.shown = sample;
      const tint = qualityTone(sample.quality);
      setText(row.value, value(sample.value));
      setAttribute(row.value, "title", sample.last === undefined ? null : `last seen: ${value(sample.last)}`);
      setState(row.quality, qualityText(sample.quality), tint);
      setAttribute(row.quality, "title", sample.quality);
      row.node.classList.toggle("isbad", tint === "bad");
      row.node.classList.toggle("isgood", tint === "ok");
      row.spark.add(sample.ms, sample.value);
    }
    this.#ages();
  }

  #ages() {
    const now = this.#store.now();
    for (const row of this.#tags.values()) {
      if (!row.shown) continue;
      const old = now - row.shown.ms;
      setText(row.age, age(old));
      row.age.classList.toggle("late", old > row.late);
      row.spark.draw(now);
    }
  }

  // foretell fills the first sparklines from the history, one after the other.
  async #foretell() {
    for (const [name, row] of [...this.#tags].slice(0, foretold)) {
      const [device, tag] = name.split("\n");
      const past = await api.history(device, tag, 1, 120).catch(() => null);
      if (past) row.spark.begin(past.points.map((p) => [Date.parse(p.time), p.value]));
    }
  }
}
