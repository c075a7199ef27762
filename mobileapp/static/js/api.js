// Calls of a bound phone: token and proof, the token renewed once where the service does not take it.

import { Refusal, Unbound } from "./errors.js";
import { send } from "./http.js";
import { get } from "./store.js";
import { freshToken } from "./tokens.js";

/** Call `/api/v1<path>` as this phone and return the JSON body; raises Refusal, Offline or Unbound. */
export async function call(method, path, body) {
  const key = await get("device-key");
  if (!key) throw new Unbound();
  const request = { method, path: `/api/v1${path}`, body };
  const token = await freshToken();
  try {
    return await send(key, { ...request, token });
  } catch (error) {
    if (!(error instanceof Refusal) || error.code !== "invalid_token") throw error;
    return send(key, { ...request, token: await freshToken(token) });
  }
}

/** Return what the service knows of this phone. */
export function thisDevice() {
  return call("GET", "/me/device");
}

/** Return the person's phones, newest first. */
export async function listDevices() {
  const answer = await call("GET", "/devices");
  const devices = Array.isArray(answer) ? answer : (answer.devices ?? []);
  return [...devices].sort((a, b) => String(b.bound_at).localeCompare(String(a.bound_at)));
}

/** Unbind a phone. */
export function unbind(id) {
  return call("DELETE", `/devices/${encodeURIComponent(id)}`);
}

/** Report a phone as lost: it is unbound and its tokens end at once. */
export function reportLost(id) {
  return call("POST", `/devices/${encodeURIComponent(id)}/loss-reports`);
}

/** Tell the service what was scanned; it answers who asks for what, and three numbers. */
export function scan(text) {
  return call("POST", "/qr-logins/scans", { text });
}
