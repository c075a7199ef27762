// Binding: this phone makes its keys, and the service learns the public halves.

import { describeDevice } from "./device.js";
import { send } from "./http.js";
import { makeDeviceKey, makeOtpKey } from "./keys.js";
import { keep } from "./store.js";
import { tokensOf } from "./tokens.js";

const SYMBOLS = /^[0-9A-HJKMNP-TV-Z]{8}$/;

let begun = { for: null, keys: null };

/** Return what was typed of a device code as it is meant: no dash or space; O is 0, I and L are 1. */
export function cleanCode(typed) {
  return typed
    .normalize("NFKC")
    .toUpperCase()
    .replace(/[\s\u2010-\u2015\u2212-]/g, "")
    .replaceAll("O", "0")
    .replace(/[IL]/g, "1");
}

/** Return a typed device code as it is sent, or null where it is none. */
export function readCode(typed) {
  const code = cleanCode(typed);
  return SYMBOLS.test(code) ? code : null;
}

/** Return a typed national ID or residence number in capitals; null where its form is wrong. */
export function readNationalId(typed) {
  const id = typed.toUpperCase().replace(/\s/g, "");
  return /^[A-Z][A-Z0-9]\d{8}$/.test(id) ? id : null;
}

/** Bind this phone by `{code, national_id}` or `{qr_text}`, keep the binding at one stroke and return it. */
export async function bind(way, name) {
  const keys = await keysFor(JSON.stringify(way));
  const body = { ...way, device: await describeDevice(name), otp_public_key: keys.otp.publicJwk };
  const answer = await send(keys.device, { method: "POST", path: "/api/v1/devices", body });
  return acceptBinding(answer, keys);
}

/** Keep what the service answered to a binding by these keys, and return the binding. */
export async function acceptBinding(answer, keys) {
  const { device, person, otp } = answer;
  const binding = {
    device,
    person,
    otp: rulesOf(otp),
  };
  await keep({
    "device-key": keys.device,
    "otp-key": undefined, // derived when the unlock is set up, which decides how it is kept
    "otp-seed": { privateKey: keys.otp.privateKey, theirs: otp.public_key, deviceId: device.id },
    unlock: undefined,
    binding,
    tokens: tokensOf(answer),
    removed: undefined,
    attempt: undefined,
    "next-key": undefined,
    rekey: undefined,
  });
  begun = { for: null, keys: null };
  navigator.storage?.persist?.(); // asks the browser not to clear us; not awaited, for it may ask the person
  return binding;
}

/** Return what is kept of how codes are made here. */
export function rulesOf({ digits = 8, period = 30, valid_for = 180, page_tag = "off" }) {
  return { digits, period, valid_for, page_tag };
}

// A second try of the same code (the line broke) comes with the same keys; another code gets new ones.
async function keysFor(way) {
  if (begun.for !== way)
    begun = { for: way, keys: { device: await makeDeviceKey(), otp: await makeOtpKey() } };
  return begun.keys;
}
