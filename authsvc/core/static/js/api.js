/** Calls of the JSON API from the service's own pages (RFC 9457 problems become `Problem`). */
import { text } from "/static/js/texts.js";

const BASE = "/api/v1";

/** What the service refused and why, ready to be shown. */
export class Problem extends Error {
  constructor(status, body = {}) {
    super(body.detail ?? body.title ?? text("unknown-problem"));
    this.status = status;
    this.code = body.code ?? "unknown";
    this.errors = flatten(body.errors ?? {});
    this.readerCode = body.reader_code;
    this.retryAfter = body.retry_after;
    this.ways = body.ways ?? [];
    this.personId = body.person_id; // whose record the counter opened instead
  }
}

/** `{household: {number: [..]}}` and `{"household.number": [..]}` both become `{"household.number": "…"}`. */
function flatten(errors, prefix = "") {
  const flat = {};
  for (const [name, value] of Object.entries(errors)) {
    const path = prefix + name;
    if (Array.isArray(value)) flat[path] = value.join(" ");
    else if (typeof value === "string") flat[path] = value;
    else Object.assign(flat, flatten(value, `${path}.`));
  }
  return flat;
}

/** The answer's JSON (null where it has none). Throws `Problem`; status 0 means the service was not reached. */
export async function call(method, path, body, { signal } = {}) {
  const headers = { Accept: "application/json", "Accept-Language": document.documentElement.lang };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  let answer;
  try {
    answer = await fetch(BASE + path, {
      method, headers, signal, credentials: "same-origin", cache: "no-store",
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  } catch (fault) {
    if (fault.name === "AbortError") throw fault;
    throw new Problem(0, { code: "network", detail: text("network") });
  }
  const content = await answer.json().catch(() => null);
  if (!answer.ok) throw new Problem(answer.status, content ?? {});
  return content;
}
