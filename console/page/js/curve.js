// Curves as numbers and paths. Pure: no document.

// heightOf is how high a value stands, or null for a gap.
export function heightOf(value) {
  if (typeof value === "boolean") return value ? 1 : 0;
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}

const round = (n) => Math.round(n * 10) / 10;

// pathOf is a line through points [ms, height], broken at gaps. With steps a
// height holds until the next, as a switch does.
export function pathOf(points, x, y, steps = false) {
  let path = "", before = null;
  for (const [ms, height] of points) {
    if (height === null) {
      before = null;
      continue;
    }
    if (before === null) path += `M${round(x(ms))} ${round(y(height))}`;
    else if (steps) path += `H${round(x(ms))}V${round(y(height))}`;
    else path += `L${round(x(ms))} ${round(y(height))}`;
    before = height;
  }
  return path;
}

// runs cuts points into stretches without a gap, for what is drawn beneath them.
export function runs(points) {
  const list = [[]];
  for (const point of points) {
    if (point[1] === null) list.push([]);
    else list.at(-1).push(point);
  }
  return list.filter((run) => run.length > 0);
}

// gaps are the stretches without a value: from the first gap to the next value.
export function gaps(points, end) {
  const list = [];
  let open = null;
  for (const [ms, height, quality] of points) {
    if (height === null && !open) open = { from: ms, quality };
    if (height !== null && open) {
      list.push({ ...open, to: ms });
      open = null;
    }
  }
  if (open) list.push({ ...open, to: end });
  return list;
}

// ticks are round numbers between low and high, about so many.
export function ticks(low, high, wanted) {
  const rough = (high - low) / wanted;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((n) => n * power).find((s) => s >= rough * 0.999);
  const list = [];
  for (let i = Math.ceil(low / step); i * step <= high; i++) list.push(Number((i * step).toPrecision(12)));
  return list;
}

// heightsOf is the room that points need, with some air. Limits that are near
// are within.
export function heightsOf(points) {
  const heights = points.map((p) => p[1]).filter((h) => h !== null);
  if (heights.length === 0) return [0, 1];
  const low = Math.min(...heights), high = Math.max(...heights);
  const air = (high - low) * 0.08 || Math.abs(high) * 0.05 || 1;
  return [low - air, high + air];
}

const spans = [1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1440, 2880, 10_080, 43_200, 129_600, 525_600].map((minutes) => minutes * 60_000);

// hours are round times of day between from and to, about so many; offset is
// the reader's distance from UTC in ms.
export function hours(from, to, wanted, offset) {
  const step = spans.find((s) => s >= (to - from) / wanted) ?? spans.at(-1);
  const list = [];
  for (let t = Math.ceil((from + offset) / step) * step - offset; t <= to; t += step) list.push(t);
  return list;
}

// nearest is the index of the point that is nearest in time; points are in order.
export function nearest(points, ms) {
  let low = 0, high = points.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (points[middle][0] < ms) low = middle + 1;
    else high = middle;
  }
  return low > 0 && ms - points[low - 1][0] < points[low][0] - ms ? low - 1 : low;
}
