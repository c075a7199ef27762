// Calls of a bound phone: token and proof, the token renewed once where the service does not take it.

import { Refusal, Unbound } from "./errors.js";
import { unlocked } from "./gate.js";
import { send } from "./http.js";
import { get } from "./store.js";
import { freshToken } from "./tokens.js";

/** Call `/api/v1<path>` as this phone and return the JSON body; raises Refusal, Offline or Unbound. */
export async function call(method, path, body) {
  const request = { method, path: `/api/v1${path}`, body };
  const token = await freshToken();
  try {
    return await send(await deviceKey(), { ...request, token });
  } catch (error) {
    if (!(error instanceof Refusal) || error.code !== "invalid_token") throw error;
    const another = await freshToken(token); // first: a change of keys that was cut short may be finished by it
    return send(await deviceKey(), { ...request, token: another });
  }
}

async function deviceKey() {
  const key = await get("device-key");
  if (!key) throw new Unbound();
  return key;
}

/** Return what the service knows of this phone. */
export function thisDevice() {
  return call("GET", "/me/device");
}

/** Return how this phone's codes stand at the service, and learn its time by the way. */
export function codesStanding() {
  return call("GET", "/me/device/otp");
}

/** Return the person's phones, newest first. */
export async function listDevices() {
  const answer = await call("GET", "/devices");
  const devices = Array.isArray(answer) ? answer : (answer.devices ?? []);
  return [...devices].sort((a, b) => String(b.bound_at).localeCompare(String(a.bound_at)));
}

/** Give a phone another name; answers the phone. */
export async function rename(id, name) {
  await unlocked();
  return call("PATCH", `/devices/${encodeURIComponent(id)}`, { name });
}

/** Unbind a phone. */
export async function unbind(id) {
  await unlocked();
  return call("DELETE", `/devices/${encodeURIComponent(id)}`);
}

/** Report a phone as lost: it is unbound and its tokens end at once. */
export async function reportLost(id) {
  await unlocked();
  return call("POST", `/devices/${encodeURIComponent(id)}/loss-reports`);
}

/** Tell the service what was scanned ({text, by_link}) or typed ({code}); it answers who asks for what. */
export function scan(scanned) {
  return call("POST", "/qr-logins/scans", scanned);
}

/** Tell the service that the question is shown. */
export function noteAsked(orderId) {
  return call("PUT", `/qr-logins/${encodeURIComponent(orderId)}/question`);
}

/** Allow no new phones, until the person allows them again with the card. */
export function freezeBindings() {
  return call("PUT", "/me/binding-freeze");
}
