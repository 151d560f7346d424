// The page of the history: a range of a tag, or any query in SQL, as a curve, a
// table and a file.

import * as api from "./api.js";
import { Chart } from "./chart.js";
import { askLogIn } from "./dialog.js";
import { el, setAttribute, setText } from "./dom.js";
import { count, value } from "./format.js";
import { csvFor, numeric, pointsOf, ranges, sqlFor, timeOf } from "./past.js";

const rowsAsked = 20_000; // that are drawn
const rowsShown = 500; // of the table

class PastPage {
  #chart = new Chart();
  #tag = el("select", { "aria-label": "Tag", on: { change: () => this.#range(this.#minutes) } });
  #ranges = ranges.map(([minutes, label]) => el("button", { type: "button", on: { click: () => this.#range(minutes) } }, label));
  #sql = el("textarea", { rows: "5", spellcheck: "false", "aria-label": "Query in SQL", on: { input: () => this.#typed() } });
  #run = el("button", { type: "button", class: "strong", on: { click: () => this.#ask() } }, "Run");
  #csv = el("a", { download: "history.csv" }, "Download CSV");
  #said = el("p", { class: "dim", role: "status" });
  #column = el("select", { "aria-label": "Column of the curve", on: { change: () => this.#draw() } });
  #curves = el("div", { class: "curves", hidden: true }, this.#column, this.#chart.node);
  #table = el("div", { class: "answer", tabindex: "0", role: "region", "aria-label": "Rows", hidden: true });
  #minutes = ranges[0][0];
  #asked = 0;
  #answer = null;

  constructor(node) {
    node.append(
      el("div", { class: "choice" }, this.#tag, el("div", { class: "ranges", role: "group", "aria-label": "How far back" }, this.#ranges)),
      this.#sql, el("div", { class: "actions" }, this.#run, this.#csv, this.#said), this.#curves, this.#table);
  }

  // open fills in the tags, and asks for what the address says.
  async open(search) {
    const wanted = JSON.stringify([search.get("device"), search.get("tag")]);
    for (const device of await api.devices()) {
      for (const tag of device.groups.flatMap((g) => g.tags)) {
        const key = JSON.stringify([device.name, tag.name]);
        this.#tag.append(el("option", { value: key, selected: key === wanted }, `${device.name}.${tag.name}`));
      }
    }
    const minutes = Number(search.get("minutes"));
    if (this.#tag.options.length > 0) this.#range(ranges.some(([m]) => m === minutes) ? minutes : this.#minutes);
  }

  #range(minutes) {
    const [device, tag] = JSON.parse(this.#tag.value);
    this.#minutes = minutes;
    ranges.forEach(([m], i) => setAttribute(this.#ranges[i], "aria-pressed", String(m === minutes)));
    history.replaceState(null, "", `?${new URLSearchParams({ device, tag, minutes })}`);
    this.#sql.value = sqlFor(device, tag, minutes);
    this.#typed();
    this.#ask();
  }

  #typed() {
    this.#csv.href = csvFor(this.#sql.value);
  }

  async #ask() {
    const asked = ++this.#asked;
    this.#run.disabled = true;
    setText(this.#said, "…");
    try {
      const begun = performance.now();
      const answer = await api.query(this.#sql.value, rowsAsked);
      if (asked !== this.#asked) return; // another was asked for since
      this.#answer = answer;
      const more = answer.truncated ? ", and there are more" : "";
      setText(this.#said, answer.error || `${count(answer.rows.length)} rows in ${Math.round(performance.now() - begun)} ms${more}`);
      this.#show();
    } catch (problem) {
      if (asked === this.#asked) setText(this.#said, problem.message);
    } finally {
      if (asked === this.#asked) this.#run.disabled = false;
    }
  }

  #show() {
    const columns = timeOf(this.#answer) < 0 ? [] : numeric(this.#answer);
    this.#column.replaceChildren(...columns.map((i) => el("option", { value: i }, this.#answer.columns[i].name)));
    this.#curves.hidden = columns.length === 0;
    if (columns.length > 0) this.#draw();
    this.#table.hidden = false;
    this.#table.replaceChildren(el("table", {},
      el("thead", {}, el("tr", {}, this.#answer.columns.map((c) => el("th", { scope: "col" }, c.name)))),
      el("tbody", {}, this.#answer.rows.slice(0, rowsShown).map((row) => el("tr", {}, row.map(cell))))));
  }

  #draw() {
    const column = Number(this.#column.value);
    const points = pointsOf(this.#answer, column);
    this.#chart.show(this.#answer.columns[column].name, {}, points, points.at(0)?.ms ?? 0, points.at(-1)?.ms ?? 1);
  }
}

const cell = (v) => el("td", { class: typeof v === "number" && "number" }, value(v));

async function start() {
  const session = await api.session();
  if (session.log_in && !session.user) await askLogIn();
  api.whenStranger(async () => {
    await askLogIn();
    location.reload();
  });
  await new PastPage(document.getElementById("past")).open(new URLSearchParams(location.search));
}

start();
