// Writing a tag, and the steps that the write went through.

import * as api from "./api.js";
import { el, setAttribute, setText, state, setState } from "./dom.js";
import { between, millis, value } from "./format.js";

const course = ["accepted", "sent", "acknowledged", "verified"];
const tones = { refused: "bad", failed: "bad", unknown: "warn" }; // of the steps that are none of the course

// WriteForm is the form of one tag.
export class WriteForm {
  #device;
  #tag;
  #input;
  #go = el("button", { class: "strong" });
  #try = el("button", { type: "button", on: { click: () => this.#send(true) } }, "Check only");
  #steps = el("ol", { class: "steps", "aria-live": "polite" });
  #reason = el("p", { class: "reason wrong", role: "alert" });

  constructor(device, tag) {
    this.#device = device;
    this.#tag = tag;
    this.#input = this.#field();
    const limits = [typeof tag.min === "number" && `from ${tag.min}`, typeof tag.max === "number" && `to ${tag.max}`].filter(Boolean);
    this.node = el("form", { class: "write", on: { submit: (event) => this.#submit(event) } },
      el("label", {}, `Write ${tag.name}${tag.unit ? ` in ${tag.unit}` : ""} ${limits.join(" ")}`, this.#input),
      this.#go, this.#try, this.#reason, this.#steps);
    this.#label();
  }

  #field() {
    const on = { input: () => this.#label() };
    if (this.#tag.type === "bool") {
      return el("select", { on }, el("option", { value: "true" }, "on"), el("option", { value: "false" }, "off"));
    }
    return el("input", { on, inputmode: this.#text() ? "text" : "decimal", autocomplete: "off", required: !this.#text() });
  }

  #text() {
    return /^(string|bytes)/.test(this.#tag.type ?? "");
  }

  // value is what was typed, as JSON; undefined where that is no value.
  #value() {
    const typed = this.#input.value.trim();
    if (this.#tag.type === "bool") return typed === "true";
    if (this.#text()) return this.#input.value;
    const number = Number(typed.replace(",", "."));
    return typed === "" || !Number.isFinite(number) ? undefined : number;
  }

  // label says on the button what it will do: nobody writes a valve by mistake.
  #label() {
    const v = this.#value();
    setText(this.#go, v === undefined ? "Write" : `Write ${value(v)} to ${this.#device.name}.${this.#tag.name}`);
    setAttribute(this.#input, "aria-invalid", null);
  }

  #submit(event) {
    event.preventDefault();
    this.#send(false);
  }

  async #send(dryRun) {
    const v = this.#value();
    if (v === undefined) {
      setAttribute(this.#input, "aria-invalid", "true");
      setText(this.#reason, "That is not a number.");
      return;
    }
    this.#busy(true);
    this.#show([state()].map((node) => [node, dryRun ? "checking" : "sending", "busy"]));
    setText(this.#reason, "");
    try {
      this.#report(await api.write(this.#device.name, this.#tag.name, v, dryRun));
    } catch (problem) {
      setText(this.#reason, problem.message);
      if (problem.report) this.#report(problem.report);
      else this.#steps.replaceChildren();
    }
    this.#busy(false);
  }

  #busy(on) {
    this.#go.disabled = this.#try.disabled = on;
  }

  // report shows the steps with the time from the first, and those that were
  // not reached.
  #report(report) {
    const first = report.steps[0]?.time;
    const steps = report.steps.map(({ stage, time }) => [state(), stage, tones[stage] ?? "ok", time === first ? "" : `+${millis(between(first, time))}`]);
    const reached = report.steps.map((s) => s.stage);
    if (["refused", "failed", "unknown"].includes(report.outcome)) {
      for (const stage of course.filter((s) => !reached.includes(s))) steps.push([state(), stage, "off"]);
    }
    if (report.dry_run && report.outcome === "accepted") steps.push([state(), "not sent: only checked", "off"]);
    this.#show(steps);
  }

  #show(steps) {
    this.#steps.replaceChildren(...steps.map(([node, text, tone, time]) => {
      setState(node, text, tone);
      return el("li", {}, node, time && el("small", {}, time));
    }));
  }
}
