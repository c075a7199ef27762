// One try to bind this phone by its number. The way to the operator leaves the app, so the try is kept on the phone:
//
//   attempt  {what: {mobile, national_id, card_last4}, keys: {device, otp}, at (ms), name}
//          and once the service has begun it {id, url, state, until (ms)}, once the operator has answered {answer},
//          and once the service has said yes {asked: [fields that are still to be chosen]}
//
// `reset` where the phone is bound already and only the password is set: its own device key then speaks, behind the gate,
// and is not copied into the try.

import { acceptBinding } from "./binding.js";
import * as clock from "./clock.js";
import { describeDevice, suggestedName } from "./device.js";
import { Refusal, Unbound } from "./errors.js";
import { unlocked } from "./gate.js";
import { send } from "./http.js";
import { makeDeviceKey, makeOtpKey } from "./keys.js";
import { get, keep } from "./store.js";
import { tokensOf } from "./tokens.js";

/** The text about asking the operator that `number.consent…` of the words shows. */
export const CONSENT = "2026-11";

const KEPT = 15 * 60_000; // ms: what was typed waits no longer than this for another try
const CHOSEN = ["password", "email", "terms_version"];
const FROM_OPERATOR = ["state", "code", "error", "iss"];
const PATH = "/api/v1/phone-verifications";

/** Return the try of this phone, or undefined; one that nobody came back to is forgotten. */
export async function attempt() {
  const kept = await get("attempt");
  if (!kept || Math.abs(Date.now() - kept.at) < KEPT) return kept;
  await forget();
  return undefined;
}

/** Forget the try and all that was typed. */
export function forget() {
  return keep({ attempt: undefined });
}

/** Keep what was typed, but nothing of a try that is over. */
export async function setBack() {
  const kept = await attempt();
  if (kept) await keep({ attempt: { what: kept.what, keys: kept.keys, at: kept.at, reset: kept.reset } });
}

/** Begin a try with what was typed and return it; raises Refusal or Offline, and for a `reset` Locked or Unbound. */
export async function begin(what, { reset = false } = {}) {
  if (reset) await unlocked();
  const before = await attempt();
  const mineBefore = Boolean(before?.reset) === reset ? before?.keys : undefined;
  const keys = mineBefore ?? { device: reset ? undefined : await makeDeviceKey(), otp: await makeOtpKey() };
  const device = await describeDevice(await suggestedName());
  const body = { ...what, device, otp_public_key: keys.otp.publicJwk, consent_version: CONSENT };
  await keep({ attempt: { what, keys, at: Date.now(), reset } });
  const begun = await send(await deviceKey({ keys, reset }), { method: "POST", path: PATH, body });
  const url = new URL(begun.authorization_url);
  if (!["https:", "http:"].includes(url.protocol)) throw new Error(`not an operator's address: ${url.protocol}`);
  const mine = { id: begun.id, url: url.href, state: url.searchParams.get("state") };
  const started = { what, keys, at: Date.now(), reset, ...mine, until: Date.parse(begun.expires_at) };
  await keep({ attempt: started });
  return started;
}

async function deviceKey({ keys, reset }) {
  const key = reset ? await get("device-key") : keys.device;
  if (!key) throw new Unbound();
  return key;
}

/** Tell whether a try can still be answered. */
export function isLive(tried) {
  return Boolean(tried?.id) && tried.until > clock.now();
}

/** Tell whether a try was left between the operator's answer and its end. */
export async function isAnswered() {
  const kept = await attempt();
  return isLive(kept) && Boolean(kept.answer);
}

/** Return what the operator sent back in an address's query, or null where there is nothing of the kind. */
export function answerIn(query) {
  const found = FROM_OPERATOR.filter((name) => query.has(name)).map((name) => [name, query.get(name)]);
  return found.length > 0 ? Object.fromEntries(found) : null;
}

/** Take an answer for the try of this phone and return null, or why it cannot be taken: nothing, foreign or over. */
export async function take(answer) {
  const kept = await attempt();
  if (!kept?.id) return "nothing";
  if (!answer.state || (kept.state && kept.state !== answer.state)) return "foreign";
  if (!isLive(kept)) return "over";
  await keep({ attempt: { ...kept, answer } });
  return null;
}

/**
 * Hand the operator's answer in, at first without anything chosen: the operator's code lives half a minute.
 * Return {binding}, with `stayed` where the phone was bound already, or {asked: [field, ...], errors} where something
 * is still to be chosen, or chosen badly.
 */
export async function finish(chosen = {}) {
  const { id, keys, answer, ...rest } = await attempt();
  if (rest.reset && chosen.password) await unlocked();
  const body = "error" in answer ? only(answer, ["state", "error"]) : { ...only(answer, ["state", "code", "iss"]), ...chosen };
  try {
    const device = await deviceKey({ keys, ...rest });
    const bound = await send(device, { method: "POST", path: `${PATH}/${id}/completions`, body });
    if (bound.otp) return { binding: await acceptBinding(bound, { ...keys, device }) };
    await keep({ tokens: tokensOf(bound), attempt: undefined }); // the rest of the binding stays as it is
    return { binding: bound, stayed: true };
  } catch (error) {
    const errors = error instanceof Refusal && error.status === 422 ? (error.body.errors ?? {}) : {};
    if (!CHOSEN.some((name) => errors[name])) throw error;
    const asked = rest.asked ?? Object.keys(errors);
    await keep({ attempt: { id, keys, answer, ...rest, asked } });
    return { asked, errors };
  }
}

let handing = null;

/** Hand the answer in with nothing chosen; whoever asks meanwhile waits for the same call, for the code is good once. */
export function handIn() {
  handing ??= finish().finally(() => (handing = null));
  return handing;
}

function only(answer, names) {
  return Object.fromEntries(names.filter((name) => answer[name]).map((name) => [name, answer[name]]));
}
