// The supervision tree: every actor with its state, its past and its commands.

import * as api from "./api.js";
import { confirm } from "./dialog.js";
import { el, rows, setAttribute, setState, setText, state } from "./dom.js";
import { age, stamp, tone } from "./format.js";
import { Recorder } from "./record.js";

const parentOf = (path) => (path === "/" ? null : path.slice(0, path.lastIndexOf("/")) || "/");

// toneOf is an actor's colour: its phase says more than its state where it does
// not run.
const toneOf = (actor) => (actor.phase === "running" ? tone(actor.state) : tone(actor.phase));

export class TreeView {
  #store;
  #sum;
  #root;
  #open = new Set(); // paths whose facts are shown
  #nodes = new Map(); // path → row

  constructor(store, body, sum) {
    this.#store = store;
    this.#sum = sum;
    const list = el("ul", { class: "tree panel", on: { keydown: (event) => this.#walk(event) } });
    body.append(list);
    this.#root = rows(list, (actor) => this.#make(actor));
    store.on("tree hello", () => this.show());
    setInterval(() => this.#ages(), 1000);
  }

  show() {
    const children = new Map();
    for (const actor of this.#store.actors.values()) {
      const parent = parentOf(actor.path);
      if (!children.has(parent)) children.set(parent, []);
      children.get(parent).push(actor);
    }
    this.#level(this.#root, children.get("/") ?? [], children);
    this.#count();
    this.#ages();
  }

  // reveal opens an actor's facts and brings it into sight.
  reveal(path) {
    const row = this.#nodes.get(path);
    if (!row) return;
    this.#open.add(path);
    this.show();
    row.button.scrollIntoView({ block: "center" });
    row.button.focus();
  }

  #count() {
    const all = [...this.#store.actors.values()].filter((a) => a.path !== "/");
    const restarts = all.reduce((n, a) => n + a.restarts, 0);
    const down = all.filter((a) => a.phase !== "running").length;
    setText(this.#sum, `${all.length} actors, ${all.length - down} running, ${restarts} ${restarts === 1 ? "restart" : "restarts"}`);
  }

  #level(update, list, children) {
    update(list, (actor) => actor.path, (row, actor) => {
      this.#show(row, actor);
      const below = children.get(actor.path) ?? [];
      row.below.hidden = below.length === 0;
      this.#level(row.update, below, children);
    });
  }

  #make(actor) {
    const row = {
      name: el("span"), kind: el("span", { class: "kind" }), restarts: el("span", { class: "restarts" }),
      alarm: el("span", { class: "badge bad alarm" }, "alarm"), state: state(),
      facts: el("div", { class: "facts", hidden: true }), below: el("ul"), actor,
    };
    row.button = el("button", {
      class: "actor", "aria-expanded": "false",
      on: { click: () => this.#toggle(row.actor.path) },
    }, el("span", { class: "name" }, row.name, row.kind, row.restarts, row.alarm), row.state);
    row.node = el("li", {}, row.button, row.facts, row.below);
    row.update = rows(row.below, (child) => this.#make(child));
    this.#nodes.set(actor.path, row);
    return row;
  }

  #toggle(path) {
    if (!this.#open.delete(path)) this.#open.add(path);
    const row = this.#nodes.get(path);
    this.#show(row, row.actor);
    this.#ages();
  }

  #show(row, actor) {
    this.#nodes.set(actor.path, row);
    const before = row.actor;
    row.actor = actor;
    setText(row.name, actor.name);
    setText(row.kind, actor.kind === actor.name ? "" : actor.kind);
    setText(row.restarts, actor.restarts > 0 ? `↻ ${actor.restarts}` : "");
    setAttribute(row.restarts, "title", `restarted ${actor.restarts} times`);
    row.alarm.hidden = !actor.alarm;
    setState(row.state, actor.state, toneOf(actor));
    if (before !== actor && before.state !== actor.state) flash(row.button, toneOf(actor));
    const open = this.#open.has(actor.path);
    setAttribute(row.button, "aria-expanded", String(open));
    row.facts.hidden = !open;
    if (open && row.shown !== actor) {
      row.shown = actor;
      row.since = el("dd");
      row.next = el("dd");
      row.recorder ??= actor.kind === "session" && new Recorder(actor.path);
      row.facts.replaceChildren(...facts(actor, row));
    }
  }

  #ages() {
    const now = this.#store.now();
    for (const path of this.#open) {
      const row = this.#nodes.get(path);
      if (!row?.since) continue;
      setText(row.since, `${age(now - Date.parse(row.actor.since))} (since ${stamp(Date.parse(row.actor.since), now)})`);
      if (row.actor.next) setText(row.next, `in ${age(Date.parse(row.actor.next) - now)}`);
    }
  }

  // walk moves between the actors by the arrow keys.
  #walk(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step || !event.target.classList.contains("actor")) return;
    const all = [...event.currentTarget.querySelectorAll(".actor")];
    all[all.indexOf(event.target) + step]?.focus();
    event.preventDefault();
  }
}

// flash marks a change of state for a moment.
function flash(button, tone) {
  button.classList.remove("just", "ok", "busy", "warn", "bad", "off");
  void button.offsetWidth; // lets the animation begin anew
  button.classList.add("just", tone);
}

function facts(actor, row) {
  const fact = (name, value) => (value ? [el("dt", {}, name), typeof value === "string" ? el("dd", {}, value) : value] : []);
  return [
    el("dl", {},
      fact("path", actor.path),
      fact("detail", actor.detail),
      fact(actor.state, row.since),
      fact("next attempt", actor.next && row.next),
      fact("restarts", String(actor.restarts)),
      fact("not taken", actor.rejected && `${actor.rejected} messages`)),
    actor.failure && failure(actor.failure),
    commands(actor),
    row.recorder?.node,
  ].filter(Boolean);
}

function failure(f) {
  const about = [`at ${stamp(Date.parse(f.time), Date.now())}`, `attempt ${f.attempt}`, f.message && `on ${f.message}`,
    f.permanent && "permanent", f.escalated && "escalated"].filter(Boolean).join(", ");
  return el("div", {},
    el("p", { class: "cause" }, f.cause),
    el("p", { class: "dim" }, `last failure, ${about}`),
    f.stack && el("details", {}, el("summary", {}, "Stack"), el("pre", { tabindex: "0" }, f.stack)));
}

function commands(actor) {
  const said = el("p", { class: "wrong", role: "status" });
  const button = (verb, label, ask) => el("button", {
    class: "small", type: "button",
    on: { click: (event) => run(event.currentTarget, verb, actor, said, ask) },
  }, label);
  const stopped = actor.phase === "stopped";
  return el("div", {},
    el("div", { class: "commands" },
      button("restart", "Restart"),
      stopped ? button("start", "Start") : button("stop", "Stop", true),
      ["failed", "backing off"].includes(actor.phase) && button("start", "Start now")),
    said);
}

async function run(button, verb, actor, said, ask) {
  const what = `${actor.name} and what is below it end, and stay stopped until somebody starts them again.`;
  if (ask && !(await confirm(`Stop ${actor.path}?`, what, "Stop"))) return;
  button.disabled = true;
  setText(said, "");
  try {
    await api.command(verb, actor.path);
  } catch (problem) {
    setText(said, problem.message);
  }
  button.disabled = false;
}
