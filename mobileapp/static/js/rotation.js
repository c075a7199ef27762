// New keys for this phone: the present one proves the call, the new one signs beside it over a nonce of the service.
//
//   next-key  the new device key until the service's answer is kept: should the answer be lost, it is the one that counts
//   rekey     true, once that key was taken into use without the answer: the one-time codes need another change

import { call } from "./api.js";
import { randomId, sha256 } from "./bytes.js";
import * as clock from "./clock.js";
import { rulesOf } from "./binding.js";
import { Refusal } from "./errors.js";
import { unlocked } from "./gate.js";
import { sign } from "./jws.js";
import { makeDeviceKey, makeOtpKey } from "./keys.js";
import { deriveOtpKey } from "./otp.js";
import { get, keep } from "./store.js";
import { tokensOf } from "./tokens.js";
import { sealed, usePin } from "./unlock.js";

/** Return the thumbprint of a public key (RFC 7638): SHA-256 over its members in the order of the alphabet. */
export function thumbprint({ crv, kty, x, y }) {
  return sha256(JSON.stringify({ crv, kty, x, y }));
}

/** Change both keys behind the phone's own unlock, or the PIN where it has one; answers as `tryPin` does. */
export async function changeKeys(pin) {
  if ((await get("unlock"))?.kind === "pin")
    return usePin(pin, async () => {
      const { things, agree } = await exchange();
      const secret = new Uint8Array(await crypto.subtle.exportKey("raw", await agree(true)));
      return { secret, things: { ...things, "otp-key": undefined, unlock: await sealed(pin, secret) } };
    });
  await unlocked();
  const { things, agree } = await exchange();
  await keep({ ...things, "otp-key": await agree(false) });
  return null;
}

async function exchange() {
  const [old, binding] = await Promise.all([get("device-key"), get("binding")]);
  const next = { device: await makeDeviceKey(), otp: await makeOtpKey() };
  const { id } = binding.device;
  await keep({ "next-key": next.device });
  const answer = await asked(id, { jws: await signer(id, old, next.device), otp_public_key: next.otp.publicJwk });
  const things = {
    ...{ "device-key": next.device, "next-key": undefined, rekey: undefined, "otp-seed": undefined },
    ...{ tokens: tokensOf(answer), binding: { ...binding, otp: rulesOf(answer.otp) } },
  };
  return { things, agree: (out) => deriveOtpKey(next.otp.privateKey, answer.otp.public_key, id, out) };
}

async function asked(id, { jws, ...body }) {
  try {
    // signed anew for a second try: a jti counts once
    return await call("POST", `/devices/${encodeURIComponent(id)}/keys`, async () => ({ ...body, jws: await jws() }));
  } catch (error) {
    if (error instanceof Refusal) await keep({ "next-key": undefined }); // heard, and not done
    throw error;
  }
}

async function signer(id, old, next) {
  const { nonce } = await call("POST", "/nonces");
  const replaces = await thumbprint(old.publicJwk);
  const header = { typ: "authsvc-key+jwt", alg: "ES256", jwk: next.publicJwk };
  const claims = { iss: id, aud: location.origin, nonce, replaces };
  return () => sign(next.privateKey, header, { ...claims, iat: clock.seconds(), jti: randomId() });
}
