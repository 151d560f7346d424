// How numbers, times and states read. Pure: no document, no clock.

const groups = new Intl.NumberFormat("en", { maximumFractionDigits: 0, useGrouping: true });

// count is a whole number with thin gaps: 12 345.
export const count = (n) => groups.format(n).replaceAll(",", "\u202f");

// value is a tag's value as it came; long numbers lose digits nobody can read.
export function value(v) {
  if (v === null || v === undefined) return "–";
  if (typeof v === "boolean") return v ? "on" : "off";
  if (typeof v === "number") return number(v);
  if (typeof v === "object") return JSON.stringify(v);
  return String(v);
}

export function number(n) {
  if (!Number.isFinite(n)) return "–";
  if (n !== 0 && (Math.abs(n) >= 1e12 || Math.abs(n) < 1e-4)) return n.toExponential(3);
  return String(Number(n.toPrecision(10)));
}

// age is a length of time in its greatest unit: < 1 s, 1.4 s, 12 s, 3 min, 5 h, 2 d.
export function age(ms) {
  const s = ms / 1000;
  if (s < 1) return "< 1 s";
  if (s < 9.95) return `${s.toFixed(1)} s`;
  if (s < 99.5) return `${Math.round(s)} s`;
  if (s < 5400) return `${Math.round(s / 60)} min`;
  if (s < 172800) return `${Math.round(s / 3600)} h`;
  return `${Math.round(s / 86400)} d`;
}

// millis is a short time exactly: 0.31 ms, 12.4 ms, 1.2 s.
export function millis(ms) {
  if (ms < 10) return `${ms.toFixed(2)} ms`;
  if (ms < 1000) return `${ms.toFixed(ms < 100 ? 1 : 0)} ms`;
  return `${(ms / 1000).toFixed(1)} s`;
}

// nanos reads the time of RFC 3339 to the nanosecond, as ms since 1970: what
// Date keeps, and the rest.
export function nanos(text) {
  const fraction = /\.(\d+)/.exec(text)?.[1] ?? "";
  return { ms: Math.floor(Date.parse(text) / 1000) * 1000, rest: Number(fraction.padEnd(9, "0").slice(0, 9)) / 1e6 };
}

// between is how many ms lie between two such times.
export const between = (from, to) => {
  const a = nanos(from), b = nanos(to);
  return b.ms - a.ms + (b.rest - a.rest);
};

export function bytes(n) {
  const units = ["B", "KB", "MB", "GB", "TB"];
  let i = 0;
  while (n >= 1000 && i < units.length - 1) {
    n /= 1000;
    i++;
  }
  return `${i === 0 || n >= 100 ? Math.round(n) : n.toFixed(1)} ${units[i]}`;
}

const pad = (n) => String(n).padStart(2, "0");

// clock is the time of day where the reader is: 17:04:31.
export const clock = (ms) => {
  const d = new Date(ms);
  return `${pad(d.getHours())}:${pad(d.getMinutes())}:${pad(d.getSeconds())}`;
};

export const minute = (ms) => clock(ms).slice(0, 5);

// date is a day where the reader is: 2026-11-28.
export const date = (ms) => {
  const d = new Date(ms);
  return `${d.getFullYear()}-${pad(d.getMonth() + 1)}-${pad(d.getDate())}`;
};

// stamp is a time with its day, unless that is today.
export const stamp = (ms, now) => {
  const d = new Date(ms);
  return d.toDateString() === new Date(now).toDateString() ? clock(ms) : `${pad(d.getDate())}.${pad(d.getMonth() + 1)}. ${minute(ms)}`;
};

const tones = {
  ok: ["running", "polling", "open", "delivering", "listening", "receiving", "done"],
  busy: ["starting", "connecting", "restarting", "waiting", "stopping", "probing"],
  warn: ["backing off", "degraded"],
  bad: ["failed", "demoted"],
  off: ["stopped"],
};
const toneByState = new Map(Object.entries(tones).flatMap(([tone, states]) => states.map((s) => [s, tone])));

// tone is the colour of a state. One that is not known belongs to an actor that
// runs, and is well.
export const tone = (state) => toneByState.get(state) ?? "ok";

// qualityTone is the colour of a quality, by its severity.
export function qualityTone(quality) {
  if (quality.startsWith("Bad")) return "bad";
  return quality.startsWith("Uncertain") ? "warn" : "ok";
}

// qualityText is a quality in words: BadNoCommunication is "no communication".
export function qualityText(quality) {
  const words = quality.replace(/^(Good|Uncertain|Bad)(?=[A-Z])/, "");
  if (words === quality) return quality.toLowerCase();
  return words.replace(/([a-z])([A-Z])/g, "$1 $2").toLowerCase();
}
