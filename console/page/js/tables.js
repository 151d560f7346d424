// The tables that rules join with, and their rows on demand.

import * as api from "./api.js";
import { card, show } from "./card.js";
import { el, rows, setText } from "./dom.js";
import { age, value } from "./format.js";

const shown = 100; // rows of a page
const kinds = { file: "table of the file", newest: "newest rows of", append: "appended rows of" };

export class TablesView {
  #store;
  #tables;

  constructor(store, node) {
    this.#store = store;
    this.#tables = rows(node, tableCard);
    store.on("status", () => this.show());
  }

  show() {
    const { status } = this.#store;
    this.#tables(status.tables ?? [], (t) => t.name, (row, table) => showTable(row, table, this.#store.now()));
  }
}

function tableCard(table) {
  const row = card(table);
  const said = el("span", { class: "dim", role: "status" });
  const look = el("button", { class: "small", type: "button", on: { click: () => browse(table.name, said) } }, "Rows");
  const again = el("button", { class: "small", type: "button", on: { click: () => reread(table.name, again, said) } }, "Read again");
  row.node.append(el("div", { class: "commands" }, look, table.of === "file" && again, said));
  return row;
}

function showTable(row, table, now) {
  const read = table.read ? age(now - Date.parse(table.read)) : "";
  show(row, kinds[table.of], table.state, table.source, [
    [table.rows, table.rows === 1 ? "row" : "rows"], [read || "never", table.of === "file" ? "since it was read" : "since one came"],
    [table.rules.length === 0 ? "by no rule" : `joined by ${table.rules.join(", ")}`, ""],
    [table.lost, "lost", "warn"], [table.ahead, "ahead of the clock", "bad"], [table.dropped, "batches dropped", "bad"],
  ], table.trouble);
}

async function reread(name, button, said) {
  button.disabled = true;
  setText(said, "…");
  try {
    const table = await api.rereadTable(name);
    setText(said, `${table.rows} rows were read`);
  } catch (problem) {
    setText(said, problem.message);
  }
  button.disabled = false;
}

// browse shows the rows in the dialog, a page at a time.
async function browse(name, said) {
  const dialog = document.getElementById("dialog");
  const body = el("div", { class: "tablerows" });
  const sum = el("p", { class: "dim", role: "status" });
  let from = 0;
  const turn = async (by) => {
    from = Math.max(0, from + by);
    const page = await api.tableRows(name, from, shown);
    setText(sum, page.rows.length === 0 ? "no rows" : `${from + 1} to ${from + page.rows.length} of ${page.total}`);
    body.replaceChildren(grid(page.rows.map((r) => r.row)));
    back.disabled = from === 0;
    next.disabled = from + page.rows.length >= page.total;
  };
  const turning = (by) => () => turn(by).catch((problem) => setText(sum, problem.message));
  const back = el("button", { type: "button", on: { click: turning(-shown) } }, "Back");
  const next = el("button", { type: "button", on: { click: turning(shown) } }, "Next");
  const close = el("button", { type: "button", class: "strong", autofocus: true, on: { click: () => dialog.close() } }, "Close");
  try {
    await turn(0);
  } catch (problem) {
    setText(said, problem.message);
    return;
  }
  setText(said, "");
  dialog.oncancel = null;
  dialog.replaceChildren(el("form", { method: "dialog" }, el("h3", { id: "dialog-title" }, `Rows of ${name}`), body, sum, el("div", { class: "actions" }, back, next, close)));
  dialog.showModal();
}

// grid is rows of any columns; one that is too long came as a text.
function grid(list) {
  const objects = list.map((row) => (row !== null && typeof row === "object" ? row : { row }));
  const columns = [...new Set(objects.flatMap((row) => Object.keys(row)))];
  return el("table", {},
    el("thead", {}, el("tr", {}, columns.map((c) => el("th", { scope: "col" }, c)))),
    el("tbody", {}, objects.map((row) => el("tr", {}, columns.map((c) => el("td", {}, value(row[c])))))));
}
