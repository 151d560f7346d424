// A box to try a rule's query in: nothing is deployed.

import * as api from "./api.js";
import { el, setText } from "./dom.js";

// shown is how many lines of a trial are on the page.
const shown = 50;

export class TrialView {
  #said = el("p", { class: "said", role: "status" }, "It runs over live rows for ten seconds and ends at 50 rows. Nothing is deployed, and nothing is written.");
  #out = el("pre", { class: "tried", "aria-label": "What the query gave" });
  #sql = el("textarea", {
    rows: "3", spellcheck: "false", "aria-label": "Query", placeholder: "SELECT temperature FROM boiler WHERE temperature > 30",
  });
  #buttons;

  constructor(node) {
    this.#buttons = [
      el("button", { type: "button", on: { click: () => this.#ask(() => this.#try()) } }, "Try"),
      el("button", { type: "button", class: "quiet", on: { click: () => this.#ask(() => this.#explain()) } }, "Explain"),
    ];
    node.append(this.#sql, el("div", { class: "actions" }, ...this.#buttons), this.#said, this.#out);
  }

  // ask does one thing at a time, and tells what goes wrong.
  async #ask(act) {
    if (!this.#sql.value.trim()) return;
    for (const b of this.#buttons) b.disabled = true;
    setText(this.#said, "…");
    setText(this.#out, "");
    try {
      await act();
    } catch (problem) {
      setText(this.#said, problem.message);
    }
    for (const b of this.#buttons) b.disabled = false;
  }

  async #try() {
    const t = await api.tryQuery(this.#sql.value, shown);
    const lines = t.rows.map((r) => `${r.at.slice(11, 23)}  ${JSON.stringify(r.row)}`);
    lines.push(...t.failures.map((f) => `failed: ${f.error}  ${f.row === undefined ? "" : JSON.stringify(f.row)}`));
    setText(this.#out, lines.join("\n"));
    const unread = t.unread ? `; not seen, since no rule reads it: ${t.unread.join(", ")}` : "";
    setText(this.#said, `${t.rows_in} rows in, ${t.rows_out} out, ${t.failed} failed, ${t.late} late${unread}`);
  }

  async #explain() {
    const p = await api.explainQuery(this.#sql.value);
    setText(this.#out, p.plan);
    setText(this.#said, `It reads ${p.reads.join(", ")}.`);
  }
}
