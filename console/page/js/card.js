// The card of something that data goes through.

import { el, setAttribute, setState, setText, state } from "./dom.js";
import { count, tone } from "./format.js";

// card is an empty one.
export function card({ name }) {
  const row = { kind: el("span", { class: "kind" }), state: state(), text: el("code"), numbers: el("p", { class: "numbers" }), why: el("p", { class: "why" }) };
  row.node = el("article", { class: "card panel", "aria-label": name },
    el("header", {}, el("h3", {}, name), row.kind, row.state), row.text, row.numbers, row.why);
  return row;
}

// show fills a card; numbers are [figure, word, tone], and those at zero are
// left out where they have a tone.
export function show(row, kind, name, text, numbers, why) {
  setText(row.kind, kind);
  setState(row.state, name, tone(name));
  row.state.hidden = !name;
  setText(row.text, text);
  row.text.hidden = !text;
  const told = numbers.filter(([n, , tint]) => !tint || (n !== 0 && n !== "0"));
  row.numbers.replaceChildren(...told.map(([n, word, tint]) =>
    el("span", { class: tint }, el("b", {}, typeof n === "number" ? count(n) : n), ` ${word}`)));
  setText(row.why, why);
  setAttribute(row.why, "hidden", !why);
}
