// The switches of a demonstration's plant.

import * as api from "./api.js";
import { el, rows, setAttribute, setText } from "./dom.js";

export class FaultsView {
  #store;
  #node;
  #list;
  #said = el("p", { class: "said", role: "status" }, "Each switch says what it breaks. Turn it again to mend that.");

  constructor(store, node, body) {
    this.#store = store;
    this.#node = node;
    this.#list = rows(body, (fault) => this.#make(fault));
    body.after(this.#said);
    store.on("status", () => this.show());
  }

  show() {
    const faults = this.#store.status.faults;
    this.#node.hidden = faults.length === 0;
    this.#list(faults, (f) => f.name, (row, fault) => setAttribute(row.node, "aria-checked", String(fault.on)));
  }

  #make(fault) {
    const tell = () => setText(this.#said, fault.doc);
    const node = el("button", {
      class: "switch", type: "button", role: "switch", title: fault.doc, "aria-checked": String(fault.on),
      on: { click: () => this.#turn(fault, node), mouseenter: tell, focus: tell },
    }, fault.name.replaceAll("-", " "));
    return { node };
  }

  async #turn(fault, node) {
    const on = node.getAttribute("aria-checked") !== "true";
    try {
      this.#store.status.faults = await api.turnFault(fault.name, on);
      this.#store.changed("status");
    } catch (problem) {
      setText(this.#said, problem.message);
    }
  }
}
