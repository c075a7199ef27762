// One-time codes: RFC 6238 with HMAC-SHA-256, from a secret both sides derive and neither sends.

import { bytesOf } from "./bytes.js";

/** Derive the OTP key of a device: HKDF-SHA-256 over ECDH, as an HMAC key that cannot be extracted. */
export async function deriveOtpKey(privateKey, serverJwk, deviceId) {
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
  return crypto.subtle.deriveKey(recipe, shared, { name: "HMAC", hash: "SHA-256", length: 256 }, false, [
    "sign",
  ]);
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
