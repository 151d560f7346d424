// Recording what goes over the wire of one connection, to be played at a desk.

import * as api from "./api.js";
import { el, setAttribute, setState, setText, state } from "./dom.js";
import { age, bytes, count } from "./format.js";

const look = 2000; // ms between two looks while the controls are in sight

// Recorder is the controls of the session at a path of the tree.
export class Recorder {
  #path;
  #name = "";
  #state = state();
  #said = el("span", { class: "dim" });
  #wrong = el("p", { class: "wrong", role: "status" });
  #ring = el("input", { type: "checkbox" });
  #go = el("button", { class: "small", type: "button", on: { click: () => this.#turn() } }, "Record");
  #file = el("a", { download: "", hidden: true }, "Download");
  #on = false;

  constructor(path) {
    this.#path = path;
    this.node = el("div", { class: "recorder", hidden: true },
      el("div", { class: "commands" }, this.#go,
        el("label", { class: "tick", title: "Keep the newest; else it ends when it is full" }, this.#ring, "keep the newest"), this.#file),
      el("p", {}, this.#state, " ", this.#said), this.#wrong);
    this.#look();
  }

  // look shows how it goes, as long as somebody sees it.
  async #look() {
    const all = await api.connections().catch(() => []);
    const found = all.find((c) => c.path === this.#path);
    if (found) this.#show(found);
    await new Promise((resolve) => setTimeout(resolve, look));
    if (this.node.isConnected) this.#look();
  }

  #show({ name, recording }) {
    this.#name = name;
    this.#on = recording.on;
    this.node.hidden = false;
    setText(this.#go, recording.on ? "Stop recording" : "Record");
    setAttribute(this.#ring, "disabled", recording.on);
    const there = Boolean(recording.since);
    setState(this.#state, recording.on ? "recording" : there ? (recording.full ? "full" : "recorded") : "not recorded", recording.on ? "bad" : "off");
    const lost = recording.lost > 0 && (recording.ring ? `${count(recording.lost)} older ones let go` : `${count(recording.lost)} found no room`);
    setText(this.#said, there
      ? [`${count(recording.frames)} frames in ${age(recording.length_ns / 1e6)}, ${bytes(recording.bytes)}`, lost].filter(Boolean).join(", ")
      : "");
    setAttribute(this.#file, "hidden", !there);
    setAttribute(this.#file, "href", api.recordingURL(name));
  }

  async #turn() {
    this.#go.disabled = true;
    setText(this.#wrong, "");
    try {
      this.#show(await api.record(this.#name, !this.#on, this.#ring.checked));
    } catch (problem) {
      setText(this.#wrong, problem.message);
    }
    this.#go.disabled = false;
  }
}
