// A sparkline: the last minute of a tag, without axes.

import { setAttribute, svg } from "./dom.js";
import { heightOf, pathOf } from "./curve.js";

const minute = 60_000;
const width = 120;
const height = 26;

export class Spark {
  #points = []; // [ms, number or null]
  #path = svg("path");
  node = svg("svg", { viewBox: `0 0 ${width} ${height}`, preserveAspectRatio: "none", "aria-hidden": "true" }, this.#path);

  // begin puts the past before what has come so far.
  begin(points) {
    const first = this.#points[0]?.[0] ?? Infinity;
    this.#points = [...points.filter(([ms]) => ms < first).map(([ms, v]) => [ms, heightOf(v)]), ...this.#points];
  }

  add(ms, value) {
    this.#points.push([ms, heightOf(value)]);
  }

  draw(now) {
    while (this.#points.length > 1 && this.#points[1][0] < now - minute) this.#points.shift();
    const heights = this.#points.map(([, v]) => v).filter((v) => v !== null);
    const low = Math.min(...heights), high = Math.max(...heights);
    const span = high - low || 1;
    const x = (ms) => ((ms - now + minute) / minute) * width;
    const y = (v) => (high === low ? height / 2 : height - 3 - ((v - low) / span) * (height - 6));
    setAttribute(this.#path, "d", pathOf(this.#points, x, y));
  }
}
