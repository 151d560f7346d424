// What Cirrus Link's sparkplug-payload makes of payloads.
//
//	node sparkplug.js decode          reads lines of "TOPIC HEX", writes a line of JSON for each
//	node sparkplug.js encode JSON     writes the payload's octets to its output

"use strict";

const readline = require("node:readline");
const payload = require("sparkplug-payload").get("spBv1.0");

// plain turns what JSON cannot say into what it can.
function plain(value) {
  if (value !== null && typeof value === "object" && typeof value.toNumber === "function") {
    return value.toNumber();
  }
  return value;
}

function told(metric) {
  return {
    name: metric.name, alias: plain(metric.alias), type: metric.type, value: plain(metric.value), timestamp: plain(metric.timestamp),
    historical: Boolean(metric.isHistorical), null: Boolean(metric.isNull) || metric.value === null,
    quality: metric.properties && metric.properties.Quality ? plain(metric.properties.Quality.value) : undefined,
  };
}

if (process.argv[2] === "encode") {
  process.stdout.write(Buffer.from(payload.encodePayload(JSON.parse(process.argv[3]))));
} else {
  readline.createInterface({ input: process.stdin }).on("line", (line) => {
    const at = line.indexOf(" ");
    const topic = line.slice(0, at);
    try {
      const decoded = payload.decodePayload(Buffer.from(line.slice(at + 1), "hex"));
      const seq = decoded.seq === undefined ? undefined : plain(decoded.seq);
      console.log(JSON.stringify({ topic, seq, metrics: (decoded.metrics || []).map(told) }));
    } catch (error) {
      console.log(JSON.stringify({ topic, error: String(error) }));
    }
  });
}
