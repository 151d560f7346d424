// What to ask the history, and what to make of the answer. Pure: no document.

// ranges are how far back, in minutes, with the steps in which that is summed up.
export const ranges = [
  [1440, "1 day", "1m"], [10_080, "1 week", "10m"], [43_200, "1 month", "1h"], [525_600, "1 year", "12h"], [2_628_000, "5 years", "48h"],
];

const quoted = (text) => `'${text.replaceAll("'", "''")}'`;

// sqlFor asks for a tag over a range, in steps: of whole minutes or hours the
// node has the sums.
export function sqlFor(device, tag, minutes) {
  const step = (ranges.find(([m]) => m >= minutes) ?? ranges.at(-1))[2];
  return `SELECT ts, avg, min, max, last, good FROM buckets\nWHERE device = ${quoted(device)} AND tag = ${quoted(tag)}\n` +
    `  AND ts > ago('${minutes}m') AND step = '${step}'\nORDER BY ts`;
}

// csvFor is where the whole answer is, to be downloaded.
export const csvFor = (sql) => `/api/v1/query?${new URLSearchParams({ sql, format: "csv", rows: "1000000", seconds: "600" })}`;

// numeric are the places of the columns that can be drawn: those with numbers
// or truths, and the time is none.
export function numeric(answer) {
  const drawn = (v) => typeof v === "number" || typeof v === "boolean";
  return answer.columns.map((_, i) => i).filter((i) => i !== timeOf(answer) && answer.rows.some((row) => drawn(row[i])));
}

// timeOf is the place of the column of times, or -1.
export const timeOf = (answer) => answer.columns.findIndex((c) => c.name === "ts");

// pointsOf are the points of a column, in order, with a gap where rows are
// missing.
export function pointsOf(answer, column) {
  const at = timeOf(answer);
  const points = answer.rows
    .map((row) => ({ ms: Date.parse(row[at]), value: row[column], quality: row[column] === null ? "BadDataUnavailable" : "Good" }))
    .filter((p) => Number.isFinite(p.ms)).sort((a, b) => a.ms - b.ms);
  const usual = usualStep(points);
  return points.flatMap((p, i) => {
    const before = points[i - 1];
    const missing = before && usual > 0 && p.ms - before.ms > 3 * usual;
    return missing ? [{ ms: before.ms + usual, value: null, quality: "BadDataUnavailable" }, p] : [p];
  });
}

// usualStep is the median distance between points, in ms.
function usualStep(points) {
  const steps = points.slice(1).map((p, i) => p.ms - points[i].ms).sort((a, b) => a - b);
  return steps[steps.length >> 1] ?? 0;
}
