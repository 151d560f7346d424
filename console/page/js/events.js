// What happened, newest first.

import { el, rows, setAttribute } from "./dom.js";
import { stamp } from "./format.js";

const filters = [
  ["all", () => true],
  ["failures", (e) => ["failed", "alarm", "rule"].includes(e.kind)],
  ["writes", (e) => e.kind === "write"],
];
const tones = { failed: "bad", alarm: "bad", rule: "warn", write: "busy" };
const shown = 120;

export class EventsView {
  #store;
  #list;
  #keep = filters[0][1];
  #reveal;

  constructor(store, body, filter, reveal) {
    this.#store = store;
    this.#reveal = reveal;
    this.#list = rows(body, (event) => this.#make(event));
    const buttons = filters.map(([name, keep]) => el("button", { type: "button", on: { click: () => choose(name, keep) } }, name));
    const choose = (name, keep) => {
      this.#keep = keep;
      buttons.forEach((b) => setAttribute(b, "aria-pressed", String(b.textContent === name)));
      this.show();
    };
    filter.append(...buttons);
    choose(...filters[0]);
    store.on("events", () => this.show());
  }

  show() {
    const list = this.#store.events.filter(this.#keep).slice(0, shown);
    this.#list(list, (e) => e.number, () => {});
  }

  #make(event) {
    const rest = event.text.startsWith(event.path) ? event.text.slice(event.path.length) : `: ${event.text}`;
    const stack = event.stack && el("pre", { tabindex: "0", hidden: true }, event.stack);
    const more = stack && el("button", { type: "button", on: { click: () => (stack.hidden = !stack.hidden) } }, "stack");
    const where = el("button", { type: "button", title: event.path, on: { click: () => this.#reveal(event.path) } }, "show");
    const node = el("li", {},
      el("time", { datetime: event.time }, stamp(Date.parse(event.time), this.#store.now())),
      el("p", { class: `said ${tones[event.kind] ?? "off"}` }, el("b", {}, shortOf(event.path)), rest, " ", more, more && " ", event.path.startsWith("/") && where),
      stack);
    return { node };
  }
}

// shortOf is the end of a path, with its parent where that tells more.
const shortOf = (path) => (path.startsWith("/endpoints/") ? path.split("/").slice(3).join("/") || path.split("/")[2] : path);
