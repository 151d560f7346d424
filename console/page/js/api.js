// Requests to the node.

// Problem is an answer that is an error (RFC 9457). Its message is for people.
export class Problem extends Error {
  constructor(status, content) {
    super(detail(content) || `the node answered with status ${status}`);
    this.status = status;
    this.report = content?.report;
  }
}

// detail is what a problem says, and where.
function detail(content) {
  const places = (content?.errors ?? []).map((e) => [e.location, e.message].filter(Boolean).join(": "));
  return [content?.detail, ...places].filter(Boolean).join("; ");
}

let onStranger = () => {};

// whenStranger sets what to do when the node asks who this is.
export function whenStranger(act) {
  onStranger = act;
}

async function request(method, path, content) {
  const init = { method, credentials: "same-origin", headers: { Accept: "application/json" } };
  if (content !== undefined) {
    init.headers["Content-Type"] = "application/json";
    init.body = JSON.stringify(content);
  }
  const response = await fetch(path, init).catch(() => {
    throw new Error("the node does not answer");
  });
  const text = await response.text();
  const answer = text ? safely(text) : null;
  if (response.ok) return answer;
  if (response.status === 401 && path !== "/api/v1/session") onStranger();
  throw new Problem(response.status, answer);
}

function safely(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

const part = encodeURIComponent;

export const session = () => request("GET", "/api/v1/session");
export const logIn = (user, password) => request("POST", "/api/v1/session", { user, password });
export const logOut = () => request("DELETE", "/api/v1/session");
export const devices = () => request("GET", "/api/v1/devices");
export const command = (verb, path) => request("POST", `/api/v1/actors/${part(verb)}`, { path });
export const turnFault = (name, on) => request("PUT", `/api/v1/faults/${part(name)}`, { on });
export const tryQuery = (sql, limit) => request("POST", "/api/v1/sql/try", { sql, limit, seconds: 10 });
export const query = (sql, rows) => request("POST", "/api/v1/query", { sql, rows });
export const explainQuery = (sql) => request("POST", "/api/v1/sql/explain", { sql });
export const write = (device, tag, value, dryRun) =>
  request("PUT", `/api/v1/devices/${part(device)}/tags/${part(tag)}`, { value, dry_run: dryRun });

export const tableRows = (table, from, limit) => request("GET", `/api/v1/tables/${part(table)}/rows?from=${from}&limit=${limit}`);
export const rereadTable = (table) => request("POST", `/api/v1/tables/${part(table)}/reread`);

export const connections = () => request("GET", "/api/v1/connections");
export const record = (connection, on, ring) => request("PUT", recordingURL(connection), { on, ring });
export const trace = (target) => request("POST", "/api/v1/traces", target);
export const traced = (id, wait) => request("GET", `/api/v1/traces/${id}?wait=${wait}`);

// recordingURL is where what was recorded of a connection is.
export const recordingURL = (connection) => `/api/v1/connections/${part(connection)}/recording`;

// historyURL is where a curve is; kind is "" for JSON or ".csv".
export const historyURL = (device, tag, minutes, points, kind = "") =>
  `/api/v1/history${kind}?${new URLSearchParams({ device, tag, from: `-${minutes}m`, points })}`;

export const history = (device, tag, minutes, points) => request("GET", historyURL(device, tag, minutes, points));
