// The header: whose node this is, whether all is well, and whether what the
// page shows is what is.

import { setAttribute, setState, setText, state } from "./dom.js";
import { age, clock } from "./format.js";

export class HeadView {
  #store;
  #site = document.getElementById("site");
  #about = document.getElementById("about");
  #lost = document.getElementById("lost");
  #health = state();

  constructor(store) {
    this.#store = store;
    document.getElementById("health").append(this.#health);
    store.on("hello connection tree status", () => this.show());
    setInterval(() => this.show(), 1000);
  }

  show() {
    const { hello, connected, seen } = this.#store;
    if (hello) {
      setText(this.#site, hello.site);
      document.title = `${hello.site} · Holdfast`;
      setText(this.#about, `${hello.version} · up ${age(this.#store.now() - Date.parse(hello.started))} · ${clock(this.#store.now())}`);
    }
    const away = !connected && seen > 0;
    setAttribute(this.#lost, "hidden", !away);
    document.body.classList.toggle("stale", away);
    if (away) {
      setText(this.#lost, `No connection to the node since ${clock(seen)}. What you see may be old.`);
      setState(this.#health, "not connected", "off");
      return;
    }
    const [text, tone] = this.#verdict();
    setState(this.#health, text, tone);
  }

  #verdict() {
    const { status, actors } = this.#store;
    if (!status) return ["connecting", "busy"];
    const all = [...actors.values()];
    const alarms = all.filter((a) => a.alarm).length;
    const down = status.devices.filter((d) => ["demoted", "degraded", "connecting", "probing"].includes(d.state)).length;
    const waiting = status.sinks.filter((s) => s.state !== "delivering").length;
    const faults = [
      ...status.trouble,
      alarms > 0 && `${alarms} ${alarms === 1 ? "alarm" : "alarms"}`,
      down > 0 && `${down} of ${status.devices.length} devices away`,
      waiting > 0 && `${waiting} of ${status.sinks.length} sinks away`,
    ].filter(Boolean);
    if (faults.length === 0) return ["all is well", "ok"];
    return [faults.join(" · "), status.trouble.length + alarms > 0 ? "bad" : "warn"];
  }
}
