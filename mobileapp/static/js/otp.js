// One-time codes: RFC 6238 with HMAC-SHA-256, from a secret both sides derive and neither sends.

import { bytesOf } from "./bytes.js";

const HMAC = { name: "HMAC", hash: "SHA-256", length: 256 };

/** Derive the OTP key of a device: HKDF-SHA-256 over ECDH, as an HMAC key; `extractable` only to be sealed at once. */
export async function deriveOtpKey(privateKey, serverJwk, deviceId, extractable = false) {
  const { kty, crv, x, y } = serverJwk;
  const theirs = await crypto.subtle.importKey(
    "jwk",
    { kty, crv, x, y },
    { name: "ECDH", namedCurve: "P-256" },
    false,
    [],
  );
  const shared = await crypto.subtle.deriveKey({ name: "ECDH", public: theirs }, privateKey, "HKDF", false, [
    "deriveKey",
  ]);
  const recipe = {
    name: "HKDF",
    hash: "SHA-256",
    salt: new Uint8Array(),
    info: bytesOf(`authsvc-otp-v1${deviceId}`),
  };
  return crypto.subtle.deriveKey(recipe, shared, HMAC, extractable, ["sign"]);
}

/** Return unsealed bytes as the OTP key, which cannot be extracted again. */
export function importOtpKey(bytes) {
  return crypto.subtle.importKey("raw", bytes, HMAC, false, ["sign"]);
}

/**
 * Return the key whose codes work only beside the page that shows these characters: HKDF-Expand (RFC 5869 section 2.3),
 * one HMAC over "authsvc-otp-tag-v1", the characters and 0x01, which a key that cannot be taken out can do.
 */
export async function tiedTo(key, tag) {
  const info = bytesOf(`authsvc-otp-tag-v1${tag}`);
  return importOtpKey(await crypto.subtle.sign("HMAC", key, new Uint8Array([...info, 1])));
}

/** Return the two characters of a page as they were shown (O is 0, I and L are 1), or null where it is not two. */
export function readTag(typed) {
  const tag = typed.toUpperCase().replace(/[\s-]/g, "").replaceAll("O", "0").replace(/[IL]/g, "1");
  return /^[0-9A-HJKMNP-TV-Z]{2}$/.test(tag) ? tag : null;
}

/** Return the code of one step (RFC 4226 section 5.3 on an HMAC-SHA-256). */
export async function codeAt(key, step, digits) {
  const counter = new DataView(new ArrayBuffer(8));
  counter.setBigUint64(0, BigInt(step));
  const mac = new DataView(await crypto.subtle.sign("HMAC", key, counter));
  const start = mac.getUint8(mac.byteLength - 1) & 0x0f;
  const number = mac.getUint32(start) & 0x7fffffff;
  return String(number % 10 ** digits).padStart(digits, "0");
}

/** Return the step that a time (ms) falls in, for a period in seconds. */
export function stepAt(time, period) {
  return Math.floor(time / 1000 / period);
}

/** Return the time (ms) at which a step's code is over: it counts from the start of its step. */
export function endOf(step, { period, valid_for: validFor }) {
  return (step * period + validFor) * 1000;
}

/** Return a code in two groups, as people read it aloud. */
export function grouped(code) {
  const half = Math.ceil(code.length / 2);
  return `${code.slice(0, half)} ${code.slice(half)}`;
}

/** Return how a shown code stands at a time (ms) with what was told: live, used, older (than a used one) or over. */
export function stateOf(step, at, rules, lastUsed) {
  if (lastUsed === step) return "used";
  if (endOf(step, rules) <= at) return "over";
  return lastUsed > step ? "older" : "live";
}

/** Return after how many seconds there is a code other than that of this step: 0 where there is one already. */
export function nextIn(step, at, { period }) {
  return stepAt(at, period) !== step ? 0 : Math.max(1, Math.ceil((step + 1) * period - at / 1000));
}
