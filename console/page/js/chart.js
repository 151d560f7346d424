// The curve of one tag over a stretch of time, with its gaps, and a hair line
// that tells the value at the pointer or at the arrow keys.

import { el, setAttribute, setText, svg } from "./dom.js";
import { gaps, heightOf, heightsOf, hours, nearest, pathOf, runs, ticks } from "./curve.js";
import { clock, date, minute, number, qualityText, stamp, value } from "./format.js";

const margin = { left: 52, right: 12, top: 10, bottom: 22 };

const day = 86_400_000;

export class Chart {
  #svg = svg("svg", { role: "img", tabindex: "0" });
  #readout = el("div", { class: "readout", hidden: true, "aria-live": "polite" });
  #empty = el("div", { class: "empty" });
  node = el("div", { class: "chart" }, this.#svg, this.#readout, this.#empty);

  #points = []; // [ms, height or null, quality, value]
  #unit = "";
  #steps = false;
  #bounds = [];
  #from = 0;
  #to = 1;
  #at = null; // time under the hair line, ms

  constructor() {
    new ResizeObserver(() => this.draw()).observe(this.#svg);
    this.#svg.addEventListener("pointermove", (event) => this.#point(event));
    this.#svg.addEventListener("pointerleave", () => this.#hair(null));
    this.#svg.addEventListener("keydown", (event) => this.#step(event));
    this.#svg.addEventListener("blur", () => this.#hair(null));
  }

  // show takes what is to be drawn: points [{ms, value, quality}], the tag, and
  // the stretch of time.
  show(name, tag, points, from, to) {
    this.#points = points.map((p) => [p.ms, heightOf(p.value), p.quality, p.value]);
    this.#unit = tag.unit ?? "";
    this.#steps = tag.type === "bool";
    this.#bounds = [tag.min, tag.max].filter((n) => typeof n === "number");
    this.#from = from;
    this.#to = to;
    setAttribute(this.#svg, "aria-label", this.#summary(name));
    this.draw();
  }

  say(text) {
    setText(this.#empty, text);
  }

  #summary(name) {
    const heights = this.#points.map((p) => p[1]).filter((h) => h !== null);
    if (heights.length === 0) return `${name}: no values from ${clock(this.#from)} to ${clock(this.#to)}`;
    const low = number(Math.min(...heights)), high = number(Math.max(...heights));
    return `${name} from ${clock(this.#from)} to ${clock(this.#to)}: between ${low} and ${high} ${this.#unit}, ` +
      `${gaps(this.#points, this.#to).length} gaps. Arrow keys tell the values.`;
  }

  draw() {
    const box = this.#svg.getBoundingClientRect();
    if (box.width < 60) return;
    this.#frame(box);
    this.#svg.replaceChildren(...this.#gapAreas(), ...this.#grid(), ...this.#curve());
    this.#hair(this.#at);
  }

  #frame({ width, height }) {
    const [low, high] = this.#steps ? [-0.15, 1.15] : heightsOf(this.#points);
    const right = width - margin.right, bottom = height - margin.bottom;
    this.low = low;
    this.high = high;
    this.right = right;
    this.bottom = bottom;
    this.x = (ms) => margin.left + ((ms - this.#from) / (this.#to - this.#from)) * (right - margin.left);
    this.y = (h) => bottom - ((h - low) / (high - low)) * (bottom - margin.top);
    setAttribute(this.#svg, "viewBox", `0 0 ${width} ${height}`);
  }

  #grid() {
    const lines = [];
    const across = this.#steps ? [0, 1] : ticks(this.low, this.high, 4);
    for (const h of across) {
      lines.push(svg("line", { class: "grid", x1: margin.left, x2: this.right, y1: this.y(h), y2: this.y(h) }));
      lines.push(svg("text", { x: margin.left - 8, y: this.y(h) + 4, "text-anchor": "end" }, this.#steps ? value(h === 1) : number(h)));
    }
    for (const bound of this.#bounds.filter((b) => b > this.low && b < this.high)) {
      lines.push(svg("line", { class: "bound", x1: margin.left, x2: this.right, y1: this.y(bound), y2: this.y(bound) }));
    }
    const offset = -new Date(this.#to).getTimezoneOffset() * 60_000;
    const label = this.#to - this.#from > 2 * day ? date : minute;
    for (const t of hours(this.#from, this.#to, this.right / 110, offset)) {
      const x = Math.min(Math.max(this.x(t), margin.left + 16), this.right - 6);
      lines.push(svg("text", { x, y: this.bottom + 17, "text-anchor": "middle" }, label(t)));
    }
    return lines;
  }

  #gapAreas() {
    return gaps(this.#points, this.#to).map((gap) => {
      const from = Math.max(this.x(gap.from), margin.left), to = Math.min(this.x(gap.to), this.right);
      return svg("rect", {
        class: gap.quality.startsWith("Bad") && gap.quality !== "BadDataUnavailable" ? "gap" : "nodata",
        x: from, y: margin.top, width: Math.max(to - from, 1), height: this.bottom - margin.top,
      });
    });
  }

  #curve() {
    const points = this.#points;
    const fill = runs(points).map((run) => `${pathOf(run, this.x, this.y, this.#steps)}V${this.bottom}H${this.x(run[0][0])}Z`).join("");
    const lone = runs(points).filter((run) => run.length === 1);
    return [
      svg("path", { class: "fill", d: fill }),
      svg("path", { class: "curve", d: pathOf(points, this.x, this.y, this.#steps) }),
      ...lone.map(([[ms, h]]) => svg("circle", { class: "lone", cx: this.x(ms), cy: this.y(h), r: 1.6 })),
    ];
  }

  #point(event) {
    if (!this.x) return;
    const part = (event.clientX - this.#svg.getBoundingClientRect().left - margin.left) / (this.right - margin.left);
    this.#hair(this.#from + part * (this.#to - this.#from));
  }

  #step(event) {
    const last = this.#points.length - 1;
    const by = { ArrowLeft: -1, ArrowRight: 1, PageUp: -20, PageDown: 20, Home: -last, End: last }[event.key];
    if (by === undefined || last < 0) return;
    event.preventDefault();
    const index = this.#at === null ? last : nearest(this.#points, this.#at);
    this.#hair(this.#points[Math.min(Math.max(index + by, 0), last)][0]);
  }

  // hair marks the point that is nearest to a time, or none.
  #hair(at) {
    this.#at = at;
    this.#svg.querySelectorAll(".hair, .dot").forEach((node) => node.remove());
    const point = at === null ? null : this.#points[nearest(this.#points, at)];
    this.#readout.hidden = !point;
    if (!point) return;
    const [ms, height, quality, was] = point;
    const x = this.x(ms);
    this.#svg.append(svg("line", { class: "hair", x1: x, x2: x, y1: margin.top, y2: this.bottom }));
    if (height !== null) this.#svg.append(svg("circle", { class: "dot", cx: x, cy: this.y(height), r: 3.5 }));
    const what = was === null ? qualityText(quality) : `${value(was)} ${this.#unit}`;
    setText(this.#readout, `${stamp(ms, Date.now())}  ${what}${was !== null && quality !== "Good" ? `, ${qualityText(quality)}` : ""}`);
    const width = this.#readout.offsetWidth;
    this.#readout.style.left = `${Math.min(Math.max(x + 10, 0), this.right - width)}px`;
  }
}
